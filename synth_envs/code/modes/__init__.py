"""The six modes: one artifact, a problem with its reference and tests, asked about in six ways."""

#: Every mode: the word in its environment's id, and "module:Class".
MODES = {
    "induction": "synth_envs.code.modes.induction:Induction",
    "deduction": "synth_envs.code.modes.deduction:Deduction",
    "abduction": "synth_envs.code.modes.abduction:Abduction",
    "fuzzing": "synth_envs.code.modes.fuzzing:Fuzzing",
    "repair": "synth_envs.code.modes.repair:Repair",
    "efficiency": "synth_envs.code.modes.efficiency:Efficiency",
}
