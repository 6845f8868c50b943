"""What the page of one environment shows, read from its docstring, its spaces and its tasks."""

import importlib.util
import inspect
import io
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import gymnasium as gym
from markdown_it import MarkdownIt
from markupsafe import Markup

import synth_envs
from benchmarks.suites import registry_id
from synth_envs.code.modes.base import CodeMode
from synth_envs.code.problems import load_template
from synth_envs.core import Json
from synth_envs.families import Family, FamilyMix
from synth_envs.policies import make_policy
from synth_envs.registration import Environment
from synth_envs.seeding import task_rng
from synth_envs.spaces import space_name

__all__ = ["EnvironmentPage", "Example", "describe", "page_name"]

_MAX_EXAMPLE = 1200
#: Samples of a code environment whose templates form one group.
_FEW = 4
#: Simulators are shown after so many seconds, in episodes of so many seeds.
_SECONDS_SHOWN, _SEEDS_SHOWN = 4.0, 100


@dataclass(frozen=True)
class Example:
    """One kind of task with its first one; `picture` is WebP in base64, or empty."""

    name: str
    group: str
    summary: str
    prompt: str
    picture: str = ""


@dataclass(frozen=True)
class EnvironmentPage:
    """The content of one page; `text` is the docstring as HTML."""

    env_id: str
    domain: str
    numeric: bool
    vector: bool
    observation_space: str
    action_space: str
    kwargs: dict[str, Json]
    text: Markup
    examples: tuple[Example, ...]


def page_name(env_id: str) -> str:
    """The file of an environment's page."""
    return f"env-{re.sub(r'[^A-Za-z0-9]+', '-', env_id).strip('-').lower()}.html"


def describe(env_id: str) -> EnvironmentPage | None:
    """Describe an environment, or None if it is not registered here.

    Results files are untrusted: an id in one never causes a module to be imported.
    """
    row = {row.id: row for row in synth_envs.environments()}.get(registry_id(env_id))
    if row is None:
        return None
    if row.needs:
        return None
    env = gym.make(row.id)
    inner: Any = env.unwrapped
    source = getattr(inner, "source", None)
    examples = _of_families(getattr(source, "families", ()))
    if hasattr(inner, "sim"):
        examples = _of_simulator(row)
    elif row.numeric or not examples:
        observation, _ = env.reset(seed=0)
        examples = (Example("", "", "The first observation of seed 0.", str(observation)),)
    env.close()
    return EnvironmentPage(
        env_id,
        row.domain,
        row.numeric,
        row.vector_entry_point is not None,
        space_name(inner.observation_space),
        space_name(inner.action_space),
        dict(row.kwargs),
        _markdown(inspect.getdoc(type(inner)) or ""),
        examples,
    )


def _of_simulator(row: Environment) -> tuple[Example, ...]:
    """What some episodes look like after a while, each of another kind."""
    pictures = importlib.util.find_spec("PIL") is not None
    env = gym.make(row.id, difficulty=0.5, split="test", render_mode="rgb_array")
    inner: Any = env.unwrapped
    name_of = getattr(inner.sim, "scenario", lambda _: "")
    policy = make_policy("scripted" if row.ranked else "random", env)
    examples: dict[str, Example] = {}
    for seed in range(_SEEDS_SHOWN):
        observation, _ = env.reset(seed=seed)
        name = name_of(0)
        if name in examples:
            continue
        policy.reset([0])
        over, steps = False, round(_SECONDS_SHOWN * env.metadata["render_fps"])
        while not over and steps > 0:
            observation, _, terminated, truncated, _ = env.step(policy.act([observation])[0])
            over, steps = terminated or truncated, steps - 1
        told = inner.sim.describe(0) if hasattr(inner.sim, "describe") else str(observation)
        picture = _webp(inner.render()) if pictures else ""
        examples[name] = Example(name, "", "", told, picture)
    env.close()
    return tuple(examples[name] for name in sorted(examples))


def _webp(frame: Any) -> str:
    """A picture as WebP, in base64: as PNG the rays of the sensors take five times the room."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(frame).save(file, "WEBP", quality=70)
    return b64encode(file.getvalue()).decode()


def _of_families(families: Sequence[Family]) -> tuple[Example, ...]:
    """The first test task of each family, by group and name."""
    examples = []
    for family in sorted(families, key=lambda family: (family.group, family.family)):
        if isinstance(family, CodeMode):
            examples += _of_mode(family)
            continue
        prompt = FamilyMix([family]).task(0, 0, "test", None).prompt
        if len(prompt) > _MAX_EXAMPLE:
            prompt = prompt[:_MAX_EXAMPLE] + " ..."
        summary = (inspect.getdoc(type(family)) or "").partition("\n\n")[0]
        examples.append(Example(family.family, family.group, " ".join(summary.split()), prompt))
    return tuple(examples)


def _of_mode(mode: CodeMode) -> list[Example]:
    """A test task of one template in each group, or of a few where there is but one group."""
    templates = [load_template(mode.templates[name]) for name in mode.names]
    groups = sorted({template.group for template in templates})
    each = 1 if len(groups) > 1 else _FEW
    examples: list[Example] = []
    for group in groups:
        own = sorted(template.name for template in templates if template.group == group)
        chosen = own[:: max(1, len(own) // each)][:each]
        spare = [name for name in own if name not in chosen]
        wanted = len(examples) + len(chosen)
        for name in chosen + spare:
            if len(examples) == wanted:
                break
            try:
                task = type(mode)((name,)).draw(task_rng(0, "page", 0), 0.5, "all")
            except RuntimeError:
                continue  # some templates have hardly a task of some modes
            template = load_template(mode.templates[name])
            summary = (inspect.getdoc(type(template)) or "").partition("\n\n")[0]
            examples.append(Example(name, group, " ".join(summary.split()), task.prompt))
    return examples


def _markdown(text: str) -> Markup:
    """A docstring as HTML; HTML inside it is shown as text."""
    return Markup(MarkdownIt("commonmark", {"html": False}).enable("table").render(text))  # noqa: S704
