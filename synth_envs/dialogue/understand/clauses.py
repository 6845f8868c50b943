"""What sentences do, before what they are about is checked: kinds of acts, by rules over cues.

A `Clause` is a sentence with what `ground` found in it. `kinds` says which acts it may be, the likeliest
first; `requested` says which slots it asks for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from synth_envs.dialogue.understand.ground import (
    Hit,
    Lexicon,
    Token,
    normal,
    sentences,
    tokens_of,
    words_of,
)
from synth_envs.dialogue.values import Found, found_values

__all__ = ["Clause", "clauses", "kinds", "reasons_of", "requested"]

_VALUE = "\0"
_TABLES = ("entity", "record", "customer")
_DIGIT = re.compile(r"\d")
_NUMBERS = frozenset(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety half quarter noon midday midnight today "
    "tomorrow yes no true false".split()
)


#: Heads of questions that say little of what is asked for.
_VAGUE = frozenset("time times type kind sort one which name number place".split())
_ABLE = frozenset(("can", "could"))
_SOME = frozenset("several many few both all some various plenty lots couple".split())
_AUXILIARIES = frozenset(
    "do does did is are am was were has have had can could will would shall should may might".split()
)
_NO_SUBJECTS = frozenset(("a", "an", "not", "fun", "the", "\0", ","))


@dataclass(slots=True)
class Clause:
    r"""A sentence and what its words stand for; places count its tokens.

    Attributes:
        words: Its tokens; "\0" stands for a value of several words.
        asked: Whether it ends in a question mark.
        question: Whether it is one, by its mark or its beginning.
        cues: First place of each cue.
        slots: Places and names of slots.
        values: Places of the values of categories: (place, slot, value).
        typed: Numbers, dates and the like: (place, kind, value).
        things: Rows by name or id: (place, table, id).
        tools: Verbs for something to do: (place, names of tools).
        dones: Verbs for something that is done.
        reasons: Codes of reasons.
        statuses: Places and statuses of records.
        nouns: Places and tables that nouns stand for.
    """

    words: list[str]
    asked: bool
    question: bool = False
    cues: dict[str, int] = field(default_factory=dict)
    slots: list[tuple[int, str]] = field(default_factory=list)
    values: list[tuple[int, str, Any]] = field(default_factory=list)
    typed: list[tuple[int, str, Any]] = field(default_factory=list)
    things: list[tuple[int, str, str]] = field(default_factory=list)
    tools: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    dones: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    statuses: list[tuple[int, str]] = field(default_factory=list)
    nouns: list[tuple[int, str]] = field(default_factory=list)

    @property
    def listed(self) -> bool:
        """Whether it counts things up."""
        return "and" in self.words or "," in self.words or "or" in self.words


def _asks(clause: Clause) -> bool:
    """Say whether a sentence is a question: by its mark, or because it begins like one."""
    words, cues = clause.words, clause.cues
    if clause.asked:
        return True
    if words[0] in _AUXILIARIES and len(words) > 2 and words[1] not in _NO_SUBJECTS:
        return True
    return any(cues.get(name, 9) <= 2 for name in ("wh", "go", "ask"))


def clauses(text: str, lexicon: Lexicon, today: int | None) -> list[Clause]:
    """Return the sentences of a clean text."""
    text = normal(text)
    words = words_of(text)
    typed: dict[int, tuple[str, Any]] = {}
    if not _NUMBERS.isdisjoint(words) or _DIGIT.search(text) is not None:
        found = found_values(text, today)
        if found:
            words, typed = _merged(tokens_of(text), found)
    known, made = lexicon.known, []
    for start, end, asked in sentences(words):
        part = [word if word in known else lexicon.meant(word) for word in words[start:end]]
        clause = Clause(part, asked)
        if typed:
            clause.typed = [(k - start, *typed[k]) for k in range(start, end) if k in typed]
        for hit in lexicon.hits(part):
            _note(clause, hit)
            if typed and hit.end - hit.start > 1 and hit.entries[0][0] in _TABLES:
                # Numbers in a name are no values.
                clause.typed = [one for one in clause.typed if not hit.start <= one[0] < hit.end]
        clause.question = _asks(clause)
        made.append(clause)
    return made


def _merged(
    tokens: list[Token], found: list[Found]
) -> tuple[list[str], dict[int, tuple[str, Any]]]:
    """Return the words, with one in place of those of each value with digits or of several words."""
    made: list[str] = []
    typed: dict[int, tuple[str, Any]] = {}
    place, size = 0, len(tokens)
    for kind, value, start, end in found:
        while place < size and tokens[place][2] <= start:
            made.append(tokens[place][0])
            place += 1
        first = place
        while place < size and tokens[place][1] < end:
            place += 1
        if place == first:
            continue
        typed[len(made)] = (kind, value)
        made.append(tokens[first][0] if place - first == 1 else _VALUE)
    made += [token[0] for token in tokens[place:]]
    return made, typed


def _note(clause: Clause, hit: Hit) -> None:
    place = hit.start
    for kind, what in hit.entries:
        if kind == "cue":
            if what not in clause.cues:
                clause.cues[what] = place
        elif kind == "slot":
            clause.slots.append((place, what))
        elif kind == "value":
            clause.values.append((place, *what))
        elif kind == "tool":
            clause.tools.append((place, what))
        elif kind == "done":
            clause.dones.append((place, what))
        elif kind == "reason":
            clause.reasons.append(what)
        elif kind == "status":
            clause.statuses.append((place, what))
        elif kind == "noun":
            clause.nouns.append((place, what))
        else:
            clause.things.append((place, kind, what))


def kinds(clause: Clause) -> list[str]:
    """Return the acts that a sentence may do, by its cues alone."""
    cues, question = clause.cues, clause.question
    found = []
    negated = "not" in cues or "cant" in cues
    told = bool(clause.values or clause.typed or clause.statuses or clause.things)
    if (
        ("more" in cues and (question or "hedge" not in cues))
        or (question and "extra" in cues and ("ask" in cues or "soft" in cues or "go" in cues))
        or (question and "search" in cues and not clause.slots)
    ):
        found.append("ask_more")
    if ("bye" in cues or "parting" in cues) and not question and "done" not in cues:
        found.append("bye")
    if "cant" in cues or (clause.reasons and not question):
        found.append("refuse")
    informed = any(noun == "field" for _, noun in clause.nouns)
    if ("unfound" in cues or ("lacking" in cues and not informed)) and not (
        "go" in cues and question
    ):
        found.append("no_match")
    if (
        clause.slots
        and question
        and ("wh" in cues or "ask" in cues or "soft" in cues or len(clause.words) <= 4)
    ):
        found.append("request")
    if (
        not question
        and not negated
        and "hedge" not in cues
        and ("done" in cues or (clause.dones and ("have" in cues or told)))
    ) or (not question and "works" in cues):
        found.append("report_done")
    if "instead" in cues and clause.tools:
        found.append("offer_alternative")
    if question and clause.tools and "go" in cues:
        found.append("confirm")
    if (
        (
            question
            and "ask_more" not in found
            and ("seek" in cues or "fit" in cues)
            and ("wh" not in cues or not clause.slots)
        )
        or ("suggest" in cues and not negated and (told or clause.nouns) and "request" not in found)
        or (not question and not negated and "seek" in cues and not _ABLE.isdisjoint(clause.words))
        or (
            question
            and "or" in cues
            and len({slot for _, slot, _ in clause.values}) < len(clause.values)
        )
    ):
        found.append("offer")
    if (
        not question
        and "report_done" not in found
        and "no_match" not in found
        and "bye" not in found
    ):
        counted = not _SOME.isdisjoint(clause.words)
        if told or informed or ("exist" in cues and (clause.nouns or clause.slots or counted)):
            found.append("inform")
    if "ack" in cues and not found:
        found.append("ack")
    return found


def requested(clause: Clause) -> list[str]:
    """Return the slots that a sentence asks for, in order."""
    cues = clause.cues
    if not clause.slots or "more" in cues:
        return []
    if not (clause.question or "ask" in cues):
        return []
    if "go" in cues and clause.tools and "wh" not in cues:
        return []
    starts = [cues[name] for name in ("wh", "ask", "soft") if name in cues]
    if not starts and not (clause.asked and len(clause.words) <= 5):
        return []
    start = min(starts, default=0)
    valued = {place for place, _, _ in clause.typed} | {place for place, _, _ in clause.values}
    found = []
    for place, name in clause.slots:
        if place + 1 in valued or (place < start and place + 3 < start):
            continue
        if name not in found:
            found.append(name)
    if len(found) > 1:  # "what time will you arrive" asks for the arrival
        vague = {name for place, name in clause.slots if clause.words[place] in _VAGUE}
        plain = {name for place, name in clause.slots if clause.words[place] not in _VAGUE}
        if vague - plain and not clause.listed:
            found = [name for name in found if name not in vague - plain] or found
    return found


def reasons_of(parts: Sequence[Clause]) -> list[str]:
    """Return the reasons that a turn gives for refusing, each once."""
    found: list[str] = []
    for clause in parts:
        if "not" in clause.cues and "cant" not in clause.cues and "identity" not in clause.reasons:
            continue
        found += clause.reasons
    found = list(dict.fromkeys(found))
    # A colleague's approval is the longer reason, and explains itself by the shorter one.
    for reason in list(found):
        short = reason.removeprefix("needs_").removesuffix("_approval")
        if short != reason and short in found:
            found.remove(short)
    return found
