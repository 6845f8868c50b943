"""The Docker backend: hardening, faults of the engine, and what is left behind.

Needs the SDK and an engine (`.ci/docker-engine start DIR` starts one). What breaks the engine
itself runs on one of its own, as root.
"""

import contextlib
import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sandboxes.base import Limits, Program, SandboxError
from sandboxes.conformance import ATTACKS, honest_cases, run_corpus
from sandboxes.docker import DockerSandbox, connect
from sandboxes.docker_engine import OWNER, SANDBOX, owner, reap
from sandboxes.docker_image import COMMANDS, build_image, find_image

pytest.importorskip("docker", reason='no Docker SDK: pip install "synth-envs[docker]"')

REPO = Path(__file__).parents[2]
SCRIPT = REPO / ".ci" / "docker-engine"


@pytest.fixture(scope="session")
def client():
    try:
        client = connect()
    except SandboxError as error:
        pytest.skip(f"{error}")
    yield client
    client.close()


@pytest.fixture(scope="module")
def sandbox(client):
    with DockerSandbox(Limits(cpu_s=1), workers=2) as made:
        yield made
        name = made._setup.sandbox
    assert containers(client, name) == []


@pytest.fixture(scope="module")
def forking(client):
    with DockerSandbox(Limits(cpu_s=2), profile="fork", workers=1) as made:
        yield made
        name = made._setup.sandbox
    assert containers(client, name) == []


def containers(client, sandbox=None):
    labels = [f"{SANDBOX}={sandbox}"] if sandbox else [SANDBOX]
    return [one["Id"] for one in client.api.containers(all=True, filters={"label": labels})]


def one_container(client, sandbox):
    """Whatever container of a sandbox's was there first."""
    for _ in range(100):
        found = containers(client, sandbox._setup.sandbox)
        if found:
            return found[-1]
        time.sleep(0.05)
    pytest.fail("no container")


def wait_until(true, seconds=30):
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_a_program_gets_what_it_is_given(sandbox):
    source = """
import json, os, sys
import helper
print(json.dumps([sys.argv, sys.stdin.read(), helper.VALUE, open("sub/data").read(),
                  dict(os.environ), sorted(os.listdir(".")), os.getcwd()]))
print("err", file=sys.stderr)
"""
    files = {"helper.py": "VALUE = 7", "sub/data": b"\x62\x63"}
    done = sandbox.run(Program(source, argv=["a b", "é\n"], stdin="tëxt", files=files))
    assert json.loads(done.out) == [
        ["main.py", "a b", "é\n"],
        "tëxt",
        7,
        "bc",
        {},
        ["helper.py", "sub"],
        "/tmp",  # noqa: S108 - inside the container
    ]
    assert done.err == "err\n"
    assert (done.status, done.exit_code, done.signal, done.stage) == ("ok", 0, None, "run")
    assert 0 < done.cpu_s < 1
    assert 0 < done.wall_s < 10
    assert 1 < done.peak_mb < 100


def test_it_says_what_it_is(sandbox):
    assert sandbox.name == "docker"
    assert sandbox.languages == ("python",)
    assert sandbox.profile == "strict"
    assert "container" in sandbox.layers[0]
    assert "seccomp" in sandbox.layers
    with pytest.raises(ValueError, match="no c here"):
        sandbox.run(Program("int main;", "c"))


@pytest.mark.parametrize(
    ("source", "status"),
    [
        ("import sys; sys.exit(3)", "runtime_error"),
        ("while True: pass", "timeout"),
        ("import time; time.sleep(60)", "timeout"),
        ("x = bytearray(10**9)", "memory_limit"),
        ("print('x' * 2000)", "output_limit"),
        ("open('f', 'wb').write(bytes(2 * 10**6))", "runtime_error"),
        ("[open('/dev/null') for _ in range(99)]", "runtime_error"),
        ("import ctypes; ctypes.string_at(0)", "crash"),
        ("import os; os.fork()", "runtime_error"),
    ],
)
def test_limits(sandbox, source, status):
    limits = Limits(cpu_s=1, wall_s=3, memory_mb=64, output_bytes=1000, disk_mb=1, files=32)
    assert sandbox.run(Program(source, limits=limits)).status == status
    assert sandbox.run("print(1)").out == "1\n"


