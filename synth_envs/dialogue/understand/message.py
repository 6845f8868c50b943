"""Messages of an agent: words or a call of a tool, in whatever format, read without ever failing.

Read are JSON objects ``{"say": "..."}`` and ``{"tool": "...", "args": {...}}``, the formats of OpenAI and
Hermes (``{"name": ..., "arguments": {...}}``, arguments as a string of JSON too, lists of calls,
``<tool_call>`` tags, fences), all with prose around them, and plain words. What is nearly JSON is repaired
once. Work is bounded: only the first `LONGEST` characters count.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from synth_envs.dialogue.understand.repair import repaired

__all__ = ["LONGEST", "LONGEST_WORDS", "Invalid", "Message", "Say", "ToolCall", "clean", "parse"]

#: Characters of a message that are read.
LONGEST = 20_000
#: Characters of words that a customer listens to.
LONGEST_WORDS = 600
_MOST_OBJECTS, _MOST_BRACES = 16, 64


@dataclass(frozen=True)
class Say:
    """Words to the customer.

    Attributes:
        text: What is said, as `clean` leaves it.
    """

    text: str


@dataclass(frozen=True)
class ToolCall:
    """A call of a tool.

    Attributes:
        name: The tool.
        args: Its arguments, unchecked.
        all: Every call of the message with this one, the first: names and arguments.
    """

    name: str
    args: dict[str, Any]
    all: tuple[tuple[str, dict[str, Any]], ...] = field(default=(), compare=False)


@dataclass(frozen=True)
class Invalid:
    """A message that cannot be read.

    Attributes:
        why: In a few words.
    """

    why: str


Message: TypeAlias = Say | ToolCall | Invalid


def parse(text: object) -> Message:
    """Read a message; nothing raises.

    Args:
        text: The message; what is no text is invalid.

    Example:
        >>> parse('Let me look. <tool_call>{"name": "get_order", "arguments": {"record_id": "R1"}}</tool_call>')
        ToolCall(name='get_order', args={'record_id': 'R1'}, all=(('get_order', {'record_id': 'R1'}),))
        >>> parse("Good morning!")
        Say(text='Good morning!')
    """
    if not isinstance(text, str):
        return Invalid("not text")
    text = text[:LONGEST]
    # What a model thinks aloud is no part of its message.
    text = text.rpartition("</think>")[2].strip()
    found: list[Message] = []
    if "{" in text:
        found = _messages(text)
        if not found and _MEANT.search(text):
            start = text.find("{")
            tagged = text.find("<tool_call>")
            if tagged >= 0:
                start = max(text.find("{", tagged), 0)
            data = _loaded(repaired(text[start:]))
            found = list(_read(data)) or [Invalid("malformed JSON")]
    elif "<tool_call>" in text:
        return Invalid("a call without an object")
    if not found:
        words = clean(text)
        return Say(words) if words else Invalid("empty")
    first = found[0]
    if isinstance(first, ToolCall):
        calls = tuple((one.name, one.args) for one in found if isinstance(one, ToolCall))
        return ToolCall(first.name, first.args, calls)
    return first


#: Braces that are meant as a message, not as a figure of speech.
_MEANT = re.compile(
    r"""<tool_call>|```|\{\s{0,9}["'“‘]?(?:say|tool|name|function|arguments|args|type|tool_calls|parameters)\b"""
)
_DECODER = json.JSONDecoder(parse_constant=lambda name: name)


def _messages(text: str) -> list[Message]:
    """Return what the objects in a text say, in order."""
    found: list[Message] = []
    place = 0
    for _ in range(_MOST_BRACES):
        brace, bracket = text.find("{", place), text.find("[", place)
        if brace < 0 or len(found) >= _MOST_OBJECTS:
            break
        start = brace if bracket < 0 else min(brace, bracket)
        try:
            data, place = _DECODER.raw_decode(text, start)
        except (ValueError, RecursionError):
            if not found and _MEANT.match(text, start):
                break  # what lies inside a broken message is none
            place = start + 1
            continue
        found += _read(data)
    return found


def _loaded(text: str) -> Any:
    try:
        return _DECODER.raw_decode(text)[0]
    except (ValueError, RecursionError):
        return None


def _read(data: Any) -> list[Message]:
    """Return the messages of a decoded object or list; none if it is something else."""
    if isinstance(data, list):
        return [
            one for item in data[:_MOST_OBJECTS] if isinstance(item, dict) for one in _read(item)
        ]
    if not isinstance(data, dict):
        return []
    if isinstance(data.get("tool_calls"), list):
        return _read(data["tool_calls"])
    if isinstance(data.get("function"), dict):
        return _read(data["function"])
    say = data.get("say")
    name = next((data[key] for key in ("tool", "name", "function") if key in data), None)
    if name is not None and say:
        return [Invalid("both words and a call")]
    if name is not None:
        return _call(name, data)
    if isinstance(say, str):
        words = clean(say)
        return [Say(words) if words else Invalid("empty")]
    return [Invalid("say must be text")] if "say" in data else []


def _call(name: Any, data: dict[str, Any]) -> list[Message]:
    keys = [key for key in ("args", "arguments", "parameters") if key in data]
    if "tool" not in data and not keys:
        return []  # an object that happens to have a name
    if not isinstance(name, str) or not name.strip():
        return [Invalid("the tool must be named")]
    args = data[keys[0]] if keys else {}
    if isinstance(args, str):
        args = _loaded(args.strip() or "{}")
    if args is None and keys and data[keys[0]] is None:
        args = {}
    if not isinstance(args, dict):
        return [Invalid("args must be an object")]
    return [ToolCall(name.strip(), args)]


# Words.

_TOKENS = re.compile(
    r"<\|[^|<>\n]{0,40}\|?>|<</?sys>>|\[/?(?:inst|system|user|assistant|tool|available_tools|tool_calls|tool_results)\]"
    r"|</?(?:s|bos|eos|pad|unk|think|system|user|assistant|tool|tool_call|tool_calls|tool_response|tool_result|function"
    r"|function_results|start_of_turn|end_of_turn|human|im_start|im_end|message|turn)>|#{2,}",
    re.IGNORECASE,
)
_ROLES = re.compile(
    r"^[ \t>*_#-]{0,8}(?:system|user|assistant|customer|client|caller|agent|tool|human|ai|bot|developer|function|observation)"
    r"(?:[ _]{1,2}(?:result|results|response|output|message|prompt|reply|says|said))?[ \t*_]{0,4}:",
    re.IGNORECASE | re.MULTILINE,
)
_HEADS = re.compile(
    r"^[ \t]{0,4}tool[ _](?:result|response|output)s?\b", re.IGNORECASE | re.MULTILINE
)
_BLANKS = re.compile(r"  +")
_LINES = re.compile(r"\s*\n\s*")
_CONTROLS = {code: " " for code in [*range(32), *range(127, 160)] if code != 10} | {9: " "}
#: Characters that show nothing but are letters or marks.
_HIDDEN = dict.fromkeys(
    [0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)]
)


def clean(text: str) -> str:
    r"""Return words as a customer hears them: plain characters, no control tokens, at most `LONGEST_WORDS`.

    Example:
        >>> clean("<|im_start|>system: ###STOP### Shall\u200b I?")
        'STOP Shall I?'
    """
    # Normal forms grow a character up to eighteenfold; twice the limit leaves room for what is dropped.
    text = text[: 4 * LONGEST_WORDS]
    if not text.isascii():
        text = text.translate(_HIDDEN)
        text = "".join(map(_shown, unicodedata.normalize("NFKC", text)))[: 4 * LONGEST_WORDS]
    text = text.translate(_CONTROLS)
    for _ in range(8):  # what is left may be a token again
        before = text
        if "<" in text or "[" in text or "#" in text:
            text = _TOKENS.sub(" ", text)
        if ":" in text:
            text = _ROLES.sub(" ", text)
        text = _HEADS.sub(" ", text).strip()
        if text == before:
            break
    else:
        text = text.replace("<|", " ").replace(":", " ").replace("#", " ")
    if "  " in text:
        text = _BLANKS.sub(" ", text)
    if "\n" in text:
        text = _LINES.sub("\n", text)
    return text[:LONGEST_WORDS].strip()


def _shown(character: str) -> str:
    """Return a character, nothing for one that only steers the display, a blank for one without meaning."""
    kind = unicodedata.category(character)
    if kind == "Cf":
        return ""
    if kind in ("Zl", "Zp"):
        return "\n"
    return " " if kind in ("Cs", "Co", "Cn", "Zs") or character == "\u2800" else character
