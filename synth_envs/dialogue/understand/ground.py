"""What words stand for in a closed world: slots, values, tools, ids, names and the phrases of `cues`.

All phrases lie in one table by their first word, and the longest one that fits is taken. What belongs to a
service is prepared once; an episode adds the names and ids of its database. Words of five letters and more
that are not known stand for a known one at an edit distance of 1, if there is exactly one.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple, TypeAlias

from synth_envs.dialogue.understand.cues import CUES, VERBS, forms
from synth_envs.dialogue.understand.plain import PLAIN

__all__ = [
    "Entry",
    "Hit",
    "Lexicon",
    "Token",
    "cue_lexicon",
    "normal",
    "sentences",
    "tokens_of",
    "verb_lexicon",
    "words_of",
]

#: What a phrase stands for: its kind ("cue", "slot", "value", "tool", "done", "entity", "record",
#: "customer", "reason", "noun", "status") and what of that kind.
Entry: TypeAlias = tuple[str, Any]


#: A word or a mark: its text, and where it begins and ends in the normal text.
Token: TypeAlias = tuple[str, int, int]


#: What is looked for inside of phrases of cues: "the phone number" is about the number.
_INNER = frozenset(("slot", "value", "noun", "entity", "record", "status"))


class Hit(NamedTuple):
    """A phrase that was found: the places of its tokens, and what it stands for."""

    start: int
    end: int
    entries: tuple[Entry, ...]


_WORD = re.compile(r"[a-z0-9#]+(?:[-'@][a-z0-9]+)*|[?!;\n,:]|\.(?=\s|$)")
#: What begins a question in the middle of a sentence, and what keeps one from beginning.
_OPENERS = frozenset("would do does did shall should can could may will is are were".split())
_VERBS = frozenset("would do does did shall should can could will are were".split())
_SUBJECTS = frozenset("you i that this".split())
_ASKING = frozenset("what which how where when who if whether".split())
_BOUND = frozenset("and or but that than as so i you we which it they to".split())
_ENDS = frozenset("?!;.\n")

#: Letters of other alphabets that look like Latin ones, in small letters.
_ALIKE = str.maketrans(
    "аеорсухіјѕһԁԛԝвкмнтαβεικνορτυχѵοгпɡɑıℓ’‘`´″“”–—‐‑−×…",
    "aeopcyxijshdqwbkmhtabeikvoptuxvorngail''''\"\"\"-----x.",
)
_SHORT = (
    ("won't", "will not"), ("can't", "can not"), ("shan't", "shall not"), ("n't", " not"), ("'ll", " will"), ("'ve", " have"),
    ("'re", " are"), ("i'm", "i am"), ("'d", " would"), ("it's", "it is"), ("that's", "that is"), ("there's", "there is"),
    ("what's", "what is"), ("here's", "here is"), ("let's", "let us"),
)  # fmt: skip
_APART = re.compile(r" (?=n't\b|'(?:s|m|d|ll|ve|re)\b)")


def normal(text: str) -> str:
    """Return a clean text in small Latin letters, contractions written out, underscores as blanks."""
    text = text.lower()
    if not text.isascii():
        text = "".join(
            one
            for one in unicodedata.normalize("NFKD", text.translate(_ALIKE))
            if not unicodedata.combining(one)
        )
        text = text.translate(_ALIKE)
    if "'" in text:
        text = _APART.sub("", text)
        for short, long in _SHORT:
            if short in text:
                text = text.replace(short, long)
    if "_" in text:
        text = text.replace("_", " ")
    if "yes/no" in text:
        text = text.replace("yes/no", " ")
    return text.replace("*", "") if "*" in text else text


def words_of(text: str) -> list[str]:
    """Return the words and marks of a normal text."""
    return _WORD.findall(text)


def tokens_of(text: str) -> list[Token]:
    """Return the words and marks of a normal text, with their places."""
    return [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text)]


def sentences(words: list[str]) -> list[tuple[int, int, bool]]:
    """Return where sentences begin and end (its mark included), and whether each is marked as a question."""
    found, start, asking = [], 0, False
    last = len(words) - 1
    for place, text in enumerate(words):
        if text in _ENDS:
            if place > start:
                found.append((start, place + 1, text == "?"))
            start, asking = place + 1, False
        elif text in _ASKING:
            if (
                not asking
                and text in ("what", "how")
                and place > start + 1
                and words[place - 1] == ","
            ):
                found.append((start, place, False))
                start = place
            asking = True
        elif text in _OPENERS and not asking and place > start and place < last:
            # "..., would you like that?" is a sentence of its own.
            before, after = words[place - 1], words[place + 1]
            if before == "," or (
                place - start > 2 and text in _VERBS and after in _SUBJECTS and before not in _BOUND
            ):
                found.append((start, place, False))
                start = place
    if start <= last:
        found.append((start, last + 1, False))
    return found


@dataclass
class Lexicon:
    """Phrases with what they stand for.

    Attributes:
        table: By first and second word ("" if there is none): phrases as words, the longest first.
        deletes: Known words by themselves and by what is left of them without one letter.
        known: All words of phrases.
    """

    table: dict[str, dict[str, list[tuple[list[str], tuple[Entry, ...]]]]] = field(
        default_factory=dict
    )
    deletes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)
    _near: dict[str, str] = field(default_factory=dict, repr=False)

    def copy(self) -> Lexicon:
        """Return a lexicon that can be added to."""
        return Lexicon(dict(self.table), dict(self.deletes), set(self.known))

    def add(self, phrase: str, entry: Entry, *, fuzzy: bool = False) -> None:
        """Add a phrase.

        Args:
            phrase: In any letters.
            entry: What it stands for.
            fuzzy: Whether its long words are also known by their misspellings.
        """
        words = _words_of(phrase)
        if not words:
            return
        rows = dict(self.table.get(words[0], ()))  # shared with what this was copied from
        second = words[1] if len(words) > 1 else ""
        before, size = rows.get(second, []), len(words)
        for place, (known, entries) in enumerate(before):
            if known == words:
                if entry not in entries:
                    rows[second] = [
                        *before[:place],
                        (known, (*entries, entry)),
                        *before[place + 1 :],
                    ]
                break
            if len(known) < size:
                rows[second] = [*before[:place], (words, (entry,)), *before[place:]]
                break
        else:
            rows[second] = [*before, (words, (entry,))]
        self.table[words[0]] = rows
        self.known.update(words)
        if fuzzy:
            for word in words:
                if len(word) >= 5 and word.isalpha():
                    for left in (word, *_without_one(word)):
                        near = self.deletes.get(left, ())
                        if word not in near:
                            self.deletes[left] = (*near, word)

    def meant(self, word: str) -> str:
        """Return the known word that a word is, or is a misspelling of; itself where there is none or two."""
        if word in self.known or len(word) < 5 or not word.isalpha() or word in PLAIN:
            return word
        found = self._near.get(word)
        if found is None:
            near = set(self.deletes.get(word, ()))
            for left in _without_one(word):
                near.update(self.deletes.get(left, ()))
            near = {one for one in near if _one_apart(word, one)}
            found = near.pop() if len(near) == 1 else word
            if len(self._near) < 4096:
                self._near[word] = found
        return found

    def hits(self, words: list[str]) -> list[Hit]:
        """Return the phrases in some words, from left to right; none overlap but with those of cues."""
        found: list[Hit] = []
        place, size, table = 0, len(words), self.table
        inside = 0  # the end of the last phrase of cues: what it is about may lie inside
        while place < size:
            rows = table.get(words[place])
            start = place
            place += 1
            if rows is None:
                continue
            hit = None
            if place < size:
                for phrase, entries in rows.get(words[place], ()):
                    end = start + len(phrase)
                    if words[start:end] == phrase:
                        hit = Hit(start, end, entries)
                        break
            if hit is None and "" in rows:
                hit = Hit(start, place, rows[""][0][1])
            if hit is None:
                continue
            if start < inside:
                things = tuple(entry for entry in hit.entries if entry[0] in _INNER)
                if things:
                    found.append(Hit(start, hit.end, things))
                    place = hit.end
                continue
            found.append(hit)
            if hit.end - start == 1:
                continue
            if any(kind != "cue" for kind, _ in hit.entries):
                place = hit.end
                continue
            inside = hit.end
            if "" in rows:
                things = tuple(entry for entry in rows[""][0][1] if entry[0] in _INNER)
                if things:
                    found.append(Hit(start, place, things))
        return found


@lru_cache(maxsize=8192)
def _without_one(word: str) -> tuple[str, ...]:
    return tuple(word[:k] + word[k + 1 :] for k in range(len(word)))


@lru_cache(maxsize=16384)
def _words_of(phrase: str) -> list[str]:
    """Return a phrase's words; the list is shared and must not be changed."""
    return words_of(normal(phrase))


