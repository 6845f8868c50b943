"""The native vector forms of the six environments over programming tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from gymnasium.vector import AutoresetMode

from synth_envs.code.env import source_of
from synth_envs.text_vector_env import TextTaskVectorEnv

__all__ = [
    "CodeAbductionVectorEnv",
    "CodeDeductionVectorEnv",
    "CodeEfficiencyVectorEnv",
    "CodeFuzzingVectorEnv",
    "CodeRepairVectorEnv",
    "CodeVectorEnv",
]


class _ModeVectorEnv(TextTaskVectorEnv):
    """What the vector environments share."""

    mode: ClassVar[str]

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
        **options: str,
    ) -> None:
        super().__init__(
            source_of(self.mode, family, source, difficulty, **options),
            num_envs=num_envs,
            difficulty=difficulty,
            split=split,
            max_turns=max_turns,
            render_mode=render_mode,
            autoreset_mode=autoreset_mode,
        )


class CodeVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeEnv`; all responses of a step run in one call of the pool."""

    mode = "induction"


class CodeDeductionVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeDeductionEnv`."""

    mode = "deduction"


class CodeAbductionVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeAbductionEnv`; all calls run in one batch."""

    mode = "abduction"


class CodeFuzzingVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeFuzzingEnv`; all calls run in one batch."""

    mode = "fuzzing"


class CodeRepairVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeRepairEnv`; all responses of a step run in one batch."""

    mode = "repair"


class CodeEfficiencyVectorEnv(_ModeVectorEnv):
    """The native vector form of `CodeEfficiencyEnv`; all responses of a step run in one batch."""

    mode = "efficiency"
