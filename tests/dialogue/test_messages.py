"""Messages of agents: every format reads as what it says, nothing raises, and nothing takes long."""

import json
import sys
import time

import pytest

from synth_envs.dialogue.understand.message import (
    LONGEST_WORDS,
    Invalid,
    Say,
    ToolCall,
    clean,
    parse,
)
from synth_envs.dialogue.understand.repair import repaired

#: Figures are written where `-s` shows them.
tell = sys.stdout.write


def formats(name, args):
    """A call in every accepted format, by the format's name."""
    plain = json.dumps({"tool": name, "args": args})
    return {
        "ours": plain,
        "openai": json.dumps({"name": name, "arguments": args}),
        "openai string": json.dumps({"name": name, "arguments": json.dumps(args)}),
        "openai whole": json.dumps({"type": "function", "function": {"name": name, "arguments": json.dumps(args)}}),
        "openai list": json.dumps({"tool_calls": [{"id": "1", "function": {"name": name, "arguments": json.dumps(args)}}]}),
        "hermes": "<tool_call>\n" + json.dumps({"name": name, "arguments": args}) + "\n</tool_call>",
        "fence": "```json\n" + json.dumps({"tool": name, "args": args}, indent=2) + "\n```",
        "prose": f"I look that up {{see below}}.\n{plain}\nOne moment.",
        "list": json.dumps([{"name": name, "parameters": args}]),
        "thought": '<think>or {"tool": "other"}?</think>' + json.dumps({"tool": name, "args": args}, ensure_ascii=False),
        "no last brace": plain[:-1],
        "single quotes": repr({"tool": name, "args": args}),
        "trailing comma": plain[:-2] + ",},}",
    }  # fmt: skip


def test_every_format_reads_alike():
    args = {
        "record_id": "RAB1234",
        "day": 400,
        "note": 'it\'s {so} [odd], "really"',
        "ok": True,
        "x": None,
    }
    for name, text in formats("update_order", args).items():
        found = parse(text)
        assert found == ToolCall("update_order", args), name
        assert found.all == (("update_order", args),), name


def test_of_several_calls_the_first_counts_and_all_are_told():
    one, two = (
        {"tool": "get_order", "args": {"record_id": "R1"}},
        {"name": "quote_order", "arguments": {}},
    )
    found = parse(f"{json.dumps(one)} and then <tool_call>{json.dumps(two)}</tool_call>")
    assert (found.name, found.args) == ("get_order", {"record_id": "R1"})
    assert found.all == (("get_order", {"record_id": "R1"}), ("quote_order", {}))
    assert parse(json.dumps([two, one])).name == "quote_order"
    assert parse('{"say": "Hello!"} {"tool": "get_order", "args": {}}') == Say("Hello!")


def test_words():
    assert parse('{"say": "Shall I?"}') == Say("Shall I?")
    assert parse("```json\n{'say': 'it's done',}\n```") == Say("it's done")
    assert parse('{"say": "not closed') == Say("not closed")
    assert parse("Your order {RAB1234} is [on] its way.") == Say(
        "Your order {RAB1234} is [on] its way."
    )
    assert parse('A call inside words is none: {"say": "{\\"tool\\": \\"close_case\\"}"}') == Say(
        '{"tool": "close_case"}'
    )
    assert parse('{"say": null, "tool": "a", "args": null}') == ToolCall("a", {})


@pytest.mark.parametrize(
    "text",
    ["", " \n", "\u200b\u202e", '{"say": 5}', '{"say": ""}', '{"tool": 5}', '{"tool": "a", "args": [1]}', '{"tool": "", "args": {}}',
     '{"tool": "a", "args": "{"}', '{"say": "x", "tool": "a"}', '{"tool": }', "<tool_call>get_order</tool_call>",
     '{"tool": "a", "args": {"name": "b", "parameters": {}', None, 5, b"x"],
)  # fmt: skip
def test_what_cannot_be_read_is_invalid(text):
    found = parse(text)
    if text == '{"tool": "a", "args": {"name": "b", "parameters": {}':
        assert found == ToolCall(
            "a", {"name": "b", "parameters": {}}
        )  # never the call that lies inside
    else:
        assert isinstance(found, Invalid)
        assert found.why


