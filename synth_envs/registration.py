"""The one table of environments: id, string entry points, JSON-able keyword arguments.

Entry points are strings, so that importing `synth_envs` loads no environment, and so that every
`EnvSpec` can be written as JSON and made again in another process.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import gymnasium as gym

__all__ = ["Environment", "environments", "register_all", "register_family"]


@dataclass(frozen=True)
class Environment:
    """One row of the table.

    Attributes:
        id: The Gymnasium id.
        domain: The heading it is listed under.
        entry_point: "module:Class" of the scalar environment.
        vector_entry_point: "module:Class" of the native vector environment, or None.
        kwargs: JSON-able arguments registered with the id.
        numeric: Whether its spaces are numeric, as Stable-Baselines3 needs.
        costly: Whether making a task takes so long that checks make do with few.
        needs: An argument without which it cannot be made, such as a folder of recordings, or "".
        ranked: Whether it has an oracle and trivial agents, so that benchmarks can score it.
        span: 0 where the return of an episode is its score; else scores are skill (0 for caution,
            1 for the oracle, on the same episode), and this is the least span of returns between.
        pooled: Whether luck decides single episodes, so that this span is taken over all of them.
        brief: Arguments that make episodes short, for checks that have to see their ends.
    """

    id: str
    domain: str
    entry_point: str
    vector_entry_point: str | None = None
    kwargs: Mapping[str, object] = field(default_factory=dict)
    numeric: bool = False
    costly: bool = False
    needs: str = ""
    ranked: bool = True
    span: float = 0.0
    pooled: bool = False
    brief: Mapping[str, object] = field(default_factory=dict)


_TABLE: dict[str, Environment] = {}

_SCENARIOS = (
    "free-highway", "dense-highway", "merge", "exit", "roundabout", "signalled-intersection",
    "unsignalled-intersection", "left-turn", "cut-in", "hard-brake", "stop-and-go", "jaywalker",
    "occluded-crossing", "door", "wrong-way", "emergency", "work-zone", "sensor-dropout", "low-friction",
)  # fmt: skip
#: Between goodbye at once and a case that is solved lie about 1.5.
_DIALOGUE_SPAN = 0.5
#: As `synth_envs.driving.skill.LEAST_SPAN`, which is not loaded here.
_DRIVING_SPAN = 5.0


def _driving(name: str, **kwargs: object) -> Environment:
    driving = "synth_envs.driving.env:Driving"
    return Environment(
        f"synth/Driving{name}-v0",
        "driving",
        f"{driving}Env",
        f"{driving}VectorEnv",
        kwargs,
        numeric=True,
        span=_DRIVING_SPAN,
        brief={"duration": 5.0},
    )


def _compatible(
    name: str, kind: str, brief: Mapping[str, object] | None = None, **kwargs: object
) -> Environment:
    return Environment(
        f"synth/{name}Compat-v0",
        "driving",
        f"synth_envs.driving.compat.env:{kind}CompatEnv",
        f"synth_envs.driving.compat.env:{kind}CompatVectorEnv",
        kwargs,
        numeric=True,
        ranked=False,
        brief=brief or {},
    )


def _market(
    name: str,
    module: str,
    kind: str,
    brief: Mapping[str, object],
    span: float,
    *,
    numeric: bool = True,
    **kwargs: object,
) -> Environment:
    where = f"synth_envs.trading.{module}:{kind}"
    return Environment(
        f"synth/{name}-v0",
        "trading",
        f"{where}Env",
        f"{where}VectorEnv",
        kwargs,
        numeric=numeric,
        span=span,
        pooled=True,
        brief=brief,
    )


_BUILT_IN = (
    Environment(
        "synth/Math-v0",
        "math",
        "synth_envs.math.env:MathEnv",
        "synth_envs.math.env:MathVectorEnv",
    ),
    Environment(
        "synth/MathTokens-v0",
        "math",
        "synth_envs.wrappers.tokens:MathTokensEnv",
        numeric=True,
    ),
    *(
        Environment(
            f"synth/Code{name}-v0",
            "code",
            f"synth_envs.code.env:Code{name}Env",
            f"synth_envs.code.vector_env:Code{name}VectorEnv",
            costly=True,
        )
        for name in ("", "Deduction", "Abduction", "Fuzzing", "Repair", "Efficiency")
    ),
    Environment(
        "synth/Dialogue-v0",
        "dialogue",
        "synth_envs.dialogue.text_env:DialogueEnv",
        "synth_envs.dialogue.text_env:DialogueVectorEnv",
        span=_DIALOGUE_SPAN,
        brief={"max_turns": 6, "level": 2},
    ),
    *(
        Environment(
            f"synth/DialogueActs{name}-v0",
            "dialogue",
            f"synth_envs.dialogue.env:DialogueActs{name}Env",
            f"synth_envs.dialogue.env:DialogueActs{name}VectorEnv",
            numeric=True,
            span=_DIALOGUE_SPAN,
            brief={"max_turns": 6, "level": 2},
        )
        for name in ("", "Flat")
    ),
    _driving(""),
    *(_driving(name.title().replace("-", ""), scenario=name) for name in _SCENARIOS),
    Environment(
        "synth/DrivingText-v0",
        "driving",
        "synth_envs.driving.text_env:DrivingTextEnv",
        "synth_envs.driving.text_env:DrivingTextVectorEnv",
        brief={"duration": 5.0},
        span=_DRIVING_SPAN,
    ),
    Environment(
        "synth/DrivingReplay-v0",
        "driving",
        "synth_envs.driving.replay_env:ReplayEnv",
        "synth_envs.driving.replay_env:ReplayVectorEnv",
        numeric=True,
        needs="source",
        ranked=False,
    ),
    _compatible("Highway", "Highway"),
    _compatible("HighwayFast", "Highway", variant="highway-fast"),
    _compatible("Merge", "Merge"),
    _compatible("Roundabout", "Roundabout"),
    _compatible("Intersection", "Intersection"),
    _compatible("Parking", "Parking", {"duration": 5}),
    _market("Trading", "asset.env", "Trading", {"horizon": 20}, 0.02),
    _market("TradingExact", "asset.linear", "TradingExact", {"horizon": 20}, 0.2),
    _market("TradingText", "text_env", "TradingText", {"horizon": 20}, 0.005, numeric=False),
    _market("Portfolio", "portfolio.env", "Portfolio", {"horizon": 20}, 0.02),
    _market("PortfolioExact", "portfolio.env", "Portfolio", {"horizon": 20}, 0.02, exact=True),
    _market("PortfolioText", "text_env", "PortfolioText", {"horizon": 20}, 0.005, numeric=False),
    _market("Execution", "execution.env", "Execution", {"steps": 20}, 0.2),
    _market("ExecutionExact", "execution.env", "Execution", {}, 0.2, exact=True),
    _market("ExecutionBook", "book.env", "BookExecution", {"steps": 20}, 1.0),
    _market("ExecutionText", "text_env", "ExecutionText", {}, 0.1, numeric=False),
    _market("MarketMaking", "making.env", "Making", {"steps": 20}, 2.0),
    _market("MarketMakingExact", "making.env", "Making", {"steps": 20}, 5.0, exact=True),
    _market("MarketMakingBook", "book.env", "BookMaking", {"steps": 20}, 10.0),
    _market("MarketMakingText", "text_env", "MarketMakingText", {}, 0.5, numeric=False),
    _market("CreditRisk", "credit.env", "CreditRisk", {"months": 2}, 5.0),
    _market("CreditRiskExact", "credit.env", "CreditRisk", {"months": 2}, 5.0, exact=True),
    _market("CreditRiskText", "text_env", "CreditRiskText", {"months": 2}, 0.5, numeric=False),
    _market("FraudDetection", "fraud.env", "FraudDetection", {"days": 1, "per_day": 20}, 3.0),
    _market(
        "FraudDetectionExact",
        "fraud.env",
        "FraudDetection",
        {"days": 1, "per_day": 20},
        3.0,
        exact=True,
    ),
    _market(
        "FraudDetectionText",
        "text_env",
        "FraudDetectionText",
        {"days": 1, "per_day": 20},
        0.5,
        numeric=False,
    ),
)


def environments() -> tuple[Environment, ...]:
    """Every environment of the suite, and every family registered with `register_family`."""
    return tuple(_TABLE.values())


def register_all() -> None:
    """Register the built-in ids with Gymnasium; called once on import."""
    for row in _BUILT_IN:
        _register(row)


def register_family(id: str, family: str, *, domain: str = "custom") -> None:  # noqa: A002 - Gymnasium's own name
    """Make a task family an environment of its own: listed, checked, documented, benchmarked.

    Args:
        id: The Gymnasium id to register, e.g. "toy/Doubling-v0".
        family: "package.module:Class" of a `synth_envs.families.Family`; imported when used.
        domain: The heading it is listed under.

    Raises:
        ValueError: The id is taken by something else, or the path is malformed.

    Put the call into your package's `__init__.py`; then `gym.make("your_package:toy/Doubling-v0")`
    works in any process, and so do `synth-envs check your_package:toy/Doubling-v0` and
    `python -m benchmarks run --env your_package:toy/Doubling-v0`.
    """
    module, _, name = family.partition(":")
    if not module or not name:
        msg = f"family must look like 'package.module:Class', got {family!r}"
        raise ValueError(msg)
    row = Environment(
        id,
        domain,
        "synth_envs.text_env:TextTaskEnv",
        "synth_envs.text_vector_env:TextTaskVectorEnv",
        {"source": family},
    )
    if _TABLE.get(id, row) != row or (id in gym.registry and id not in _TABLE):
        msg = f"the id {id!r} is already registered for something else"
        raise ValueError(msg)
    _register(row)


def _register(row: Environment) -> None:
    if row.id not in gym.registry:
        gym.register(
            row.id,
            entry_point=row.entry_point,
            vector_entry_point=row.vector_entry_point,
            kwargs=dict(row.kwargs),
            # Every environment says itself that reset() is due, and is checked by the tests: these
            # wrappers would cost a fifth of the fastest steps.
            order_enforce=False,
            disable_env_checker=True,
        )
    _TABLE[row.id] = row
