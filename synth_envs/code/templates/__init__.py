"""The library of algorithmic problems: one class each, listed here by name."""

#: Every template: its name and "module:Class".
TEMPLATES = {
    "longest_stretch": "synth_envs.code.templates.stretches:LongestStretch",
}