def _one_apart(first: str, second: str) -> bool:
    """Say whether one letter is dropped, added or another, or two neighbours are swapped."""
    if len(first) > len(second):
        first, second = second, first
    k = 0
    while k < len(first) and first[k] == second[k]:
        k += 1
    if len(first) < len(second):
        return len(second) - len(first) == 1 and first[k:] == second[k + 1 :]
    if first[k + 1 :] == second[k + 1 :]:
        return True
    return first[k : k + 2] == second[k : k + 2][::-1] and first[k + 2 :] == second[k + 2 :]


def cue_lexicon() -> Lexicon:
    """Return a lexicon of the phrases that no service changes."""
    made = Lexicon()
    for name, phrases in CUES.items():
        for phrase in phrases:
            made.add(phrase, ("cue", name))
    return made


#: Verbs that mean nothing by themselves.
_VAGUE = frozenset("have get give call leave make be do look take put go try ask".split())
_ARTICLES = frozenset(("a", "an", "my", "the"))


def _articles(phrase: str) -> list[str]:
    """Return a phrase with each article that it may have."""
    words = phrase.split()
    place = next((k for k, word in enumerate(words) if word in _ARTICLES), None)
    if place is None:
        return [phrase]
    return [
        " ".join([*words[:place], one, *words[place + 1 :]])
        for one in (*sorted(_ARTICLES), "your", "this", "that")
    ]


