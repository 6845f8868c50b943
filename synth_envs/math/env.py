"""`synth/Math-v0`: mathematics and logic with exact verification."""

from collections.abc import Sequence
from typing import Any

from gymnasium.vector import AutoresetMode

from synth_envs.core import TaskSource
from synth_envs.families import FamilyMix, load_family, suggest
from synth_envs.math.families import FAMILIES
from synth_envs.text_env import TextTaskEnv
from synth_envs.text_vector_env import TextTaskVectorEnv

__all__ = ["MathEnv", "MathVectorEnv", "math_source"]


class MathEnv(TextTaskEnv):
    r"""Mathematics and logic problems with exact answers.

    ## Description

    Each episode is one problem: arithmetic, algebra, calculus, number theory, counting,
    probability, geometry, logic, graphs, puzzles, games and word problems, made by families of
    generators with an exact verifier each. Where several answers are right (a colouring, a path,
    an assignment), any right one is accepted. With `source`, the problems are the rows of a real
    data set instead.

    ## Observation Space

    `Unicode(32768)`: the problem, then the feedback on the last response.

    ## Action Space

    `Unicode(65536)`: the response in free text. It must state one final answer: alone, after
    "The answer is", after "####", in `\boxed{...}`, or on its last line. Bold, dollar signs, code
    fences, a full stop, thousands separators, fractions, decimals and LaTeX are read; nothing is
    ever evaluated. Two different final answers count as none.

    ## Rewards

    1 for a right final answer on the turn that ends the episode, else 0. `info["score"]` has the
    status: "pass", "fail", "unparsable", "timeout" or "error".

    ## Starting State

    `reset(seed=s)` draws the first problem of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}` (problem i of the stream, which goes on from there, or row i of
    `source`), and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    Terminates on a right answer or after `max_turns` responses. Truncates only when the checker
    itself fails (status "error", reward 0).

    ## Arguments

    * `family`: the name of one family, several names, or None for all of them, drawn uniformly.
    * `source`: a GSM8K, SVAMP or MATH-500 file (JSON or JSONL), or the name of a Hugging Face data
      set where `datasets` is installed. Excludes `family` and `difficulty`.
    * `difficulty`: in [0, 1], or None to draw it uniformly for each problem.
    * `split`: "train", "validation", "test" (disjoint by content) or "all".
    * `max_turns`: responses allowed per episode (default 1).
    * `render_mode`: None, "ansi" or "rgb_array".

    ```python
    import gymnasium as gym
    import synth_envs

    env = gym.make("synth/Math-v0", family="countdown", difficulty=0.3, max_turns=3)
    envs = gym.make_vec("synth/Math-v0", num_envs=64, split="train")
    ```

    ## Version History

    * v0: initial version.
    """

    def __init__(
        self,
        family: str | Sequence[str] | None = None,
        *,
        source: str | None = None,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            math_source(family, source, difficulty),
            difficulty=difficulty,
            split=split,
            max_turns=max_turns,
            render_mode=render_mode,
        )


class MathVectorEnv(TextTaskVectorEnv):
    """The native vector form of `MathEnv`; the whole batch is verified in one call."""

    def __init__(
        self,
        family: str | Sequence[str] | None = None,
        *,
        num_envs: int = 1,
        source: str | None = None,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
        autoreset_mode: str | AutoresetMode = AutoresetMode.NEXT_STEP,
    ) -> None:
        super().__init__(
            math_source(family, source, difficulty),
            num_envs=num_envs,
            difficulty=difficulty,
            split=split,
            max_turns=max_turns,
            render_mode=render_mode,
            autoreset_mode=autoreset_mode,
        )


def math_source(
    family: str | Sequence[str] | None, source: str | None, difficulty: Any = None
) -> TaskSource:
    """The task source for `MathEnv`'s arguments.

    Raises:
        ValueError: A family is unknown, or `source` is combined with `family` or `difficulty`.
    """
    if source is not None:
        if family is not None or difficulty is not None:
            msg = "source= replaces the generated problems: drop family= and difficulty="
            raise ValueError(msg)
        from synth_envs.math.real import RealTasks

        return RealTasks.load(source)
    if family is None:
        names: Sequence[str] = tuple(FAMILIES)
    else:
        names = (family,) if isinstance(family, str) else tuple(family)
    for name in names:
        if name not in FAMILIES:
            msg = f"unknown math family {name!r}{suggest(name, FAMILIES)}"
            raise ValueError(msg)
    return FamilyMix(load_family(FAMILIES[name]) for name in names)
