"""Pictures and films of the driving scenarios, and all of them on one sheet.

    python -m benchmarks.driving_gallery --sheet
    python -m benchmarks.driving_gallery --scenario jaywalker door --format gif --seed 3

A scripted driver drives one episode of each scenario at difficulty 0.5. The picture shows its most
telling moment, for many scenarios that of the smallest time to collision (see `telling`). A film
shows the seconds around it, at the speed of real time.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from benchmarks.command import integer, need, progress
from benchmarks.errors import BenchmarkError, UsageError
from synth_envs.driving.env import DrivingEnv
from synth_envs.driving.experts import POLICIES, make_driver
from synth_envs.driving.oracle import Clairvoyant
from synth_envs.driving.sim import layout as at
from synth_envs.driving.sim.scenarios import SCENARIOS
from synth_envs.families import suggest

if TYPE_CHECKING:
    from PIL import Image

    from synth_envs.core import Policy

__all__ = ["CAPTIONS", "DRIVERS", "FORMATS", "Drive", "contact_sheet", "drive", "main", "telling"]

FORMATS: Final = ("png", "gif", "mp4")
DRIVERS: Final = (*POLICIES, "oracle")
CAPTIONS: Final = {
    "free-highway": "little traffic, at the speed limit",
    "dense-highway": "dense traffic, short gaps",
    "merge": "onto the highway before the ramp ends",
    "exit": "across the lanes to the exit",
    "roundabout": "into a gap of those who go round",
    "signalled-intersection": "traffic lights",
    "unsignalled-intersection": "giving way at a crossing",
    "left-turn": "left across oncoming traffic",
    "cut-in": "a faster lane's car cuts in close ahead",
    "hard-brake": "the car ahead brakes hard",
    "stop-and-go": "waves of a traffic jam",
    "jaywalker": "a pedestrian walks across the street",
    "occluded-crossing": "a pedestrian comes out from behind parked vans",
    "door": "the door of a parked car opens",
    "wrong-way": "somebody drives against the traffic",
    "emergency": "an emergency vehicle comes from behind",
    "work-zone": "cones close the lane",
    "sensor-dropout": "sensors fail for some seconds",
    "low-friction": "the car ahead brakes on a slippery road",
}

_DIFFICULTY: Final = 0.5
_FPS: Final = 10  # decisions and frames per second
_BEFORE, _AFTER = 6.0, 4.0  # [s] of a film, around the moment
_TRAIL: Final = 3 * _FPS  # [steps] before a picture, where trails begin
_BEGIN: Final = 1.0  # [s] where the traffic is set up around the ego nothing is telling yet
#: Where the smallest time to collision is not what tells most, it is when those with such a mark come
#: nearest, when those change lanes, when anybody comes nearest while the ego is on a junction, or in
#: the middle of a failure.
_COMING: Final = {
    "wrong-way": (at.ROLE, at.AGAINST),
    "emergency": (at.ROLE, at.SIREN),
    "work-zone": (at.KIND, at.CONE),
}
_CHANGING: Final = {"merge": at.EGO, "exit": at.EGO, "cut-in": at.CUTTER}  # roles
_CROSSING: Final = {  # [m] from the middle of the junction
    "roundabout": 22.0,
    "signalled-intersection": 20.0,
    "unsignalled-intersection": 12.0,
    "left-turn": 5.0,
}
_FAILING: Final = "sensor-dropout"
_SHEET: Final = "sheet.png"
_COLUMNS: Final = 2
_TITLE, _SPACE = 26, 10  # [pixels] of the sheet: the height of a caption, and between the pictures
_INK, _PALE, _PAPER = (24, 27, 33), (95, 102, 112), (255, 255, 255)


@dataclass(frozen=True)
class Drive:
    """What is known of one driven episode, to show it again.

    Attributes:
        actions: What the driver did, float32 (steps, 2).
        moment: The most telling state: that many steps after the beginning.
    """

    actions: np.ndarray
    moment: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Write what the arguments ask for; return 0, or 2 for wrong input."""
    options = _parser().parse_args(arguments)
    try:
        _write_all(options)
    except BenchmarkError as error:
        print(f"driving_gallery: {error}", file=sys.stderr)
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.driving_gallery",
        description="Write a picture or a film of each driving scenario.",
    )
    parser.add_argument(
        "--scenario", nargs="+", action="extend", metavar="NAME", help="default: all of them"
    )
    parser.add_argument("-o", "--output", type=Path, metavar="DIR", default=Path("runs/gallery"))
    parser.add_argument("--format", choices=FORMATS, default="png")
    parser.add_argument(
        "--sheet", action="store_true", help=f"also write all pictures on one sheet, {_SHEET}"
    )
    parser.add_argument(
        "--driver", metavar="NAME", default="rule", help=f"one of: {', '.join(DRIVERS)}"
    )
    parser.add_argument(
        "--seed", type=integer(0, 2**63 - 1), default=0, metavar="N", help="default 0"
    )
    parser.add_argument(
        "--force", action="store_true", help="write into a folder that also holds other files"
    )
    return parser