#: Of each writing tool: its name, its kind and its words.
Tools: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...]


def verbs_of(tools: Tools) -> dict[str, list[str]]:
    """Return verb phrases with the writing tools that they may mean.

    Args:
        tools: The writing tools.
    """
    found: dict[str, list[str]] = {}

    def note(phrase: str, name: str) -> None:
        if phrase and name not in found.setdefault(phrase, []):
            found[phrase].append(name)

    for name, kind, words in tools:
        own = [phrase.split()[0] for phrase in words if phrase] + [name.split("_")[0]]
        for verb in (*own, *VERBS.get(kind, "").split("|")):
            if verb not in _VAGUE:
                note(verb, name)
    for name, _, words in tools:
        for phrase in words:
            # Where the verb alone says it, its objects need not be known.
            if len(found.get(phrase.partition(" ")[0], ())) != 1:
                for variant in _articles(phrase):
                    verb, _, rest = variant.partition(" ")
                    note(variant, name)
                    note(f"{verb} you {rest}", name)
    return found


@lru_cache(maxsize=256)
def verb_lexicon(tools: Tools, nouns: tuple[str, ...]) -> Lexicon:
    """Return the lexicon of cues with what people call what tools do: to do it, and having done it.

    Args:
        tools: The writing tools.
        nouns: What is a thing of the service, and so no verb: "booking".

    Returns:
        A lexicon that must be copied before it is added to.
    """
    made = _CUES.copy()
    for phrase, names in verbs_of(tools).items():
        asking, telling = forms(phrase)
        for form in asking:
            if form not in nouns:
                made.add(form, ("tool", tuple(names)))
        for form in telling:
            if form not in nouns:
                made.add(form, ("done", tuple(names)))
    return made


_CUES = cue_lexicon()