def test_more_memory_than_the_sandbox_was_made_for(sandbox):
    source = "x = bytearray(1200 * 2**20); print(len(x))"
    limits = Limits(cpu_s=10, memory_mb=1300)
    assert sandbox.run(Program(source, limits=limits)).ok
    assert sandbox.run(source).status == "memory_limit"


def test_limits_over_what_a_container_has_are_refused(sandbox):
    with pytest.raises(ValueError, match="disk_mb"):
        sandbox.run(Program("", limits=Limits(disk_mb=1000)))
    with pytest.raises(ValueError, match="files"):
        sandbox.run(Program("", limits=Limits(files=60000)))
    with pytest.raises(ValueError, match="at least one worker"):
        DockerSandbox(workers=0)
    with pytest.raises(ValueError, match="unknown profile"):
        DockerSandbox(profile="none")


def test_the_container_is_hardened(client, sandbox):
    sandbox.run("")
    found = client.api.inspect_container(one_container(client, sandbox))
    host, config = found["HostConfig"], found["Config"]
    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert not host["CapAdd"]
    assert not host["Privileged"]
    assert host["IpcMode"] == "none"
    assert host["PidMode"] == ""
    assert host["LogConfig"]["Type"] == "none"
    assert host["Memory"] > 0
    assert 0 < host["PidsLimit"] < 5000
    assert host["AutoRemove"]
    assert not host["Binds"]
    assert all(mount["ReadOnly"] for mount in host["Mounts"] or ())
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert list(host["Tmpfs"]) == ["/tmp"]  # noqa: S108 - inside the container
    assert "noexec" in next(iter(host["Tmpfs"].values()))
    assert int(config["User"].partition(":")[0]) > 1000
    assert config["Labels"][OWNER] == owner()
    if any("seccomp" in one for one in client.info()["SecurityOptions"]):
        profile = next(one for one in host["SecurityOpt"] if one.startswith("seccomp="))
        assert json.loads(profile.partition("=")[2])["defaultAction"] == "SCMP_ACT_ERRNO"


_INSIDE = """
import os, socket
assert os.getuid() != 0 and os.getgid() != 0 and 0 not in os.getgroups()
for path in ("/x", "/usr/x", "/usr/local/x", "/etc/passwd", "/dev/shm/x", "/run/x", "/run/sandbox/x"):
    try:
        open(path, "w")
    except OSError:
        continue
    print("wrote", path)
for path in ("/proc/1/environ", "/proc/self/status", "/etc/hosts", "/run/sandbox/worker", "/sys"):
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
    except OSError:
        continue
    print("read", path)
for family in (socket.AF_INET, socket.AF_UNIX, socket.AF_NETLINK):
    try:
        socket.socket(family)
    except OSError:
        continue
    print("socket", family)
print("end")
"""


@pytest.mark.parametrize("profile", ["strict", "fork"])
def test_inside_there_is_nothing_to_reach(request, profile):
    sandbox = request.getfixturevalue("sandbox" if profile == "strict" else "forking")
    done = sandbox.run(_INSIDE)
    assert (done.out, done.err) == ("end\n", "")


def test_the_worker_has_no_capabilities(client, sandbox):
    sandbox.run("")
    pid = client.api.inspect_container(one_container(client, sandbox))["State"]["Pid"]
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        pytest.skip("the engine's processes cannot be seen from here")
    status = dict(line.split(":\t") for line in lines if ":\t" in line)
    assert {
        int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
    } == {0}
    assert status["NoNewPrivs"] == "1"
    assert status["Seccomp"] == "2"


def test_workers_have_users_of_their_own(client, sandbox):
    source = "import os, time; time.sleep(0.3); print(os.getuid())"
    done = sandbox.run_batch([Program(source)] * 4)
    assert 1 <= len({one.out for one in done}) <= 2
    users = {
        client.api.inspect_container(one)["Config"]["User"]
        for one in containers(client, sandbox._setup.sandbox)
    }
    assert len(users) == len(containers(client, sandbox._setup.sandbox))


def test_the_fork_profile(forking):
    source = """
import multiprocessing, os, subprocess, sys
print(subprocess.run([sys.executable, "-c", "print(1 + 1)"], capture_output=True).stdout)
print(subprocess.run("echo out; exit 3", shell=True, stdout=1).returncode)
if os.fork() == 0:
    os.setsid()
    import time; time.sleep(60)
"""
    done = forking.run(source)
    assert done.ok, done.err
    assert "b'2\\n'" in done.out
    assert done.wall_s < 10
    again = forking.run("import os; print([os.kill(pid, 0) for pid in ()], os.getpid() > 1)")
    assert again.out == "[] True\n"


