"""Dialogues for people to read: who said what, what was called, which rules were broken, how it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any

from synth_envs.dialogue.acts import Act, UserAct
from synth_envs.dialogue.engine import Episode, Event

__all__ = ["entries", "page"]

_ROLES = {
    "say": "response", "call": "response", "user": "prompt", "result": "feedback",
    "violation": "feedback", "end": "feedback",
}  # fmt: skip
_WHO = {
    "say": "agent", "call": "agent calls", "user": "customer", "result": "result",
    "violation": "rule broken", "end": "end",
}  # fmt: skip
_LONGEST = 600


def _shown(episode: Episode) -> Iterator[tuple[Event, str]]:
    """Yield events with their texts; acts are shown where nobody put them into words."""
    for place, event in enumerate(episode.log):
        yield event, episode.words.get(place) or _text(event)


def _text(event: Event) -> str:
    what = event.what
    if event.kind in ("say", "user"):
        return "; ".join(_of_act(act) for act in what) or "(nothing that was understood)"
    if event.kind == "call":
        name, args = what
        return f"{str(name)[:64]}({_json(args)})"
    return what if isinstance(what, str) else _json(what)


def _json(what: Any) -> str:
    text = json.dumps(what, ensure_ascii=True, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."


def _of_act(act: Act | UserAct) -> str:
    words = act.kind.replace("_", " ")
    if act.slot:
        words += f" {act.slot}"
    if act.value is not None:
        words += f" = {act.value}" if act.slot else f" {act.value}"
    write = getattr(act, "write", None)
    if write is not None:
        words += f" {write[0]}({', '.join(f'{name}={value}' for name, value in write[1])})"
    return words


def entries(episode: Episode) -> list[tuple[str, str]]:
    """Return (role, text) pairs, roles as `synth_envs.text_render` colours them."""
    found = []
    for event, text in _shown(episode):
        who = _WHO[event.kind]
        found.append((_ROLES[event.kind], f"{who}: {text}"))
    if episode.over:
        verdict = episode.verdict()
        found.append(("feedback", f"reward {verdict.reward:+.3f}: {_terms(verdict.terms)}"))
        if verdict.missing:
            found.append(("feedback", "missing: " + "; ".join(verdict.missing)))
    return found


def _terms(terms: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:+.3f}" for name, value in terms.items() if value)


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 52rem; margin: 2rem auto; padding: 0 1rem; color: #20242c; }
.turn { margin: .4rem 0; padding: .5rem .8rem; border-radius: .6rem; max-width: 80%; white-space: pre-wrap; }
.agent { background: #e7f0fb; margin-left: auto; } .customer { background: #f1f1ee; }
.tool { background: #fff; border: 1px solid #d5d8de; font: 13px/1.4 ui-monospace, monospace; margin-left: auto; }
.rule { background: #fdecea; color: #8a1f11; } .who { font-size: 12px; color: #6b7079; }
table { border-collapse: collapse; margin: 1rem 0; } td, th { border: 1px solid #d5d8de; padding: .25rem .6rem; text-align: left; }
"""
_CLASS = {
    "say": "agent", "call": "tool", "user": "customer", "result": "tool", "violation": "rule",
    "end": "rule",
}  # fmt: skip


def page(episode: Episode) -> str:
    """Return an episode as an HTML page: the dialogue, what changed in the database, rules and reward.

    Everything that was said is shown as text, never as markup.
    """
    turns = "\n".join(
        f'<div class="turn {_CLASS[event.kind]}"><div class="who">{escape(_WHO[event.kind])}</div>{escape(text)}</div>'
        for event, text in _shown(episode)
    )
    changes = sorted(map(_change, episode.world.diff())) or [("nothing", "", "", "")]
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>Dialogue</title><style>{_STYLE}</style>",
        f"<h1>{escape(episode.spec.nouns['service'])}, level {episode.scene.level}</h1>",
        turns,
        "<h2>Changes of the database</h2>",
        _table(("table", "row", "column", "value"), changes),
    ]
    if episode.over:
        verdict = episode.verdict()
        parts += [
            "<h2>Reward</h2>",
            _table(
                ("term", "value"),
                [(name, f"{value:+.3f}") for name, value in verdict.terms.items()],
            ),
            f"<p>Sum {verdict.reward:+.3f}; {'solved' if verdict.success else 'not solved'}.</p>",
        ]
        if verdict.missing:
            parts.append(
                "<ul>" + "".join(f"<li>{escape(one)}</li>" for one in verdict.missing) + "</ul>"
            )
    return "\n".join(parts) + "</html>"


def _change(change: tuple[str, str, str, Any]) -> tuple[str, str, str, str]:
    table, key, column, value = change
    return table, "new" if key == "+" else key, column, _json(value)


def _table(heads: tuple[str, ...], rows: list[Any]) -> str:
    head = "".join(f"<th>{escape(one)}" for one in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(str(one))}" for one in row) for row in rows)
    return f"<table><tr>{head}{body}</table>"