def _write_all(options: argparse.Namespace) -> None:
    names = list(dict.fromkeys(options.scenario or SCENARIOS))
    for name in names:
        _known(name, SCENARIOS, "scenario")
    _known(options.driver, DRIVERS, "driver")
    if options.format == "mp4":
        need(PIL="render", moviepy="render")
    else:
        need(PIL="render")
    folder: Path = options.output
    _prepare(folder, force=options.force)
    pictures = []
    with progress(len(names)) as begin:
        for name in names:
            begin(name)
            pictures.append(_write(folder, name, options))
    if options.sheet:
        contact_sheet(list(zip(names, pictures, strict=True))).save(folder / _SHEET)
    print(f"{len(names)} scenarios: {folder}")


def _known(name: str, names: Sequence[str], what: str) -> None:
    if name not in names:
        msg = f"unknown {what} {name!r}{suggest(name, names)}; choose from {', '.join(names)}"
        raise UsageError(msg)


def _prepare(folder: Path, *, force: bool) -> None:
    """Make the folder; what a former run wrote is replaced, other files are not written among.

    Raises:
        UsageError: It holds other files, or cannot be made.
    """
    own = {f"{name}.{ending}" for name in SCENARIOS for ending in FORMATS} | {_SHEET}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = sorted({path.name for path in folder.iterdir()} - own)
    except OSError as error:
        msg = f"cannot write to {str(folder)!r}: {error.strerror}"
        raise UsageError(msg) from error
    if others and not force:
        shown = ", ".join(others[:3]) + (", ..." if len(others) > 3 else "")
        msg = (
            f"the folder {str(folder)!r} holds other files ({shown}): name another, or give --force"
        )
        raise UsageError(msg)


def _write(folder: Path, name: str, options: argparse.Namespace) -> np.ndarray:
    """Write the picture or the film of a scenario; return the picture."""
    env = DrivingEnv(
        scenario=name,
        action="continuous",
        policy_hz=float(_FPS),
        frames=1,
        difficulty=_DIFFICULTY,
        split="all",
        render_mode="rgb_array",
    )
    found = drive(env, options.driver, options.seed)
    first = last = found.moment
    if options.format != "png":
        first = max(0, found.moment - round(_BEFORE * _FPS))
        last = min(len(found.actions), found.moment + round(_AFTER * _FPS))
    frames = _shown(env, found.actions, options.seed, first, last)
    picture: np.ndarray = frames[found.moment - first]
    _save(frames, picture, folder / f"{name}.{options.format}")
    return picture


def drive(env: DrivingEnv, driver: str, seed: int) -> Drive:
    """Drive the first episode of a seed.

    Args:
        env: Of one scenario, with the action "continuous".
        driver: One of `DRIVERS`.
        seed: Of the episode.
    """
    observation, _ = env.reset(seed=seed)
    policy: Policy = Clairvoyant(env) if driver == "oracle" else make_driver(driver, env)
    actions, states = [], [env.sim.save()]
    over = False
    while not over:
        actions.append(policy.act([observation])[0])
        observation, _, terminated, truncated, _ = env.step(actions[-1])
        states.append(env.sim.save())
        over = terminated or truncated
    scenario = SCENARIOS[int(states[0]["_places"][0, 0])]
    return Drive(np.array(actions), telling(states, scenario))