def test_processes_share_the_limits_of_memory_and_time(forking):
    limits = Limits(cpu_s=2, wall_s=20, memory_mb=64)
    eat = """
import os, time
for _ in range(10):
    if os.fork() == 0:
        x = bytearray(60 * 2**20); time.sleep(5); os._exit(0)
for _ in range(10): os.wait()
"""
    assert forking.run(Program(eat, limits=limits)).status == "memory_limit"
    spin = (
        "import os\nfor _ in range(4):\n    if os.fork() == 0:\n        while True: pass\nos.wait()"
    )
    limits = Limits(cpu_s=0.5, wall_s=20, memory_mb=64)
    done = forking.run(Program(spin, limits=limits))
    assert done.status == "timeout"
    assert done.cpu_s < 3
    assert forking.run("print(1)").out == "1\n"


def test_sixteen_threads_at_once(sandbox):
    def work(number):
        return [sandbox.run(f"print({number} * {i})").out for i in range(8)]

    with ThreadPoolExecutor(16) as threads:
        results = list(threads.map(work, range(16)))
    assert results == [[f"{number * i}\n" for i in range(8)] for number in range(16)]
    assert sandbox.stats["strict"].started <= 4
    assert sandbox.stats["strict"].faults == 0


def test_a_batch_keeps_its_order(sandbox):
    programs = [Program(f"print({i})") for i in range(50)]
    assert [one.out for one in sandbox.run_batch(programs)] == [f"{i}\n" for i in range(50)]
    assert sandbox.run_batch([]) == []


def test_a_killed_container_is_replaced_and_the_program_run_again(client):
    with DockerSandbox(workers=1) as sandbox, ThreadPoolExecutor(1) as thread:
        first = one_container(client, sandbox)
        future = thread.submit(sandbox.run, "import time; time.sleep(1); print('done')")
        time.sleep(0.4)
        client.api.kill(first)
        assert future.result(60).out == "done\n"
        assert sandbox.stats["strict"].retries == 1
        assert first not in containers(client, sandbox._setup.sandbox)


def test_a_program_whose_containers_are_always_killed_is_our_fault(client):
    import docker

    with DockerSandbox(workers=1) as sandbox, ThreadPoolExecutor(1) as thread:
        name, stop = sandbox._setup.sandbox, threading.Event()

        def kill():
            while not stop.wait(0.2):
                for one in containers(client, name):
                    with contextlib.suppress(docker.errors.APIError):
                        client.api.kill(one)

        killer = threading.Thread(target=kill)
        killer.start()
        future = thread.submit(sandbox.run, "import time; time.sleep(20)")
        with pytest.raises(SandboxError):
            future.result(60)
        stop.set()
        killer.join()
        assert sandbox.run("print(1)").out == "1\n"


def test_close_leaves_nothing_behind(client):
    before = set(Path(tempfile.gettempdir()).glob("synth-envs-*"))
    volumes = client.api.volumes()["Volumes"] or []
    sandbox = DockerSandbox(workers=2)
    name = sandbox._setup.sandbox
    sandbox.run_batch([Program("import time; time.sleep(0.2)")] * 4)
    assert len(containers(client, name)) == 2
    # One that the sandbox has lost sight of.
    client.api.create_container(
        sandbox._image.name, labels={SANDBOX: name, OWNER: owner()}, entrypoint=["none"]
    )
    sandbox.close()
    sandbox.close()
    assert containers(client, name) == []
    assert len(client.api.volumes()["Volumes"] or []) <= len(volumes)
    after = set(Path(tempfile.gettempdir()).glob("synth-envs-*")) - before
    assert not [one for one in after if one.stat().st_mtime < time.time() - 60]
    with pytest.raises(SandboxError, match="closed"):
        sandbox.run("print(1)")


def test_close_in_the_middle_of_a_program(client):
    sandbox = DockerSandbox(workers=1)
    name = sandbox._setup.sandbox
    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(sandbox.run, "import time; time.sleep(5)")
        time.sleep(0.5)
        sandbox.close()
        with pytest.raises(SandboxError):
            future.result(60)
    assert containers(client, name) == []


