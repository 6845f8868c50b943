"""Words in any order, in any process: nothing raises, and nobody agrees to what was not said."""

import os
import subprocess
import sys

from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.scenes import make_scene
from synth_envs.dialogue.spec import ARCHETYPES
from synth_envs.dialogue.understand.cues import CUES
from synth_envs.dialogue.understand.ground import normal
from synth_envs.dialogue.understand.meaning import understand
from synth_envs.dialogue.understand.message import clean
from synth_envs.dialogue.values import render, slot_of
from synth_envs.dialogue.words.speech import noun_of
from synth_envs.seeding import TaskRandom

#: Figures are written where `-s` shows them.
tell = sys.stdout.write


def test_soups_of_words_never_raise_and_agree_to_nothing_unsaid():
    """Words of the episode in any order: every argument of what is asked about is somewhere in the text."""
    confirms = 0
    for number, archetype in enumerate(ARCHETYPES):
        episode = Episode(make_scene(number, 3, archetype=archetype, noise=0.0))
        spec, tables = episode.spec, episode.world.tables
        mine = episode.world.records_of(episode.goal.customer)
        words = [
            *(phrase for phrases in CUES.values() for phrase in phrases[:6]),
            *(f"{word} " for tool in spec.tools for word in tool.words),
            *(word for slot in spec.by_slot.values() for word in (*slot.words, *slot.values)),
            *("12 March 2025", "14:30", "4", "four", "12.50 euros", "€3.00", "yes", "no", "two", "a.b@example.org", "AB1234"),
            *("?", "?", "?", ".", ",", "\n", "shall i", "shall i", "do you want me to", "customer", "(", "'", '"', "{", "é", "\u0430"),
            *(row["id"] for row in mine),
            *(row["name"] for row in list(tables["entity"].values())[:5]),
        ]  # fmt: skip
        rng = TaskRandom(b"soup/%d" % number)
        for _ in range(500):
            text = " ".join(rng.choice(words) for _ in range(rng.randint(1, 30)))
            asked = rng.random() < 0.5
            tool = rng.choice([tool for tool in spec.tools if tool.writes])
            if asked:  # nearly questions, so that some are whole
                row, entity = rng.choice(mine), rng.choice(list(tables["entity"].values())[:5])
                known = {**row, "record_id": row["id"], "entity_id": entity["name"], "amount": 1250}
                text = f"Shall I {tool.words[0]}: " + ", ".join(
                    f"{noun_of(spec, name)} {known[name] if name.endswith('_id') else render(slot_of(spec, name), known[name])}"
                    for name in tool.args if name in known and rng.random() < 0.9
                ) + "?"  # fmt: skip
            found = understand(text, episode)
            for act in found.acts:
                if act.kind != "confirm":
                    continue
                confirms += 1
                assert "?" in text or "please confirm" in text
                for name, value in act.write[1]:
                    said = [str(value), str(value).replace("_", " ")]
                    if name == "entity_id":
                        said.append(tables["entity"][value]["name"])
                    elif name != "customer_id":
                        said += [render(slot_of(spec, name), value, style) for style in range(3)]
                    spoken = normal(clean(text))
                    assert (
                        name == "customer_id"
                        or any(normal(one) in spoken for one in said)
                        or value in (True, False)
                    ), (text, act)
    tell(f"{confirms} soups asked for agreement\n")
    assert confirms > 300


def test_other_processes_read_alike():
    code = (
        "from synth_envs.dialogue.engine import Episode\n"
        "from synth_envs.dialogue.scenes import make_scene\n"
        "from synth_envs.dialogue.understand.meaning import understand\n"
        "episode = Episode(make_scene(5, 6, archetype='account', noise=0.0))\n"
        "names = [row['name'] for row in episode.world.tables['entity'].values()]\n"
        "texts = [f'How about {a} or {b}?' for a, b in zip(names, names[1:])] + ['What is your postcodde and emial?'] * 3\n"
        "print([understand(text, episode) for text in texts])\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    assert said[0] == said[1]
    assert "Act(kind='request', slot='postcode'" in said[0]
