"""What importers are made of, on made-up files: columns, services of a schema, shared tables."""

import pytest

from synth_envs.dialogue.engine import Episode
from synth_envs.dialogue.imports import sgd
from synth_envs.dialogue.imports.catalogue import Catalogue
from synth_envs.dialogue.imports.columns import UNKNOWN, cell, kind_of, read, slot_of
from synth_envs.dialogue.imports.services import CUSTOMER
from synth_envs.dialogue.planner import play
from synth_envs.dialogue.spec import KINDS
from synth_envs.dialogue.world import ToolError, World
from synth_envs.seeding import TaskRandom

# --- columns ---


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["yes", "no", "?"], "bool"), (["True", "False"], "bool"), (["09:45", "24:30"], "time"), (["2019-03-01"], "date"),
        (["a", "b", "a", "b", "?"], "category"), (["1", "2", "1", "2"], "ordinal"), (["17", "4", "90"], "int"),
        (["23.60 pounds", "5 pounds"], "money"), (["x", "y", "z"], "name"), ([], "name"), (["?", ""], "name"),
        (["2019-13-01"], "name"), (["25:5"], "name"),
    ],
)  # fmt: skip
def test_kinds_are_seen_from_the_values(values, kind):
    assert kind in KINDS
    assert kind_of(values) == kind


def test_values_are_read_by_kind():
    area = slot_of("area", "category", ["North", "south", "?"])
    assert area.values == ("north", "south", UNKNOWN)
    assert [read(area, text) for text in ("NORTH", "nort", "dontcare", "atlantis", "")] == ["north", "north", None, "atlantis", None]  # fmt: skip
    kind = slot_of("kind", "category", ["multiple sports", "museum"])
    assert read(kind, "mutliple sports") == "multiple sports"
    assert cell(area, "?") == UNKNOWN
    assert cell(slot_of("time", "time", ["10:00"]), "?") is None
    day = slot_of("day", "date", ["2024-01-03", "2024-01-01"])
    assert (day.low, day.high, read(day, "2024-01-02")) == (0, 2, 1)
    assert read(slot_of("wifi", "bool", ["yes"]), "No") is False
    language = slot_of("subtitles", "category", ["None", "English"])
    assert cell(language, "None") == read(language, "none") == "none"  # no subtitles are a value
    assert cell(language, None) == UNKNOWN
    assert slot_of("n", "ordinal", ["10", "9", "2"]).values == ("2", "9", "10")


# --- services without the data ---

SCHEMA = [
    {
        "service_name": "Zorks_7", "description": "Find and hire zorks",
        "slots": [
            {"name": "zork_name", "is_categorical": False, "possible_values": [], "description": "Name of the zork"},
            {"name": "hue", "is_categorical": True, "possible_values": ["Red", "Blue"], "description": "Hue of the zork"},
            {"name": "tame", "is_categorical": True, "possible_values": ["True", "False"], "description": "Whether tame"},
            {"name": "price", "is_categorical": False, "possible_values": [], "description": "Price of a day"},
            {"name": "hire_date", "is_categorical": False, "possible_values": [], "description": "Day of hire"},
        ],
        "intents": [
            {"name": "FindZork", "description": "Find a zork", "is_transactional": False, "required_slots": ["hue"],
             "optional_slots": {"tame": "dontcare"}, "result_slots": ["zork_name", "hue", "tame", "price"]},
            {"name": "HireZork", "description": "Hire a zork", "is_transactional": True, "required_slots": ["zork_name", "hire_date"],
             "optional_slots": {}, "result_slots": ["zork_name", "hire_date", "price"]},
        ],
    }
]  # fmt: skip


def frames(method, parameters, results, *requests):
    call = {"method": method, "parameters": parameters}
    turns = [{"frames": [{"service": "Zorks_7", "actions": [], "service_call": call, "service_results": results}]}]  # fmt: skip
    asked = [{"act": "REQUEST", "slot": slot, "values": []} for slot in requests]
    return [*turns, {"frames": [{"service": "Zorks_7", "actions": asked, "state": {}}]}]


GRUE = {"zork_name": "Grue", "hue": "Red", "tame": "False", "price": "12.50"}
OGRE = {"zork_name": "Ogre", "hue": "Blue", "tame": "True", "price": "3"}