_OWNER = """
import sys, time
from sandboxes.docker import DockerSandbox
sandbox = DockerSandbox(workers=1)
print(sandbox._setup.sandbox, flush=True)
time.sleep(600)
"""


def start_owner():
    """A process with a sandbox of its own; returns it and the sandbox's name."""
    process = subprocess.Popen(
        [sys.executable, "-c", _OWNER], stdout=subprocess.PIPE, text=True, cwd=REPO
    )
    return process, process.stdout.readline().strip()


def test_containers_end_with_the_process_that_made_them(client):
    process, name = start_owner()
    with process:
        assert len(containers(client, name)) == 1
        process.kill()
    wait_until(lambda: not containers(client, name))


def test_orphans_are_reaped(client):
    process, name = start_owner()
    with process:
        (container,) = containers(client, name)
        client.api.pause(container)  # or it would end by itself
        reap(client.api)
        assert containers(client, name) == [container]  # its owner lives
        process.kill()
    with DockerSandbox(workers=1):
        assert containers(client, name) == []


def test_a_forked_child_has_containers_of_its_own(client):
    with DockerSandbox(workers=1) as sandbox:
        sandbox.run("print(1)")
        source = "import os; print(os.getuid())"
        ours = sandbox.run(source).out
        reading, writing = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(writing, sandbox.run(source).stdout)
                sandbox.close()
            finally:
                os._exit(0)
        os.close(writing)
        with os.fdopen(reading) as pipe:
            theirs = pipe.read()
        os.waitpid(pid, 0)
        assert theirs.strip().isdigit()
        assert theirs != ours
        assert sandbox.run(source).out == ours  # the same worker as before
        assert len(containers(client, sandbox._setup.sandbox)) == 1


@pytest.mark.usefixtures("client")
def test_without_a_socket_the_streams_do(monkeypatch):
    from sandboxes.docker_streams import Door

    def refuse(_):
        message = "no sockets here"
        raise OSError(message)

    monkeypatch.setattr(Door, "__init__", refuse)
    with DockerSandbox(workers=1) as sandbox:
        assert not sandbox._setup.door
        assert sandbox.run("print(1)").out == "1\n"
        data = os.urandom(2**20)
        echo = "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())"
        assert sandbox.run(Program(echo, stdin=data)).stdout == data


def test_without_a_view_of_its_groups(client, monkeypatch):
    """As with an engine on another machine: the engine is asked to set the limits."""
    from sandboxes import docker_worker

    monkeypatch.setattr(docker_worker, "find_group", lambda *_: None)
    with DockerSandbox(workers=1, profile="fork") as sandbox:
        limits = Limits(cpu_s=10, memory_mb=2000)
        done = sandbox.run(Program("x = bytearray(1800 * 2**20); print(len(x))", limits=limits))
        assert done.ok, done.err
        container = one_container(client, sandbox)
        assert client.api.inspect_container(container)["HostConfig"]["Memory"] > 2000 * 2**20


@pytest.mark.usefixtures("client")
def test_preloaded_modules_come_with_the_image():
    with DockerSandbox(workers=1, preload=["json", "numpy"]) as sandbox:
        done = sandbox.run(
            "import sys; print('numpy' in sys.modules); import numpy; print(numpy.ones(3).sum())"
        )
        assert done.out == "True\n3.0\n"
    with pytest.raises(SandboxError, match="no installed distribution provides it"):
        DockerSandbox(workers=1, preload=["no_such_module"])


def test_no_engine():
    with pytest.raises(SandboxError, match=r"no Docker engine answers at .*systemctl start docker"):
        DockerSandbox(client_url="unix:///nowhere/docker.sock")


def test_no_sdk(monkeypatch):
    monkeypatch.setitem(sys.modules, "docker", None)
    with pytest.raises(SandboxError, match=r'pip install "synth-envs\[docker\]"'):
        DockerSandbox()


@pytest.mark.usefixtures("client")
def test_unknown_images_and_runtimes():
    with pytest.raises(SandboxError, match="docker pull no-such-image"):
        DockerSandbox(image="no-such-image")
    with pytest.raises(SandboxError, match="no runtime 'fastest'"):
        DockerSandbox(runtime="fastest")


def test_the_package_does_not_need_the_sdk():
    code = "import sys; sys.modules['docker'] = None; import sandboxes, sandboxes.docker"
    subprocess.run([sys.executable, "-W", "error", "-c", code], check=True, cwd=REPO, timeout=60)


