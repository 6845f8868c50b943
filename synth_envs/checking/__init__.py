"""A checker of Gymnasium's vector contract, for any vector environment.

* `vector.py`: `check_vector_env`, which runs the rules and reports.
* `interface.py`: rules of attributes, registration, rendering, closing and copying.
* `autoreset.py`: rules of the three autoreset modes.
* `reproducibility.py`: rules of outputs and seeds.
* `probe.py`, `traces.py`, `structure.py`, `values.py`: making, running, reading and comparing.
"""

from synth_envs.checking.vector import VectorEnvError, Violation, check_vector_env

__all__ = ["VectorEnvError", "Violation", "check_vector_env"]
