"""`python -m synth_envs` is the command `synth-envs`."""

import sys

from synth_envs.cli import main

if __name__ == "__main__":
    sys.exit(main())