PYTHONS = {"own": sys.executable, "system": "/usr/bin/python3"}


@pytest.mark.slow
@pytest.mark.parametrize("which", PYTHONS)
def test_image_build(client, which):
    python = PYTHONS[which]
    if not Path(python).exists():
        pytest.skip(f"no {python} here")
    version = subprocess.run(
        [python, "-c", "import platform; print(platform.python_version())"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    if tuple(map(int, version.split(".")[:2])) < (3, 11):
        pytest.skip(f"{python} is older than 3.11")
    tag = f"synth-envs-test:{which}-{os.getpid()}"
    said = []
    layers = []
    try:
        for _ in range(2):
            assert build_image(client, python=python, tag=tag, progress=said.append) == tag
            layers.append(client.api.inspect_image(tag)["RootFS"]["Layers"])
        assert layers[0] == layers[1]  # the same input gives the same bytes
        assert said
        image = find_image(client, tag)
        assert image.python.startswith("/usr/local/bin/python3.")
        with DockerSandbox(workers=1, image=tag) as sandbox:
            source = """
import bz2, ctypes, decimal, hashlib, json, lzma, sqlite3, ssl, sys, zlib, zoneinfo, os
print(sys.version.split()[0], sys.prefix, json.__cached__ is not None)
print(os.path.exists("/bin/sh"), os.path.exists("/usr/bin/sh"), sqlite3.connect(":memory:"))
"""
            out = sandbox.run(source).out
            assert out.startswith(f"{version} /usr/local True\nFalse False <sqlite3")
            done = sandbox.run("import turtle")
            assert "ModuleNotFoundError" in done.err
    finally:
        client.api.remove_image(tag, force=True)


@pytest.mark.slow
def test_an_image_from_a_base(client):
    tag = f"synth-envs-test:base-{os.getpid()}"
    base = find_image(client, None, commands=COMMANDS).name
    with pytest.raises(ValueError, match="base"):
        build_image(client, base=base, python=sys.executable)
    try:
        assert build_image(client, base=base, tag=tag) == tag
        with DockerSandbox(workers=1, image=tag) as sandbox:
            assert sandbox.run("print(1)").out == "1\n"
    finally:
        client.api.remove_image(tag, force=True)


@pytest.fixture
def own_engine():
    """Starts and stops an engine that nobody else uses; pytest's folders are too deep for it."""
    if os.geteuid() or not shutil.which("dockerd"):
        pytest.skip("a private engine needs root and dockerd")

    folder = tempfile.mkdtemp(prefix="engine-")

    def engine(word):
        done = subprocess.run(
            [SCRIPT, word, folder],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        if done.returncode:
            pytest.skip(f"no private engine: {done.stderr.strip()[-500:]}")
        return done.stdout.strip().partition("=")[2]

    yield engine
    engine("stop")
    shutil.rmtree(folder)


@pytest.mark.slow
# The SDK forgets a socket that does not connect.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_an_engine_that_goes_and_comes_back(own_engine):
    url = own_engine("start")
    with DockerSandbox(workers=1, client_url=url) as sandbox:
        assert sandbox.run("print(1)").out == "1\n"
        own_engine("stop")
        with pytest.raises(SandboxError):
            sandbox.run("print(2)")
        with pytest.raises(SandboxError, match="engine"):
            sandbox.run("print(3)")
        assert own_engine("start") == url
        assert sandbox.run("print(4)").out == "4\n"
        name = sandbox._setup.sandbox
    client = connect(url)
    try:
        assert containers(client, name) == []
        sandbox = DockerSandbox(workers=1, client_url=url)
        own_engine("stop")
        sandbox.close()  # without an engine, too
    finally:
        client.close()
        del sandbox
        gc.collect()


CASES = [*ATTACKS, *honest_cases()]
CHUNKS = 8


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(CHUNKS))
@pytest.mark.usefixtures("client")
def test_the_conformance_corpus(chunk):
    outcomes = run_corpus(
        lambda profile: DockerSandbox(profile=profile, workers=1), CASES[chunk::CHUNKS]
    )
    bad = [one for one in outcomes if one.result in ("breach", "error")]
    assert not bad, "\n".join(f"{one.case.number} {one.case.title}: {one.detail}" for one in bad)
    assert sum(one.result == "held" for one in outcomes) > len(outcomes) / 2
