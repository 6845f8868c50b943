"""Submissions that try to be paid by the tests of a data set without passing them score nothing.

Two tasks in the forms of HumanEval and MBPP, whose expected values are nowhere in their prompts.
"""

import json

import pytest

from sandboxes import Program, get_sandbox
from synth_envs.code.recorded import load_tasks

SECRET = 987_654_321_987
HUMANEVAL = {
    "task_id": "Toy/1",
    "prompt": 'def f(n):\n    """ Return the number that belongs to n.\n    """\n',
    "entry_point": "f",
    "canonical_solution": f"    return [{SECRET} + n, (n, 'x')]\n",
    "test": f"def check(candidate):\n    for n in range(4):\n"
    f"        assert candidate(n) == [{SECRET} + n, (n, 'x')]\n"
    "        assert candidate(n)[0] > 5, 'too small'\n",
}
MBPP = {
    "text": "Write a function that returns the number that belongs to n.",
    "code": f"def f(n):\n    return [{SECRET} + n, (n, 'x')]",
    "test_list": [f"assert f({n}) == [{SECRET + n}, ({n}, 'x')]" for n in (1, 2, 3)],
    "test_setup_code": "",
}
CLASSES = "class E{base}:\n    __eq__ = lambda *a: True\n    __ne__ = lambda *a: False\n    __hash__ = lambda s: 0\n"
OPERATORS = "    __gt__ = __lt__ = __ge__ = __le__ = __eq__\n    __getitem__ = lambda s, i: s\n"
FORGED = "\\n".join(f'{place} ["ok", true]' for place in range(8))
CHEATS = {
    "equal to everything": CLASSES.format(base="") + OPERATORS + "def f(n): return E()",
    **{
        f"{base} equal to everything": CLASSES.format(base=f"({base})")
        + f"    __repr__ = lambda s: '{SECRET - SECRET}'\ndef f(n): return E()"
        for base in ("int", "str", "list", "tuple", "dict", "float")
    },
    "inside a list": CLASSES.format(base="(int)") + OPERATORS + "def f(n): return [E(), (n, 'x')]",
    "metaclass": "class M(type):\n    __eq__ = lambda *a: True\n    __hash__ = lambda s: 0\n"
    "class E(metaclass=M): pass\ndef f(n): return E",
    "exit": "import sys\ndef f(n): return 0\nsys.exit(0)",
    "hard exit": "import os\ndef f(n): return 0\nos._exit(0)",
    "exit in the call": "import sys\ndef f(n): sys.exit(0)",
    "hard exit in the call": "import os\ndef f(n): os._exit(0)",
    "SystemExit": "def f(n): raise SystemExit(0)",
    "KeyboardInterrupt": "def f(n): raise KeyboardInterrupt",
    "no AssertionError": "import builtins\nclass Q(Exception): pass\nbuiltins.AssertionError = Q\n"
    "def f(n): return 0",
    "no assertions": "import builtins\nfor k in list(vars(builtins)):\n    v = vars(builtins)[k]\n"
    "    if isinstance(v, type) and issubclass(v, BaseException):\n"
    "        try: setattr(builtins, k, type(k, (BaseException,), {}))\n        except Exception: pass\n"
    "def f(n): return 0",
    "builtins changed": "__builtins__['range'] = lambda *a: []\n__builtins__['len'] = lambda x: 0\n"
    "def f(n): return 0",
    "builtins changed by name": "import builtins\nbuiltins.range = lambda *a: []\n"
    "builtins.exec = builtins.compile = lambda *a, **k: None\ndef f(n): return 0",
    "check replaced": "def check(candidate): pass\ndef f(n): return 0",
    "job replaced": "import sys\nfor m in list(sys.modules.values()):\n    for k in ('check', 'record', 'entry', 'encode', 'decode'):\n"
    "        if hasattr(m, k):\n            setattr(m, k, lambda *a, **k: [True])\ndef f(n): return 0",
    "forged lines": f"import os\nos.write(1, b'''{FORGED}\\n''')\ndef f(n): return 0",
    "forged lines and exit": f"import os\nos.write(1, b'''{FORGED}\\n''')\nos._exit(0)\ndef f(n): return 0",
    "forged lines in the call": f"import os\ndef f(n):\n    os.write(1, b'''{FORGED}\\n''')\n    os._exit(0)",
    "forged verdict": "import os\ndef f(n):\n    os.write(1, b'0 [\"ok\", [true, true, true]]\\n')\n    os._exit(0)",
    "printed": "def f(n):\n    print('0 [\"ok\", [true]]')\n    return True",
    "json replaced": "import json\njson.JSONEncoder.encode = lambda s, o: '[\"ok\", [true]]'\n"
    "json.dumps = lambda *a, **k: '[\"ok\", [true]]'\ndef f(n): return 0",
    "driver replaced": "import sandbox_driver\nsandbox_driver._plain = lambda v, d=0: [True]\n"
    "sandbox_driver.main = lambda: None\ndef f(n): return 0",
    "tagged": "def f(n): return {'list': [True]}",
    "frames": "import sys\ndef f(n):\n    frame = sys._getframe()\n    while frame:\n"
    "        for v in list(frame.f_locals.values()) + list(frame.f_globals.values()):\n"
    f"            if '{str(SECRET)[:6]}' in repr(v)[:100_000].replace('_', '') and n not in (v,):\n"
    "                return v\n        frame = frame.f_back",
    "heap": "import gc\ndef f(n):\n    for v in gc.get_objects():\n        if isinstance(v, (list, tuple, dict)):\n"
    "            for w in (v.values() if isinstance(v, dict) else v):\n"
    "                if isinstance(w, int) and w > 10**11 and w < 10**12 and str(w).startswith('9876'):\n"
    "                    return [w, (n, 'x')]",
    "memory": "import re\ndef f(n):\n    try:\n        text = open('/proc/self/mem', 'rb')\n"
    "    except OSError:\n        return 0\n    return 0",
    "files": "import glob\ndef f(n):\n    for p in glob.glob('/tmp/**', recursive=True) + glob.glob('./**', recursive=True):\n"
    "        try:\n            t = open(p).read()\n        except OSError: continue\n"
    "        if 'check' in t: return t\n    return 0",
    "generator": "def f(n): yield from [1, 2]",
    "coroutine": "async def f(n): return 0",
    "nan": "def f(n): return float('nan')",
    "nan in a list": "def f(n): return [float('nan'), (n, 'x')]",
    "infinity": "def f(n): return [float('inf'), (n, 'x')]",
    "list for a tuple": "def f(n): return [0, [n, 'x']]",
    "huge range": "def f(n): return range(10**18)",
    "huge text": "def f(n): return 'x' * 5_000_000",
    "deep": "def f(n):\n    v = []\n    for _ in range(5000): v = [v]\n    return v",
    "endless": "def f(n):\n    while True: pass",
    "recursion": "def f(n): return f(n)",
    "itself": "def f(n): return f",
    "arguments": "def f(*a): return a",
    "fork": "import os\ndef f(n):\n    try: os.fork()\n    except OSError: pass\n    return 0",
    "atexit": "import atexit, os\natexit.register(lambda: os.write(1, b'0 [\"ok\", [true]]\\n'))\ndef f(n): return 0",
    "excepthook": "import sys\nsys.excepthook = lambda *a: None\nsys.settrace(lambda *a: None)\ndef f(n): return 0",
    "finaliser": "class D:\n    def __del__(self):\n        import os; os._exit(0)\nkeep = D()\ndef f(n): return 0",
    "thread": "import threading, time, os\ndef g():\n    time.sleep(0.05); os._exit(0)\n"
    "threading.Thread(target=g, daemon=True).start()\ndef f(n): return 0",
}  # fmt: skip


