"""Claim: tasks are generated at least 10 times faster than by reasoning-gym (geometric mean).

Families are matched by kind and size: our difficulty and the peer's configuration are chosen so
that neither side makes clearly smaller tasks; a kind that only shares its name with the peer's is
left out (shortest paths: roads here, a maze there). Both sides pay for a seeded stream per task.
"""

import itertools
import sys
from typing import Any

from benchmarks.performance.paired import Paired, compare, print_table
from synth_envs.families import FamilyMix, load_family
from synth_envs.math.families import FAMILIES

__all__ = ["MATCHED", "main", "measure"]

# (our family, our difficulty, the peer's data set, the peer's configuration)
MATCHED: tuple[tuple[str, float, str, dict[str, Any]], ...] = (
    (
        "chain_sum",
        0.4,
        "chain_sum",
        {"min_terms": 2, "max_terms": 5, "min_digits": 3, "max_digits": 3},
    ),
    ("expression", 0.5, "basic_arithmetic", {}),
    ("decimal_arithmetic", 0.0, "decimal_chain_sum", {"min_terms": 2, "max_terms": 2}),
    ("gcd_lcm", 0.0, "gcd", {}),
    ("base_conversion", 0.0, "base_conversion", {}),
    ("prime_factorization", 0.0, "prime_factorization", {"min_value": 1000, "max_value": 300_000}),
    ("linear_equation", 0.5, "simple_equations", {}),
    ("polynomial_roots", 0.5, "polynomial_equations", {}),
    ("polynomial_product", 0.5, "polynomial_multiplication", {}),
    ("polynomial_integral", 0.5, "simple_integration", {}),
    ("leg_counting", 0.28, "leg_counting", {"min_animals": 5, "max_animals": 5}),
    ("shopping", 0.0, "gsm_symbolic", {}),
    (
        "counterexample",
        0.0,
        "propositional_logic",
        {
            "min_vars": 7,
            "max_vars": 7,
            "min_statements": 6,
            "max_statements": 6,
            "min_complexity": 2,
        },
    ),
    (
        "knights_knaves",
        0.5,
        "knights_knaves",
        {"n_people": 7, "depth_constraint": 3, "width_constraint": 3},
    ),
    ("zebra", 0.5, "zebra_puzzles", {}),
    (
        "graph_coloring",
        0.0,
        "graph_color",
        {"min_num_vertices": 11, "max_num_vertices": 11, "edge_probability": 0.3},
    ),
    ("circuit_outputs", 0.0, "circuit_logic", {}),
    ("mini_sudoku", 0.5, "mini_sudoku", {}),
    ("sudoku", 0.5, "sudoku", {}),
    ("countdown", 0.5, "countdown", {}),
    ("n_queens", 0.2, "n_queens", {}),
    ("futoshiki", 0.5, "futoshiki", {}),
    ("cryptarithm", 0.0, "cryptarithm", {"max_words": 2}),
)


def measure(names: tuple[str, ...] = ()) -> list[Paired]:
    """Measure the matched families, or those named."""
    import reasoning_gym

    rows = []
    for family_name, level, peer_name, config in MATCHED:
        if names and family_name not in names:
            continue
        source = FamilyMix([load_family(FAMILIES[family_name])])
        dataset = reasoning_gym.create_dataset(peer_name, seed=1, size=10_000_000, **config)
        ours_index, peer_index = itertools.count(), itertools.count()
        peer_batch = 1 if peer_name in _SLOW_PEERS else 20

        def ours(source: FamilyMix = source, index: Any = ours_index, level: float = level) -> int:
            for _ in range(20):
                source.task(1, next(index), "all", level)
            return 20

        def peer(dataset: Any = dataset, index: Any = peer_index, batch: int = peer_batch) -> int:
            for _ in range(batch):
                dataset[next(index)]
            return batch

        rows.append(compare(f"{family_name} / {peer_name}", ours, peer))
    return rows


_SLOW_PEERS = (
    "zebra_puzzles",
    "sudoku",
    "countdown",
    "futoshiki",
    "polynomial_equations",
    "n_queens",
)


def main() -> int:
    """Print the table; exit code 1 below a geometric mean of 10 or a smallest ratio of 2."""
    rows = measure(tuple(sys.argv[1:]))
    print_table("generation against reasoning-gym", rows, "tasks")
    mean = 1.0
    for row in rows:
        mean *= row.ratio ** (1 / len(rows))
    return int(mean < 10 or min(row.ratio for row in rows) < 2)


if __name__ == "__main__":
    sys.exit(main())
