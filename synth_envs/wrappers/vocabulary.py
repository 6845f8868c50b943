"""Vocabularies of the token view: how text becomes small integers and back."""

import re

__all__ = [
    "ByteVocabulary",
    "CharacterVocabulary",
    "NumberVocabulary",
    "Vocabulary",
    "make_vocabulary",
]

ARITHMETIC = "0123456789+-*/=?,. "
_WORDS = re.compile(r"[0-9]{1,9}|[^\s,]")


class CharacterVocabulary:
    """One token for each listed character; other characters are read as "unknown".

    Args:
        characters: The distinct characters, at least one.

    Raises:
        ValueError: A character is listed twice, or none is.
    """

    unknown = 0

    def __init__(self, characters: str) -> None:
        if not characters or len(set(characters)) != len(characters):
            msg = f"vocabulary characters must be distinct and at least one, got {characters!r}"
            raise ValueError(msg)
        self.characters = characters
        self._codes = {char: i + 1 for i, char in enumerate(characters)}
        self.size = len(characters) + 1

    def encode(self, text: str) -> list[int]:
        """Token of each character; 0 for an unknown one."""
        return [self._codes.get(char, 0) for char in text]

    def decode(self, tokens: list[int]) -> str:
        """The text of tokens; unknown tokens become "\ufffd"."""
        return "".join(self.characters[token - 1] if token else "\ufffd" for token in tokens)


class ByteVocabulary:
    """The 256 bytes of UTF-8, so that any text can be read and written."""

    size = 256

    def encode(self, text: str) -> list[int]:
        """The UTF-8 bytes; a lone surrogate becomes "?"."""
        return list(text.encode("utf-8", errors="replace"))

    def decode(self, tokens: list[int]) -> str:
        """The text of the bytes; malformed sequences become "\ufffd"."""
        return bytes(tokens).decode("utf-8", errors="replace")


class NumberVocabulary:
    """One token for each integer from 0 to 20 and each arithmetic sign; spaces and commas are not
    read.

    Written tokens are separated by spaces, so that two numbers in a row are a list of two.
    """

    _words = (*map(str, range(21)), *"+-*/=?")
    size = len(_words) + 1

    def __init__(self) -> None:
        self._codes = {word: i + 1 for i, word in enumerate(self._words)}

    def encode(self, text: str) -> list[int]:
        """Token of each number and sign; 0 for anything else."""
        return [self._codes.get(word, 0) for word in _WORDS.findall(text)]

    def decode(self, tokens: list[int]) -> str:
        """The words, separated by spaces; unknown tokens become "\ufffd"."""
        return " ".join(self._words[token - 1] if token else "\ufffd" for token in tokens)


Vocabulary = CharacterVocabulary | ByteVocabulary | NumberVocabulary


def make_vocabulary(name: str) -> Vocabulary:
    """The vocabulary of a name.

    Args:
        name: "numbers" (integers up to 20 and signs), "arithmetic" (digits and signs), "bytes"
            (UTF-8), or else the distinct characters themselves.
    """
    if name == "bytes":
        return ByteVocabulary()
    if name == "numbers":
        return NumberVocabulary()
    return CharacterVocabulary(ARITHMETIC if name == "arithmetic" else name)
