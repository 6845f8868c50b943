"""C, C++ and JavaScript, where the machine has what they need."""

import pytest

from sandboxes import Limits, Program
from tests.sandboxes.conftest import opened

C = '#include <stdio.h>\nint main(int n, char **a) { int x; scanf("%d", &x); printf("%d %s", x * 2, a[1]); return 0; }'
CPP = "#include <iostream>\n#include <vector>\nint main() { std::vector<int> v(3, 4); int s = 0; for (int x : v) s += x; std::cout << s; }"
JS = "const fs = require('fs'); console.log(fs.readFileSync(0, 'utf8').trim() + process.argv[2]);"


@pytest.fixture(scope="module")
def languages():
    with opened(workers=1, isolation="namespaces", limits=Limits(cpu_s=5, memory_mb=256)) as one:
        yield one


def need(sandbox, language):
    if language not in sandbox.languages:
        pytest.skip(f"no {language} on this machine")


def test_c(languages):
    need(languages, "c")
    done = languages.run(Program(C, language="c", stdin="21", argv=("x",)))
    assert (done.status, done.out, done.stage) == ("ok", "42 x", "run")


def test_cpp(languages):
    need(languages, "cpp")
    assert languages.run(Program(CPP, language="cpp")).out == "12"


def test_javascript(languages):
    need(languages, "javascript")
    done = languages.run(Program(JS, language="javascript", stdin="in", argv=("put",)))
    assert (done.status, done.out) == ("ok", "input\n"), done.err


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("int main() { return 3; }", "runtime_error"),
        ("int main() { *(volatile int *)0 = 1; }", "crash"),
        ("int main() { for (;;) ; }", "timeout"),
        ('#include <stdio.h>\nint main() { for (;;) puts("x"); }', "output_limit"),
        ("#include <unistd.h>\nint main() { return fork() < 0 ? 9 : 0; }", "runtime_error"),
        (
            "#include <sys/ptrace.h>\nint main() { return (int)ptrace(PTRACE_TRACEME, 0, 0, 0); }",
            "security",
        ),
    ],
)
def test_statuses_of_c(languages, source, status):
    need(languages, "c")
    limits = Limits(cpu_s=0.5, memory_mb=64, output_bytes=1000)
    done = languages.run(Program(source, language="c", limits=limits))
    assert (done.status, done.stage) == (status, "run")


def test_a_compiler_that_refuses(languages):
    need(languages, "c")
    done = languages.run(Program("int main( {", language="c"))
    assert (done.status, done.stage, done.stdout) == ("runtime_error", "compile", b"")
    assert "main.c:1" in done.err


def test_headers_and_a_mixed_batch(languages):
    need(languages, "c")
    need(languages, "javascript")
    files = {"main.c": '#include "a/b.h"\nint main() { return N; }', "a/b.h": "#define N 0"}
    programs = [
        Program(files=files, entry="main.c", language="c"),
        Program("print(1)"),
        Program("console.log(2)", language="javascript"),
        Program("int main() { return 1", language="c"),
        Program(C, language="c", stdin="1", argv=("y",)),
    ]
    seen = languages.run_batch(programs)
    assert [one.status for one in seen] == ["ok", "ok", "ok", "runtime_error", "ok"]
    assert [one.out for one in seen][1:] == ["1\n", "2\n", "", "2 y"]
    assert seen[3].stage == "compile"


def test_one_program_on_many_inputs_is_compiled_once(languages):
    need(languages, "c")
    before = languages.stats.get("fork")
    source = C + "// once"
    programs = [Program(source, language="c", stdin=str(n), argv=("z",)) for n in range(20)]
    assert [one.out for one in languages.run_batch(programs)] == [f"{2 * n} z" for n in range(20)]
    assert languages.stats["fork"].runs == (before.runs if before else 0) + 1


def test_javascript_memory_and_time(languages):
    need(languages, "javascript")
    limits = Limits(cpu_s=2, wall_s=8, memory_mb=64)
    grow = "const a = []; for (;;) a.push(new Array(1e5).fill(1));"
    assert languages.run(Program(grow, language="javascript", limits=limits)).status in (
        "memory_limit",
        "crash",
    )
    spin = Program("for (;;) ;", language="javascript", limits=Limits(cpu_s=0.5))
    assert languages.run(spin).status == "timeout"
    escape = "require('child_process').execSync('id')"
    assert languages.run(Program(escape, language="javascript")).status == "runtime_error"


def test_a_language_that_is_not_here(languages, monkeypatch):
    monkeypatch.setattr("sandboxes.linux.LinuxSandbox._tool", lambda *_: None)
    with pytest.raises(ValueError, match="no c here; languages: python"):
        languages.run(Program(C, language="c"))
