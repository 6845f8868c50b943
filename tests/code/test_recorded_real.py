"""HumanEval, MBPP and CRUXEval: every published answer is right, and broken ones are not."""

import ast
import json
import warnings

import gymnasium as gym
import pytest

from sandboxes import Program, get_sandbox
from synth_envs.code.prompts import fenced

pytestmark = [
    pytest.mark.slow,
    # Published code has strange escapes; pytest drops the filter that hides what the parser says.
    pytest.mark.filterwarnings("ignore:invalid escape sequence"),
]

FILES = {"humaneval": "humaneval.jsonl", "mbpp": "mbpp.jsonl", "cruxeval": "cruxeval_half.jsonl"}
NUMBERS = {"humaneval": 164, "mbpp": 973}
#: Two rows of MBPP have the same text and the same first test; the second one is left out.
BAD = {"humaneval": [], "mbpp": [(347, "the task of line 76 again")]}
#: Their tests hold for the reference of the next row too.
ALIKE = {"humaneval": [], "mbpp": [666, 728]}


def opened(real_code, env_id, name):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # tested elsewhere: which rows are skipped
        return gym.make(env_id, source=str(real_code / FILES[name]), split="all")


class _Mutate(ast.NodeTransformer):
    """Makes every function return what no task asks for."""

    def visit_Return(self, node):
        wrong = ast.parse("return ['mutated', -12345.678]").body[0]
        return ast.copy_location(wrong, node)


def mutated(source):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # escape sequences in published code
        warnings.simplefilter("ignore", DeprecationWarning)
        tree = ast.parse(source)
    return ast.unparse(ast.fix_missing_locations(_Mutate().visit(tree)))


@pytest.mark.parametrize("name", NUMBERS)
def test_references_are_right_and_their_mutants_are_not(real_code, name):
    source = opened(real_code, "synth/Code-v0", name).unwrapped.source
    assert len(source) == NUMBERS[name]
    assert [(bad.line, bad.reason) for bad in source.bad_rows] == BAD[name]
    assert source.examine() == ()
    tasks = list(source)
    texts = [fenced(mutated(task.reference["solution"])) for task in tasks]
    scores = source.verify_batch(tasks, texts)
    paid = [task.metadata for task, one in zip(tasks, scores, strict=True) if one.value]
    assert paid == []
    assert {one.status for one in scores} <= {"fail", "timeout"}
    # Nor is the reference of the next row, under the name asked for, nor a prompt.
    others = [
        fenced(f"{other['solution']}\n{task.reference['entry']} = {other['entry']}\n")
        for task, other in zip(
            tasks, (one.reference for one in (*tasks[1:], tasks[0])), strict=True
        )
    ]
    scores = source.verify_batch(tasks, others)
    paid = [task.metadata["line"] for task, one in zip(tasks, scores, strict=True) if one.value]
    assert paid == ALIKE[name]
    assert not any(one.value for one in source.verify_batch(tasks, [one.prompt for one in tasks]))


def test_humaneval_is_an_environment(real_code):
    env = opened(real_code, "synth/Code-v0", "humaneval")
    for index in range(164):
        prompt, _ = env.reset(options={"index": index})
        task = env.unwrapped.task
        assert task.reference["solution"] not in prompt
        assert env.step(env.unwrapped.source.oracle(task))[1] == 1.0, task.metadata


def test_rows_with_set_up_code_run_it_after_the_program(real_code):
    source = opened(real_code, "synth/Code-v0", "mbpp").unwrapped.source
    with_setup = [task for task in source if task.reference["setup"]]
    assert [task.metadata["line"] for task in with_setup] == [367, 927]
    assert all(task.reference["setup"] in task.prompt for task in with_setup)
    texts = [task.reference["solution"] for task in with_setup]
    slots = [
        text.replace("class Node:", "class Node(object):\n\t__slots__ = ['data', 'left', 'right']")
        for text in texts
    ]
    bare = [text[text.index("def get" if "def get" in text else "def max") :] for text in texts]
    for programs, value in ((slots, 1.0), (bare, 0.0)):
        scores = source.verify_batch(with_setup, [fenced(text) for text in programs])
        assert [one.value for one in scores] == [value] * 2


@pytest.mark.parametrize("mode", ["Deduction", "Abduction"])
def test_cruxeval_answers(real_code, mode):
    env = opened(real_code, f"synth/Code{mode}-v0", "cruxeval")
    source = env.unwrapped.source
    assert (len(source), source.bad_rows) == (400, ())
    assert source.examine() == ()
    tasks = list(source)
    rows = [
        json.loads(line)
        for line in (real_code / FILES["cruxeval"]).read_text("utf-8").split("\n")
        if line
    ]
    golds = [row["output"] if mode == "Deduction" else f"f({row['input']})" for row in rows]
    for form in ("{}", "{}\n", "The answer is {}", "```\n{}\n```", "**{}**", "Hence:\n\n{}"):
        scores = source.verify_batch(tasks, [form.format(gold) for gold in golds])
        missed = [gold for gold, one in zip(golds, scores, strict=True) if one.value != 1.0]
        assert missed == [], form
    # Answers of other rows count only where they are right.
    for shift in (1, 7):
        others = golds[shift:] + golds[:shift]
        scores = source.verify_batch(tasks, [f"The answer is {one}" for one in others])
        right = [place for place, one in enumerate(scores) if one.value]
        if mode == "Deduction":
            assert right == [p for p in range(400) if golds[p] == others[p]]
            continue
        programs = [
            Program(f"{row['code']}\nassert repr({other}) == repr({row['output']})\n")
            for row, other in zip(rows, others, strict=True)
        ]
        statuses = [one.status for one in get_sandbox().run_batch(programs)]
        assert right == [place for place, status in enumerate(statuses) if status == "ok"]
    env.reset(options={"index": 3})
    assert env.step(golds[3])[1] == 1.0