def test_a_schema_becomes_a_service():
    (spec,) = sgd.from_sgd(SCHEMA)
    kinds = {slot.name: slot.kind for slot in (*spec.entity_slots, *spec.detail_slots)}
    assert kinds == {"zork_name": "name", "hue": "category", "tame": "bool", "zorks_price": "money", "hire_date": "date"}  # fmt: skip
    assert [slot.name for slot in spec.detail_slots] == ["hire_date"]
    find, hire = spec.tools[:2]
    assert (find.kind, find.args, find.needed) == ("find", ("hue", "tame", "limit", "offset"), ("hue",))  # fmt: skip
    assert (hire.kind, hire.args) == ("create", ("customer_id", "entity_id", "hire_date"))
    assert spec.policy.verdict("hire_zork", {}).needs == ("confirm",)
    assert not spec.policy.verdict("find_zork", {}).needs
    for broken in ([{}], [{**SCHEMA[0], "intents": None}], [{**SCHEMA[0], "slots": 5}]):
        with pytest.raises(ValueError, match="malformed schema"):
            sgd.from_sgd(broken)


def test_calls_of_a_dialogue_become_wishes():
    hired = {"zork_name": "Grue", "hire_date": "2019-03-04"}
    dialogue = {"turns": [
        *frames("FindZork", {"hue": "Blue", "tame": "dontcare"}, [OGRE], "price"),
        *frames("FindZork", {"hue": "Blue", "tame": "False"}, []),
        *frames("FindZork", {"hue": "Red", "tame": "False"}, [GRUE]),
        *frames("HireZork", hired, [{**hired, "price": "12.50"}]),
    ]}  # fmt: skip
    offers = sgd.catalogues(SCHEMA, [dialogue])
    (scene,) = sgd.scenes_of_sgd(offers, dialogue, 5)
    first, second, third = scene.goal.subgoals
    assert (first.tool, first.wishes, first.wants) == ("find_zork", {"hue": "blue"}, ("entity.zorks_price",))  # fmt: skip
    assert second.wishes == {"hue": "blue", "tame": False}
    assert second.fallbacks == ({"hue": "red", "tame": False},)
    assert (third.tool, third.wishes["zork_name"]) == ("hire_zork", "grue")
    assert third.details == {"hire_date": read(slot_of("d", "date"), "2019-03-04")}
    episode = Episode(scene)
    play(episode)
    assert episode.verdict().success, episode.verdict().missing
    heard = [act.kind for e in episode.log if e.kind == "user" for act in e.what]
    assert "settle" in heard
    assert {act.value for e in episode.log if e.kind == "say" for act in e.what if act.slot == "entity.zorks_price"} == {300}  # fmt: skip


def test_a_catalogue_is_a_database_made_faster():
    (spec,) = sgd.from_sgd(SCHEMA)
    rows = [
        {"id": f"z{k}", "name": f"n{k}", "price": k, "stock": k % 3, "zork_name": f"n{k}", "hue": ("red", "blue")[k % 2], "tame": k % 5 == 0, "zorks_price": k}
        for k in range(60)
    ]  # fmt: skip
    catalogue = Catalogue(spec, rows)
    fast = catalogue.world(3, [dict(CUSTOMER)])
    plain = World(spec, 3, {"customer": [dict(CUSTOMER)], "entity": [dict(row) for row in rows]})
    rng, hire = TaskRandom(b"catalogue"), spec.by_tool["hire_zork"]
    booked = 0
    for _ in range(800):
        filters = {"hue": rng.choice(["red", "blue", "green", None]), "tame": rng.choice([True, False, None]), "price": rng.choice([None, 7]), "nonsense": rng.choice([None, None, 1])}  # fmt: skip
        assert fast.found(filters) == plain.found(filters)
        args = {"customer_id": "C1", "entity_id": f"z{rng.randint(0, 61)}", "hire_date": 4}
        results = []
        for world in (fast, plain):
            try:
                results.append(world.run(hire, args))
            except ToolError as error:
                results.append(error.kind)
        assert results[0] == results[1]
        booked += isinstance(results[0], dict)
        assert fast.diff() == plain.diff()
    assert booked == 60  # all that there were
    again = fast.copy()
    assert again.diff() == frozenset()
    assert again.found({}) == fast.found({}) == []
    assert list(catalogue.rows.values()) == rows  # what is shared did not change
    assert len(catalogue.world(3, []).found({})) == 40
    assert fast.found({"hue": ["red"]}) == []