def telling(states: Sequence[Mapping[str, np.ndarray]], scenario: str) -> int:
    """Return which state of an episode tells most about it.

    For some it is when what they are named for happens. For the others it is that of the smallest
    time to collision from the onset of the event on; if nobody comes near from then on, the
    onset; and if there is no event either, the middle of the episode.

    Args:
        states: Of a simulator of one episode, as its `save` returns them.
        scenario: The name of its scenario.
    """
    actors = np.stack([state["_actors"][0] for state in states]).astype(np.float64)
    marks, world = states[0]["_marks"][0], np.stack([state["_world"][0] for state in states])
    onset = float(world[-1, at.EVENT_T])
    late = world[:, at.TIME] >= max(onset, _BEGIN)
    apart = np.hypot(*(actors[:, [at.X, at.Y]] - actors[:, [at.X, at.Y], :1]).transpose(1, 0, 2))
    if scenario in _COMING:
        mark, value = _COMING[scenario]
        return _least(apart[:, marks[mark] == value].mean(axis=1), late)
    if scenario in _CHANGING:
        aside = actors[:, at.D, marks[at.ROLE] == _CHANGING[scenario]][:, 0]
        return _least(-np.abs(np.diff(aside, prepend=aside[0])), late)
    if scenario in _CROSSING:
        # The middle of a junction is the origin of its map.
        within = late & (np.hypot(actors[:, at.X, 0], actors[:, at.Y, 0]) < _CROSSING[scenario])
        moves = (marks[at.KIND] != at.NONE) & (marks[at.KIND] != at.LIGHT)
        moves[0] = False
        return _least(apart[:, moves].min(axis=1), within if within.any() else late)
    if scenario == _FAILING:
        middle = 0.5 * (world[0, at.DROP_FROM] + world[0, at.DROP_TO])
        return _least(np.abs(world[:, at.TIME] - middle), late)
    # The simulator keeps the smallest time to collision up to now.
    closer = np.flatnonzero(late & (np.diff(world[:, at.TTC], prepend=np.inf) < 0))
    if len(closer):
        return int(closer[-1])
    return int(late.argmax()) if onset > 0 else len(states) // 2


def _least(values: np.ndarray, among: np.ndarray) -> int:
    """Where the smallest value is."""
    return int(np.where(among, values, np.inf).argmin())


def _shown(
    env: DrivingEnv, actions: np.ndarray, seed: int, first: int, last: int
) -> list[np.ndarray]:
    """Drive an episode again and return the pictures from one state to another."""
    env.reset(seed=seed)
    frames = []
    for step in range(last + 1):
        if step:
            env.step(actions[step - 1])
        # Trails lead through earlier pictures, so those have to be taken, too.
        if step >= first - _TRAIL and (frame := env.render()) is not None and step >= first:
            frames.append(frame)
    return frames


def _save(frames: list[np.ndarray], picture: np.ndarray, path: Path) -> None:
    from PIL import Image

    if path.suffix == ".png":
        Image.fromarray(picture).save(path)
    elif path.suffix == ".gif":
        # One palette for all frames: with one each, colours flicker and the file is larger.
        palette = Image.fromarray(picture).quantize(128)
        first, *others = (
            Image.fromarray(frame).quantize(palette=palette, dither=Image.Dither.NONE)
            for frame in frames
        )
        first.save(
            path, save_all=True, append_images=others, duration=1000 // _FPS, loop=0, optimize=True
        )
    else:
        clip = import_module("moviepy").ImageSequenceClip(frames, fps=_FPS)
        clip.write_videofile(str(path), codec="libx264", audio=False, logger=None)
        clip.close()


def contact_sheet(pictures: Sequence[tuple[str, np.ndarray]]) -> Image.Image:
    """Return pictures of scenarios on one sheet, each below its name and its caption.

    Args:
        pictures: Name of the scenario, and uint8 (height, width, 3); heights may differ.
    """
    from PIL import Image, ImageDraw, ImageFont

    columns = min(_COLUMNS, len(pictures))
    wide = max(picture.shape[1] for _, picture in pictures) + _SPACE
    ends = [_SPACE] * columns
    places = []
    for _, picture in pictures:  # each goes to where most room is left
        column = ends.index(min(ends))
        places.append((_SPACE + column * wide, ends[column]))
        ends[column] += _TITLE + picture.shape[0] + _SPACE
    sheet = Image.new("RGB", (_SPACE + columns * wide, max(ends)), _PAPER)
    pen = ImageDraw.Draw(sheet)
    large, small = ImageFont.load_default(17), ImageFont.load_default(15)
    for (name, picture), (x, y) in zip(pictures, places, strict=True):
        pen.text((x, y + _TITLE // 2), name, fill=_INK, font=large, anchor="lm")
        after = x + pen.textlength(f"{name}  ", font=large)
        pen.text((after, y + _TITLE // 2), CAPTIONS[name], fill=_PALE, font=small, anchor="lm")
        sheet.paste(Image.fromarray(picture), (x, y + _TITLE))
    return sheet


if __name__ == "__main__":
    sys.exit(main())
