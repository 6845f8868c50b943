"""Reads an XML file that may be hostile: bounded, without document types, entities or includes."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET
from xml.parsers import expat

__all__ = ["MAX_BYTES", "MAX_DEPTH", "MAX_ELEMENTS", "element_tree", "real_number", "whole_number"]

MAX_BYTES: Final = 32 * 2**20
"""The largest file, unpacked; recordings of 15 s of traffic take up to 2.5 MB."""
MAX_ELEMENTS: Final = 500_000
MAX_DEPTH: Final = 32
MAX_MAGNITUDE: Final = 1e7
"""The largest number: more than the Earth's quadrant in metres."""

_LONGEST: Final = 40  # characters of a number
_GZIP: Final = b"\x1f\x8b"
_REAL: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?\Z")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,9}\Z")


def element_tree(path: Path) -> ET.Element:
    """Return the root element of a file, plain or compressed with gzip (told by its content).

    Args:
        path: Where the file lies.

    Raises:
        FileNotFoundError: There is no such file.
        ValueError: It is too large (`MAX_BYTES`, `MAX_ELEMENTS`), too deep (`MAX_DEPTH`), declares a
            document type, is damaged, or is not well-formed; the message names the file.
    """
    if not path.is_file():
        msg = f"{path}: no such file"
        raise FileNotFoundError(msg)
    content = _content(path)
    builder = _Builder(path.name)
    try:
        return builder.parse(content)
    except expat.ExpatError as error:
        msg = f"{path.name}: not well-formed XML: {error}"
        raise ValueError(msg) from error
    except _RefusedError:
        raise
    except (LookupError, ValueError) as error:  # encodings that Python does not know, or refuses
        msg = f"{path.name}: the text cannot be decoded: {error}"
        raise ValueError(msg) from error


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        packed = file.read(2) == _GZIP
        file.seek(0)
        if not packed:
            content = file.read(MAX_BYTES + 1)
        else:
            try:
                with gzip.GzipFile(fileobj=file) as unpacked:
                    content = unpacked.read(MAX_BYTES + 1)
            except (EOFError, OSError, zlib.error) as error:
                msg = f"{path.name}: damaged gzip file: {error}"
                raise ValueError(msg) from error
    if len(content) > MAX_BYTES:
        msg = f"{path.name}: more than {MAX_BYTES} bytes"
        raise ValueError(msg)
    return content


class _RefusedError(ValueError):
    """What is refused on purpose, as opposed to what expat cannot read."""


class _Builder:
    """Builds the tree from expat's events, so that what is not wanted is refused where it begins."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tree = ET.TreeBuilder()
        self._depth = 0
        self._count = 0
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._tree.data
        # Entities can be declared in a document type only, which is refused before it is read.
        self._parser.StartDoctypeDeclHandler = self._refuse_doctype

    def parse(self, content: bytes) -> ET.Element:
        self._parser.Parse(content, True)
        return self._tree.close()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._count += 1
        if self._depth > MAX_DEPTH:
            self._refuse(f"<{tag[:40]}> lies deeper than {MAX_DEPTH} elements")
        if self._count > MAX_ELEMENTS:
            self._refuse(f"more than {MAX_ELEMENTS} elements")
        self._tree.start(tag, attributes)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        self._tree.end(tag)

    def _refuse_doctype(self, *_: object) -> None:
        self._refuse("a DOCTYPE is not allowed")

    def _refuse(self, reason: str) -> None:
        msg = f"{self._name}, line {self._parser.CurrentLineNumber}: {reason}"
        raise _RefusedError(msg)


def real_number(text: str | None) -> float | None:
    """Return the number that a text is; None if it is none, not finite or past `MAX_MAGNITUDE`.

    Python's `float` alone would take "nan", "1_0" and digits of other scripts.
    """
    text = (text or "").strip()
    if len(text) > _LONGEST or not _REAL.match(text):
        return None
    value = float(text)
    return value if abs(value) <= MAX_MAGNITUDE else None


def whole_number(text: str | None) -> int | None:
    """Return the whole number of up to nine digits that a text is; None if it is none."""
    text = (text or "").strip()
    return int(text) if _WHOLE.match(text) else None