@pytest.fixture(scope="module")
def tasks(tmp_path_factory):
    path = tmp_path_factory.mktemp("cheats") / "rows.jsonl"
    path.write_text(f"{json.dumps(HUMANEVAL)}\n{json.dumps(MBPP)}\n", "utf-8")
    return load_tasks("induction", str(path))


def test_the_tasks_can_be_solved(tasks):
    assert tasks.examine() == ()
    literal = f"def f(n):\n    return [{SECRET} + n, (n, 'x')]"
    floats = f"def f(n):\n    return [{SECRET}.0 + n, (n, 'x')]"  # equal, as the tests have it
    for program in (literal, floats):
        assert [one.value for one in tasks.verify_batch(list(tasks), [program] * 2)] == [1.0, 1.0]


@pytest.mark.parametrize("which", [0, 1], ids=["humaneval", "mbpp"])
def test_no_cheat_is_paid_or_a_fault_of_ours(tasks, which):
    texts = [f"```python\n{text}\n```" for text in CHEATS.values()]
    scores = tasks.verify_batch([tasks[which]] * len(texts), texts)
    paid = {
        name: one
        for name, one in zip(CHEATS, scores, strict=True)
        if one.value or one.status == "error"
    }
    assert paid == {}
    # An honest response in the same batch is not harmed.
    mixed = tasks.verify_batch([tasks[which]] * 2, [texts[3], tasks.oracle(tasks[which])])
    assert [one.value for one in mixed] == [0.0, 1.0]


def test_the_data_sets_own_way_of_grading_pays_many_of_them():
    programs = [Program("\n".join((text, *MBPP["test_list"]))) for text in CHEATS.values()]
    statuses = [one.status for one in get_sandbox().run_batch(programs)]
    paid = {name for name, one in zip(CHEATS, statuses, strict=True) if one == "ok"}
    assert paid >= {
        "equal to everything",
        "int equal to everything",
        "exit",
        "hard exit in the call",
    }


def test_feedback_tells_nothing_of_hidden_tests(tasks):
    texts = list(CHEATS.values())
    scores = tasks.verify_batch([tasks[1]] * len(texts), texts)
    for score in scores:
        assert str(SECRET + 2) not in score.feedback
        assert str(SECRET + 3) not in score.feedback
        assert score.feedback.isprintable() or "\n" in score.feedback
    scores = tasks.verify_batch([tasks[0]] * len(texts), texts)
    assert {str(SECRET)[:6] in score.feedback for score in scores} == {False}


def test_a_claim_for_another_call_does_not_count(tasks):
    swapped = (
        f"calls = []\ndef f(n):\n    calls.append(n)\n    return [{SECRET} + 3 - n, (3 - n, 'x')]"
    )
    assert [one.value for one in tasks.verify_batch(list(tasks), [swapped] * 2)] == [0.0, 0.0]
