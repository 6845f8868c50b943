"""The conformance corpus: attacks that every backend must hold, and honest programs it must run.

The rows 1 to 85 and X1 to X4 are the attack catalogue of `docs`; N rows are our own. Run it with

>>> from sandboxes.conformance import ATTACKS, run_corpus  # doctest: +SKIP
>>> outcomes = run_corpus(open_sandbox, ATTACKS)  # doctest: +SKIP
"""

from sandboxes.conformance.case import Case
from sandboxes.conformance.compilers import COMPILERS
from sandboxes.conformance.corpus import Outcome, run_corpus
from sandboxes.conformance.escape import ESCAPE
from sandboxes.conformance.exhaustion import EXHAUSTION
from sandboxes.conformance.faults import FAULTS
from sandboxes.conformance.forgeries import FORGERIES
from sandboxes.conformance.guesses import GUESSES
from sandboxes.conformance.kernel import KERNEL
from sandboxes.conformance.leftovers import LEFTOVERS
from sandboxes.conformance.processes import PROCESSES
from sandboxes.conformance.tampering import TAMPERING

__all__ = ["ATTACKS", "Case", "Outcome", "run_corpus"]

#: Every attack, in the order of the groups.
ATTACKS: tuple[Case, ...] = (
    *ESCAPE,
    *PROCESSES,
    *KERNEL,
    *EXHAUSTION,
    *LEFTOVERS,
    *FORGERIES,
    *GUESSES,
    *TAMPERING,
    *FAULTS,
    *COMPILERS,
)
