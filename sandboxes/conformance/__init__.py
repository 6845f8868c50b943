"""The conformance corpus: attacks that a sandbox must withstand, programs it must run.

Rows 1 to 85 and X1 to X4 of `ATTACKS` are a catalogue of known attacks, N rows are our own. The
honest programs guard the other side: a sandbox that refuses everything is safe and useless.
"""

from sandboxes.conformance.case import Case
from sandboxes.conformance.compilers import COMPILERS
from sandboxes.conformance.corpus import Outcome, run_corpus
from sandboxes.conformance.escape import ESCAPE
from sandboxes.conformance.exhaustion import EXHAUSTION
from sandboxes.conformance.faults import FAULTS
from sandboxes.conformance.forgeries import FORGERIES
from sandboxes.conformance.guesses import GUESSES
from sandboxes.conformance.honest import HONEST, Honest, honest_cases
from sandboxes.conformance.kernel import KERNEL
from sandboxes.conformance.leftovers import LEFTOVERS
from sandboxes.conformance.processes import PROCESSES
from sandboxes.conformance.remnants import REMNANTS
from sandboxes.conformance.tampering import TAMPERING

__all__ = ["ATTACKS", "HONEST", "Case", "Honest", "Outcome", "honest_cases", "run_corpus"]

_ALL = (
    *ESCAPE,
    *PROCESSES,
    *KERNEL,
    *EXHAUSTION,
    *LEFTOVERS,
    *REMNANTS,
    *FORGERIES,
    *GUESSES,
    *TAMPERING,
    *FAULTS,
    *COMPILERS,
)

#: Every attack, in the order of the groups; only row 34f comes first, because the first program
#: of a worker is the one that may slip out of a memory limit set while the worker started.
ATTACKS: tuple[Case, ...] = tuple(sorted(_ALL, key=lambda case: case.number != "34f"))