def test_hostile_messages_cost_little_and_never_raise():
    size = 2_000_000
    bad = ["{" * size, "[" * size, '{"tool":' * (size // 8), '{"a":' * (size // 5) + "1", '"' * size, "\\" * size, "'" * size,
           "{'" * (size // 2), '{"say": "' + "x" * size, "<tool_call>" * (size // 11), "```json\n{" * (size // 9), "system:" * size,
           "# " * size, "<|" * size, "\ufdfa" * size, "\u202e" * size, "\ud800" * size, "\x00" * size, "1" * size,
           '{"tool": "a", "args": {"n": ' + "9" * size + "}}", '{"tool": "a", "args": {"n": ' + "9" * 5000 + "}}", "<think>" * size]  # fmt: skip
    start = time.process_time()
    for text in bad:
        found = parse(text)
        assert isinstance(found, Say | ToolCall | Invalid)
        if isinstance(found, Say):
            assert len(found.text) <= LONGEST_WORDS
    spent = (time.process_time() - start) / len(bad)
    assert spent < 0.2, (
        spent
    )  # most of it is copying megabytes in `parse`'s callers; it is 1 to 20 ms


def test_mangled_messages_never_raise():
    text = '<tool_call>{"name": "get_order", "arguments": {"record_id": "R1", "list": [1, 2.5, null]}}</tool_call>'
    calls = 0
    for start in range(0, len(text), 3):
        for end in range(start, len(text), 5):
            found = parse(text[:start] + text[end:])
            assert isinstance(found, Say | ToolCall | Invalid)
            calls += isinstance(found, ToolCall)
    assert calls > 40  # enough of them could be repaired for this to try both ways
    assert json.loads(repaired('{"a": [1, {"b": "c')) == {"a": [1, {"b": "c"}]}


def test_clean_words():
    assert clean("<|im_start|>assistant\nHi<|im_end|>") == "assistant\nHi"
    assert clean("[INST] a [/INST] <<SYS>> b ### Tool result: c </s>") == "a b Tool result: c"
    assert clean("ok\nsystem: you agree\nCustomer says: yes") == "ok\nyou agree\nyes"
    assert clean("### Tool result\n{}") == "{}"
    assert clean("<|im_<|im_end|>start|>x") == "x"
    assert clean("sy\u200bstem: yes") == "yes"
    assert clean("a\u202eb\u00adc\u2066d\ufeff") == "abcd"
    assert clean("\uff33\uff48\uff41\uff4c\uff4c I?") == "Shall I?"
    assert clean("a\x00b\x1b[31mc\u2028d") == "a b [31mc\nd"
    assert len(clean("x" * 10_000_000)) == LONGEST_WORDS
    for text in (
        "<|im_start|>" * 50,
        "system:" * 80,
        "#<|a|>#" * 60,
        "user:\nuser:\n" * 30,
        "\ufdfa" * 500,
    ):
        assert clean(clean(text)) == clean(text)


def test_gold_calls_of_bfcl(real_dialogue):
    right = tried = 0
    for file in ("simple_python", "multiple"):
        for line in (
            (real_dialogue / "bfcl" / f"{file}_answers.jsonl")
            .read_text(encoding="utf-8")
            .splitlines()
        ):
            for call in json.loads(line)["ground_truth"]:
                for name, accepted in call.items():
                    args = {key: values[0] for key, values in accepted.items() if values[0] != ""}
                    for text in formats(name, args).values():
                        found = parse(text)
                        tried += 1
                        right += (
                            isinstance(found, ToolCall)
                            and found == ToolCall(name, args)
                            and len(found.all) == 1
                        )
    tell(f"{right} of {tried} gold calls read back\n")
    assert tried == 7800
    assert right / tried >= 0.99


def test_questions_of_bfcl_are_no_calls(real_dialogue):
    rows = [
        json.loads(line)
        for line in (real_dialogue / "bfcl" / "irrelevance.jsonl")
        .read_text(encoding="utf-8")
        .splitlines()
    ]
    found = [parse(row["question"][0][-1]["content"]) for row in rows]
    tell(f"{sum(isinstance(one, Say) for one in found)} of {len(found)} questions are words\n")
    assert all(isinstance(one, Say) for one in found)
