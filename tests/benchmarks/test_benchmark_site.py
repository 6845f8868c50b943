import json
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from benchmarks.__main__ import main
from benchmarks.canonical import dump_json
from benchmarks.results import digest_of
from benchmarks.site import build_site

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
HOSTILE = "<script>document.title='owned'</script>\"onload=x&amp;{{7*7}}"
VOID = {"meta", "link", "br", "hr", "img", "input", "line", "rect"}


class Page(HTMLParser):
    """Checks that elements nest, and collects what tests ask for."""

    def __init__(self, text):
        super().__init__()
        self.open, self.links, self.scripts, self.tags = [], [], 0, []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.links += [value for key, value in attrs if key in {"href", "src"}]
        self.scripts += tag == "script"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag


def rename_agent(folder, old, new):
    """The results of an agent with another name, as a hostile file would have them."""
    path = folder / "results.json"
    results = json.loads(path.read_text())
    results["agents"][new] = results["agents"].pop(old)
    for entry in [*results["plan"]["agents"], *results["ranking"]]:
        for key in ("name", "agent", "leader"):
            if entry.get(key) == old:
                entry[key] = new
    for times in (results["measured"]["wall_s"], results["measured"]["cpu_s"]):
        times[new] = times.pop(old)
    results["digest"] = digest_of(results)
    path.write_text(dump_json(results, indent=1))


def test_pages_are_small_well_formed_and_need_no_other_host(honest):
    pages = sorted(honest.folder.glob("*.html"))
    assert [page.name for page in pages] == ["env-benchtoy-benchtoy-doubling-v0.html", "index.html"]
    for path in pages:
        text = path.read_text()
        page = Page(text)
        assert len(text) < 500_000
        assert page.scripts == 1
        assert not [link for link in page.links if "//" in link]
        for link in page.links:
            assert link.startswith("#") or (honest.folder / link).exists(), link


def test_the_policy_allows_our_script_and_style_and_nothing_else(honest):
    text = (honest.folder / "index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1]
    for name in ("script", "style"):
        content = re.search(rf"<{name}>(.*?)</{name}>", text, re.DOTALL)[1]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy
    assert "default-src 'none'" in policy
    assert not re.search(r"\son\w+=|style=", text)


def test_the_ranking_can_be_read_by_a_screen_reader(honest):
    page = Page((honest.folder / "index.html").read_text())
    tables = [tag for tag, _ in page.tags if tag == "table"]
    assert [tag for tag, _ in page.tags].count("caption") == len(tables) >= 4
    assert all("scope" in attrs for tag, attrs in page.tags if tag == "th")
    bars = [attrs for tag, attrs in page.tags if tag == "svg"]
    assert len(bars) == 6
    assert bars[0]["aria-label"] == "1.000, 95% interval 1.000 to 1.000"
    assert bars[1]["aria-label"] == "0.500, 95% interval 0.500 to 0.500"
    assert [a["aria-sort"] for _, a in page.tags if "aria-sort" in a] == ["ascending"]


def test_names_in_a_file_are_text_not_markup(copied):
    rename_agent(copied.folder, "benchtoy:Half", HOSTILE)
    page = build_site(copied.folder)
    text = page.read_text()
    assert HOSTILE not in text
    assert "&lt;script&gt;document.title" in text
    assert "{{7*7}}" in text
    assert Page(text).scripts == 1


def test_the_environments_page_shows_its_docstring_spaces_and_a_task(honest):
    text = (honest.folder / "env-benchtoy-benchtoy-doubling-v0.html").read_text()
    for part in ("<h2>Action Space</h2>", "Unicode(65536)", "Double ", "<h2>Version History</h2>"):
        assert part in text


def test_results_of_one_plan_share_a_board_and_other_plans_have_their_own(honest, tmp_path):
    one, two, other = (tmp_path / name for name in ("one", "two", '<other> & "more"'))
    shutil.copytree(honest.folder, one)
    shutil.copytree(honest.folder, two)
    rename_agent(two, "benchtoy:Half", "a:challenger")
    assert main([*honest.command, "--seed", "9", "-o", str(other)]) == 0
    text = build_site(tmp_path).read_text()
    assert text.count("<table") == 2
    for link in Page(text).links:
        assert link.startswith("#") or (tmp_path / link).exists()
    boards = sorted(tmp_path.glob("board-*.html"))
    assert len(boards) == 2
    merged = next(board.read_text() for board in boards if "challenger" in board.read_text())
    assert merged.count('<span class="name">oracle</span>') == 1
    assert "benchtoy:Half" in merged
    assert "one/results.json" in merged
    assert "two/results.json" in merged


@pytest.mark.parametrize("bad", ["{}", "not json", '{"schema":1}\n'])
def test_malformed_results_are_refused(copied, bad, capsys):
    copied.results.write_text(bad)
    assert main(["site", str(copied.folder)]) == 2
    assert "results.json" in capsys.readouterr().err


def test_changed_results_are_refused(copied, capsys):
    copied.results.write_text(copied.results.read_text().replace('"seed": 0', '"seed": 1', 1))
    assert main(["site", str(copied.folder)]) == 2
    assert "changed after it was written" in capsys.readouterr().err


def test_somebody_elses_page_is_not_replaced(copied, capsys):
    (copied.folder / "index.html").write_text("<p>mine</p>")
    assert main(["site", str(copied.folder)]) == 2
    assert "was not written by this command" in capsys.readouterr().err
    assert (copied.folder / "index.html").read_text() == "<p>mine</p>"


def test_an_empty_folder_has_no_page(tmp_path, capsys):
    assert main(["site", str(tmp_path)]) == 2
    assert "there is no results.json" in capsys.readouterr().err


def dump_dom(path, tmp_path):
    command = [
        CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000",
        f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout


@pytest.mark.skipif(CHROMIUM is None, reason="needs a chromium or chrome binary on the PATH")
def test_a_browser_runs_our_script_from_disk_and_no_other(copied, tmp_path):
    rename_agent(copied.folder, "benchtoy:Half", HOSTILE)
    page = build_site(copied.folder)
    dom = dump_dom(page, tmp_path)
    assert "<title>custom v1" in dom
    assert dom.count("<button>") >= 10  # sortable headings and copy buttons

    # The same page with a visitor who clicks: twice on "Agent", so Z comes first.
    text = re.sub(r"<meta http-equiv[^>]*>", "", page.read_text())
    click = "<script>document.querySelectorAll('th button').forEach("
    click += "b => b.textContent === 'Agent' && (b.click(), b.click()))</script></body>"
    page.write_text(text.replace("</body>", click))
    dom = dump_dom(page, tmp_path)
    table = dom[dom.index("<table") : dom.index("</table>")]
    names = re.findall(r'<span class="name">([^<]*)<', table)
    assert names[:2] == ["random", "oracle"]
    assert 'aria-sort="descending"' in table
