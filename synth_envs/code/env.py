"""The six environments over programming tasks, one for each mode; `vector_env` has their vector forms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from synth_envs.code.source import CodeSource
from synth_envs.core import TaskSource
from synth_envs.text_env import TextTaskEnv

__all__ = [
    "CodeAbductionEnv",
    "CodeDeductionEnv",
    "CodeEfficiencyEnv",
    "CodeEnv",
    "CodeFuzzingEnv",
    "CodeRepairEnv",
    "source_of",
]


def source_of(
    mode: str,
    family: str | Sequence[str] | None,
    source: str | None,
    difficulty: Any,
    **options: str,
) -> TaskSource:
    """The task source for an environment's arguments.

    Raises:
        ValueError: A family is unknown, or `source` is combined with what it replaces.
    """
    if source is None:
        return CodeSource(mode, family, **options)
    if family is not None or difficulty is not None:
        msg = "source= replaces the generated problems: drop family= and difficulty="
        raise ValueError(msg)
    from synth_envs.code.recorded import load_tasks

    return load_tasks(mode, source)


class _ModeEnv(TextTaskEnv):
    """What the scalar environments share; `options` are those of the mode."""

    mode: ClassVar[str]

    def __init__(
        self,
        family: str | Sequence[str] | None = None,
        *,
        source: str | None = None,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
        **options: str,
    ) -> None:
        super().__init__(
            source_of(self.mode, family, source, difficulty, **options),
            difficulty=difficulty,
            split=split,
            max_turns=max_turns,
            render_mode=render_mode,
        )


class CodeEnv(_ModeEnv):
    """Write a program from its specification, from examples, or from both.

    ## Description

    Each episode asks for a Python function, or for a whole program that reads standard input and
    prints. Half of the problems are composed at random from typed operations, the others come from
    a library of algorithmic templates whose variations change what the right program is. Every
    problem has passed gates: its reference is deterministic, a second derivation agrees with it,
    its hidden tests tell it from its mutants and from programs that solve nothing. A split is a
    function of the reference program, so no program is in two splits, in whatever wording.

    Responses run in the sandbox only, and expected values never enter it.

    ## Observation Space

    `Unicode(32768)`: the task, then the feedback on the last response: the first public test that
    failed, with its arguments, what was returned and what was expected.

    ## Action Space

    `Unicode(65536)`: a response with the program in a ```python block, or as bare code. Prose
    around it, several blocks, imports and helpers are read. A function is found by its name.

    ## Rewards

    1 if all public and hidden tests pass, else 0. Values are compared with their types: `True` is
    not `1`, `1` is not `1.0`; tuples count as lists. `info["score"]["parts"]` has "correct" and
    "public", the share of public tests that passed.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    A response that fails a public test brings feedback and, with turns left, another try. One that
    passes them is judged by the hidden tests, and that verdict ends the episode, so that hidden
    tests cannot be probed. Truncates only on a fault of ours (status "error", reward 0).

    ## Arguments

    * `family`: names of templates or of their groups ("composed", "lists", "graphs", ...), or None
      for all of them.
    * `given`: "spec" (no examples), "examples" (no specification; only problems that examples
      determine), "both" or "mixed".
    * `form`: "function", "program" (standard input and output) or "mixed".
    * `source`: a HumanEval or MBPP file, or a file of `synth-envs generate`; excludes `family`
      and `difficulty`.
    * `difficulty`: in [0, 1], or None to draw it uniformly for each task.
    * `split`: "train", "validation", "test" or "all".
    * `max_turns`: responses allowed per episode (default 1).
    * `render_mode`: None, "ansi" or "rgb_array".

    ```python
    import gymnasium as gym
    import synth_envs

    env = gym.make("synth/Code-v0", difficulty=0.3, max_turns=3)
    envs = gym.make_vec("synth/Code-v0", num_envs=64, given="spec")
    ```

    ## Version History

    * v0: initial version.
    """

    mode = "induction"

    def __init__(
        self,
        family: str | Sequence[str] | None = None,
        *,
        given: str = "mixed",
        form: str = "mixed",
        source: str | None = None,
        difficulty: float | None = None,
        split: str = "train",
        max_turns: int = 1,
        render_mode: str | None = None,
    ) -> None:
        super().__init__(
            family,
            source=source,
            difficulty=difficulty,
            split=split,
            max_turns=max_turns,
            render_mode=render_mode,
            given=given,
            form=form,
        )


class CodeDeductionEnv(_ModeEnv):
    """Predict what a program returns.

    ## Description

    Each episode shows a Python program and one or several calls. As many calls are asked about as
    it takes to leave guessing no chance. Difficulty chooses the program and how long it runs.

    ## Observation Space

    `Unicode(32768)`: the program and the question.

    ## Action Space

    `Unicode(65536)`: the value as a Python or JSON literal, alone, after "The answer is", in a
    fenced block or in a box. Nothing is evaluated. Two different values count as none.

    ## Rewards

    1 for the right value with the right types (tuples count as lists, except in CRUXEval), else 0.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    Terminates on the right value or after `max_turns` responses.

    ## Arguments

    As in `CodeEnv`, without `given` and `form`; `source` is a CRUXEval file or a file of
    `synth-envs generate`.

    ## Version History

    * v0: initial version.
    """

    mode = "deduction"


class CodeAbductionEnv(_ModeEnv):
    """Find an input for which a program returns a given value.

    ## Description

    Each episode shows a Python program and a value. The arguments in the response are run on the
    program, so every right input is accepted, not only the one that made the value.

    ## Observation Space

    `Unicode(32768)`: the program and the value; then what the last call returned.

    ## Action Space

    `Unicode(65536)`: a call with literal arguments, such as `f([1, 2], 3)`, alone, after "The
    answer is", in a fenced block or in a box. Nothing but literals is read.

    ## Rewards

    1 if the program returns the value for these arguments, which must be of the stated types.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    Terminates on a right input or after `max_turns` responses. Truncates only on a fault of ours.

    ## Arguments

    As in `CodeEnv`, without `given` and `form`; `source` is a CRUXEval file or a file of
    `synth-envs generate`.

    ## Version History

    * v0: initial version.
    """

    mode = "abduction"


class CodeFuzzingEnv(_ModeEnv):
    """Find an input on which a subtly wrong program differs from its specification.

    ## Description

    Each episode shows a specification and a program with one mistake. An input counts if it keeps
    to the constraints, if the reference and its second derivation agree on it, and if the program
    shown returns something else, fails or does not end. Difficulty makes such inputs rarer.

    ## Observation Space

    `Unicode(32768)`: the specification and the program; then whether the program was right.

    ## Action Space

    `Unicode(65536)`: a call with literal arguments, as in `CodeAbductionEnv`.

    ## Rewards

    1 for an input that shows the mistake, else 0.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    Terminates on a right input or after `max_turns` responses. Truncates only on a fault of ours.

    ## Arguments

    As in `CodeEnv`, without `given` and `form`; `source` is a file of `synth-envs generate`.

    ## Version History

    * v0: initial version.
    """

    mode = "fuzzing"


class CodeRepairEnv(_ModeEnv):
    """Fix a program with one or two mistakes.

    ## Description

    Each episode shows a broken program, its specification and a few right results. Difficulty goes
    from mistakes that any example shows to those that hide in corner cases, and to two of them.

    ## Observation Space

    `Unicode(32768)`: the task, then the feedback on the last response, as in `CodeEnv`.

    ## Action Space

    `Unicode(65536)`: a response with the whole corrected program, read as in `CodeEnv`.

    ## Rewards

    1 if all public and hidden tests pass, else 0.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    As in `CodeEnv`: the verdict of the hidden tests is final.

    ## Arguments

    As in `CodeEnv`, without `given` and `form`; `source` is a file of `synth-envs generate`.

    ## Version History

    * v0: initial version.
    """

    mode = "repair"


class CodeEfficiencyEnv(_ModeEnv):
    """Write a program that gives the same answers at a lower order of growth.

    ## Description

    Each episode shows a right but slow function. The response must give the same answers, and its
    cost on inputs of doubling size must grow like that of the fast reference. Cost is counted in
    WebAssembly instructions from outside the program: exactly, C code included, the same on every
    run. It needs the extra `wasm`.

    ## Observation Space

    `Unicode(32768)`: the task, then the feedback on the last response.

    ## Action Space

    `Unicode(65536)`: a response with the program, read as in `CodeEnv`.

    ## Rewards

    0 unless all tests pass. Then 1 for the asymptotic step of the fast reference or a better one,
    0.5 for one between it and the slow one, 0 for that of the slow one, whatever its constant.

    ## Starting State

    `reset(seed=s)` draws the first task of stream `s`; each unseeded `reset` the next one.
    Options: `{"index": i}`, and for this episode only `{"difficulty": d}` or `{"task": task}`.

    ## Episode End

    Terminates when a response scores 1, on a final verdict, or after `max_turns` responses.
    Truncates only on a fault of ours.

    ## Arguments

    As in `CodeEnv`, without `given` and `form`; `source` is a file of `synth-envs generate`.

    ## Version History

    * v0: initial version.
    """

    mode = "efficiency"
