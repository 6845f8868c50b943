"""Runs inside the sandbox (standard library only): a reference and its mutants on all inputs.

Reads one JSON job from standard input: the entry's name, programs (the reference first), inputs,
probes (inputs on which the reference may fail), and how many steps the reference may take and a
mutant beyond four times the reference's. Writes one JSON object: what the reference returned for
each input and probe, its steps, what was wrong with it, and for each mutant the places of the
first inputs and of the probes on which it did not return the same.

Steps are counted, not timed, so that a job has one answer on every machine: each loop,
comprehension and function of a program begins with a call of a counter. All programs share the
process: they are ours, and all that they can do to each other is to be wrong.
"""

import _ast
import json
import marshal
import signal
import sys
from collections.abc import Callable
from typing import Any

_SECONDS = 0.1
#: A mutant that is wrong on so many inputs is not tried on more of them.
_ENOUGH = 24


class _TooManySteps(BaseException):
    """The program's steps are used up."""


class _TooLong(BaseException):
    """The mutant grew numbers or texts without end: few steps, but each a long one."""


def _ring(*_: object) -> None:
    raise _TooLong


class _Counter:
    """Counts steps down; programs call it at each of them."""

    def __init__(self) -> None:
        self.left = 0

    def __call__(self) -> bool:
        self.left -= 1
        if self.left < 0:
            raise _TooManySteps
        return True


def _counted(source: str) -> Any:
    """Return the code of a program with a step in each loop, comprehension and function."""
    tree: Any = compile(source, "solution.py", "exec", _ast.PyCF_ONLY_AST)
    place = {"lineno": 1, "col_offset": 0, "end_lineno": 1, "end_col_offset": 0}
    called = _ast.Call(_ast.Name("_step_", _ast.Load(), **place), [], [], **place)
    step = _ast.Expr(called, **place)
    todo = [tree]
    while todo:
        node = todo.pop()
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                todo.extend(one for one in value if isinstance(one, _ast.AST))
            elif isinstance(value, _ast.AST):
                todo.append(value)
        if isinstance(node, _ast.For | _ast.While | _ast.FunctionDef):
            node.body.insert(0, step)
        elif isinstance(node, _ast.comprehension):
            node.ifs.insert(0, called)
    return compile(tree, "solution.py", "exec")


class _Trial:
    """The inputs, and what the reference makes of them."""

    def __init__(self, job: dict[str, Any], plain: Callable[[Any], Any]) -> None:
        self.entry, self.most, self.spare = job["entry"], job["most"], job["spare"]
        # Version 2 of the format writes equal values as equal bytes.
        self.inputs = [marshal.dumps(arguments, 2) for arguments in job["inputs"]]
        self.plain, self.counter = plain, _Counter()
        self.values: list[Any] = []
        self.reprs: list[str] = []
        self.texts: list[str] = []
        self.steps: list[int] = []
        self.probes = [marshal.dumps(arguments, 2) for arguments in job["probes"]]
        self.probed: list[tuple[Any, str, int] | None] = []

    def define(self, source: str) -> Callable[..., Any]:
        """Return the entry of a program."""
        self.counter.left = self.most
        names: dict[str, Any] = {"__name__": "solution", "_step_": self.counter}
        exec(_counted(source), names)
        function: Callable[..., Any] = names[self.entry]
        return function

    def text(self, value: Any) -> str:
        """Return JSON that is equal for equal values of equal types."""
        return json.dumps(self.plain(value), sort_keys=True)

    def reference(self, source: str) -> str:
        """Run the reference and return what was wrong with it, if anything."""
        try:
            function = self.define(source)
            for packed in self.inputs:
                self.counter.left = self.most
                arguments = marshal.loads(packed)
                value = function(*arguments)
                self.steps.append(self.most - self.counter.left)
                if marshal.dumps(arguments, 2) != packed:
                    return "changed: it changes its arguments"
                self.values.append(self.plain(value))
                self.reprs.append(repr(value))
                self.texts.append(self.text(value))
            self.probed = [self.probe(function, packed) for packed in self.probes]
        except _TooManySteps:
            return "bounds: too many steps"
        except BaseException as error:
            return f"fails: {type(error).__name__}: {error}"[:300]
        return ""

    def probe(self, function: Callable[..., Any], packed: bytes) -> tuple[Any, str, int] | None:
        """Return what the reference returns for a probe, and its steps, or None if it fails."""
        self.counter.left = 20 * self.spare
        try:
            value = function(*marshal.loads(packed))
            return self.plain(value), self.text(value), 20 * self.spare - self.counter.left
        except BaseException:
            return None

    def fails(self, source: str, *, backwards: bool) -> tuple[list[int], list[int]] | None:
        """Return where a mutant is wrong, or None if it would not come to an end.

        The clock is for explosions (a number that is squared at each step); whatever is sound
        takes a hundredth of this time, so that no answer hangs on the machine.
        """
        timer = getattr(signal, "setitimer", None)  # not in WebAssembly
        if timer:
            signal.signal(signal.SIGVTALRM, _ring)
            timer(signal.ITIMER_VIRTUAL, _SECONDS)
        try:
            return self._fails(source, backwards=backwards)
        except _TooLong:
            return None
        finally:
            if timer:
                timer(signal.ITIMER_VIRTUAL, 0)

    def _fails(self, source: str, *, backwards: bool) -> tuple[list[int], list[int]]:
        """Return the places of the inputs and of the probes on which a mutant is wrong."""
        try:
            function = self.define(source)
        except _TooLong:
            raise
        except BaseException:
            return list(range(len(self.inputs))), list(range(len(self.probes)))
        places = []
        order = list(enumerate(self.inputs))
        for place, packed in reversed(order) if backwards else order:
            # Backwards, what a cache remembered on the way there has to be done again.
            self.counter.left = self.most if backwards else 4 * self.steps[place] + self.spare
            try:
                value = function(*marshal.loads(packed))
                same = repr(value) == self.reprs[place] or self.text(value) == self.texts[place]
            except _TooLong:
                raise
            except BaseException:
                same = False
            if not same:
                places.append(place)
                if len(places) == _ENOUGH:  # it is wrong nearly everywhere
                    break
        odd = []
        for place, (packed, right) in enumerate(zip(self.probes, self.probed, strict=True)):
            if right is not None:
                self.counter.left = 4 * right[2] + self.spare
                try:
                    same = self.text(function(*marshal.loads(packed))) == right[1]
                except _TooLong:
                    raise
                except BaseException:
                    same = False
                if not same:
                    odd.append(place)
        return places, odd


def main() -> None:
    """Run the job."""
    from sandbox_driver import _plain

    job = json.loads(sys.stdin.buffer.read())
    out, sys.stdout = sys.stdout, sys.stderr
    trial = _Trial(job, _plain)
    wrong = trial.reference(job["programs"][0])
    others = [] if wrong else job["programs"][1:]
    # The first one backwards: the reference once more, whose results must not hang on the order.
    fails = [trial.fails(one, backwards=place == 0) for place, one in enumerate(others)]
    probed = [None if one is None else [one[0]] for one in trial.probed]
    done = {
        "values": trial.values,
        "steps": trial.steps,
        "wrong": wrong,
        "fails": fails,
        "probed": probed,
    }
    out.write(json.dumps(done))
    out.flush()
