"""Real builds of a tiny site in three languages, with the project's own configuration.

The site is the golden case ``showcase``. Everything heavy, and the network, is out of reach.
"""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urljoin

import pytest

from lockstep.authoring import accepting
from lockstep.authoring.accepting import Place
from lockstep.disk.project import Project
from lockstep.ground.language import Language
from lockstep.guides import document
from lockstep.notebooks import notebook, program
from lockstep.pages import injection
from lockstep.rules import check
from tests import case, page

PROJECT = Path(__file__).resolve().parents[1]
CONFIGURATION = f"""\
INHERIT: {PROJECT}/mkdocs.yml
nav:
watch: []
hooks: [{PROJECT}/hooks/mkdocs_hook.py]
theme:
  custom_dir: {PROJECT}/hooks/theme
{case.CONFIGURATION}"""
OUT_OF_REACH = """\
import socket
import sys

class OutOfReach:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {heavy}:
            raise ImportError(f"{name} is out of reach")

sys.meta_path.insert(0, OutOfReach())

def connect(self, address):
    raise OSError(f"{address} is out of reach")

socket.socket.connect = connect
""".replace(
    "{heavy}", repr({"torch", "pyspark", "horovod", "nbclient", "jupyter_client", "psutil"})
)
pytestmark = pytest.mark.slow

BUILD = (sys.executable, "-m", "mkdocs", "build")


def build(root: Path, *options: str, side_by_side: bool = True) -> subprocess.CompletedProcess[str]:
    """Build a project's site; without ``side_by_side`` on one processor, by one process."""
    processors = (
        [] if side_by_side else ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]
    )
    python_path = f"{root / 'out-of-reach'}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"
    environment = {**os.environ, "PYTHONPATH": python_path, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.run(
        [*processors, *BUILD, *options], cwd=root, env=environment, text=True, check=False,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip


def showcase(root: Path, name: str = "showcase") -> Project:
    (root / "out-of-reach").mkdir(parents=True)
    (root / "out-of-reach" / "sitecustomize.py").write_text(OUT_OF_REACH)
    (root / "mkdocs.yml").write_text(CONFIGURATION)
    return case.play(case.read(case.GOLDEN / f"{name}.txt"), root)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site without errors, strictly, and return the folder of its project."""
    root = tmp_path_factory.mktemp("sound") / "project"
    showcase(root)
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    assert "WARNING" not in built.stdout
    return root


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project in which some of everything is wrong."""
    root = tmp_path_factory.mktemp("broken") / "project"
    showcase(root)
    guide = root / "docs" / "en" / "labs" / "show-all.md"
    text = guide.read_text("utf-8")
    text = text.replace("{{ cell draw", "{{ cell no-such-cell", 1)
    text = text.replace("level: beginner", "level: [1]").replace(
        "| label | {{ value label", "| l | {{ value no"
    )
    guide.write_text(text, "utf-8")
    script = root / "notebooks" / "show-all.py"
    script.write_text(script.read_text("utf-8").replace("0.4567", "0.5"), "utf-8")
    catalog = root / "notebooks" / "comments" / "ja" / "show-all.po"
    catalog.write_text(catalog.read_text("utf-8").replace("跡を残す", "%%html"), "utf-8")
    return root


@pytest.fixture(scope="module")
def moved_on(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build a site whose English gained cells and sections, and lost some, since it was accepted.

    Strictly: an author is never blocked by a translator.
    """
    root = tmp_path_factory.mktemp("moved-on") / "project"
    showcase(root, "english-moved-on")
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    assert "WARNING" not in built.stdout
    return root


def test_building_executes_nothing(sound: Path) -> None:
    assert not list(sound.rglob("ran"))


@pytest.mark.parametrize("address", ["", "zh/", "ja/", "labs/show-all/", "zh/labs/show-all/"])
def test_code_is_the_tested_code(sound: Path, address: str) -> None:
    script = notebook.read((sound / "notebooks/show-all.py").read_text("utf-8"), "show-all.py")
    shown = page.open_page(sound / "site", address).all(".lockstep-cell")
    assert shown
    for block in shown:
        cell = script.cell(block.attributes["data-cell"])
        assert cell is not None
        code = page.code_of(block)
        assert program.code_tokens(code) == program.code_tokens(cell.source)
        if not address.startswith(("zh", "ja")):
            assert code == cell.source


def test_a_page_is_the_whole_program(sound: Path) -> None:
    script = notebook.read((sound / "notebooks/show-all.py").read_text("utf-8"), "show-all.py")
    for address in ("labs/show-all", "zh/labs/show-all", "ja/labs/show-all"):
        blocks = page.open_page(sound / "site", address).all(".lockstep-cell")
        code = "\n".join(page.code_of(block) for block in blocks)
        whole = "\n".join(cell.source for cell in script.shown)
        assert program.code_tokens(code) == program.code_tokens(whole)


def test_comments_speak_the_language_of_the_page(sound: Path) -> None:
    for address, comment in (
        ("", "# Tabs, blank lines and signs\n"),
        ("zh", "# 制表符、空行\n# 和符号\n"),
        ("ja", "# タブ、空行、記号\n"),
        ("ja/labs/show-all", "# Tabs, blank lines and signs\n"),
    ):
        block = page.open_page(sound / "site", address).all(".lockstep-cell")[0]
        assert page.code_of(block).startswith(comment)


def test_marked_lines_are_marked_where_the_comment_grew(sound: Path) -> None:
    for address, lines in (
        ("labs/show-all", ["# Tabs, blank lines and signs\n", 'text = """\n', "\n"]),
        ("zh/labs/show-all", ["# 制表符、空行\n", 'text = """\n', "\n"]),
    ):
        block = page.open_page(sound / "site", address).all(".lockstep-cell")[0]
        assert [line.text for line in block.all(".hll")] == lines


def test_values_speak_the_language_of_the_page(sound: Path) -> None:
    for address in ("labs/show-all", "zh/labs/show-all"):
        opened = page.open_page(sound / "site", address)
        article = opened.one("article")
        assert "45.7%" in article.text
        assert article.one("table").all("td")[1].text == "12,345"
        assert article.one("table").all("td")[3].text == "a|b *c* <i>"
        assert article.one(".admonition-title").text == "In an admonition 12,345"


def test_output_stays_in_its_block(sound: Path) -> None:
    opened = page.open_page(sound / "site", "labs/show-all")
    said = "<script>alert(1)</script>\n```\n{{ cell print-much }}\n</samp></pre>"
    assert [output.text.strip("\n") for output in opened.all(".lockstep-text")] == [said] * 3
    assert not [script for script in opened.all("script") if "alert" in script.text]


def test_a_missing_translation_falls_back_with_a_notice(sound: Path) -> None:
    opened = page.open_page(sound / "site", "ja/labs/show-all")
    assert opened.one(".lockstep-notice").text.startswith("このページ")
    assert opened.one(".lockstep-run").text.startswith("5")
    assert not page.open_page(sound / "site", "zh/labs/show-all").all(".lockstep-notice")


def test_each_language_is_searched_as_its_readers_get_it(sound: Path) -> None:
    """A page that falls back to English is in the index of the language that shows it."""
    found = {}
    for code, folder in (("en", ""), ("zh", "zh/"), ("ja", "ja/")):
        index = json.loads((sound / f"site/search/{code}.json").read_text("utf-8"))
        assert index["language"] == code
        assert {page for page, _, _ in index["pages"]} == {
            f"{folder}{page}" for page in ("", "glossary/", "labs/show-all/")
        }
        found[code] = {
            page: "\n".join(text for *_, text in parts) for page, _, parts in index["pages"]
        }
    assert "Tabs, blank lines" in found["ja"]["ja/labs/show-all/"]
    assert "Tabs, blank lines" not in found["zh"]["zh/labs/show-all/"]
    assert "制表符" in found["zh"]["zh/labs/show-all/"].replace("\N{ZERO WIDTH SPACE}", "")
    assert "このページ" not in found["ja"]["ja/labs/show-all/"]  # the notice


def test_a_translation_that_fell_behind_is_the_whole_program(moved_on: Path) -> None:
    script = notebook.read((moved_on / "notebooks/show-all.py").read_text("utf-8"), "show-all.py")
    cells = [cell.key for cell in script.shown]
    assert len(cells) == 5
    for address in ("labs/show-all", "zh/labs/show-all", "ja/labs/show-all"):
        blocks = page.open_page(moved_on / "site", address).all(".lockstep-cell")
        assert [block.attributes["data-cell"] for block in blocks] == cells


def test_notices_say_what_fell_behind_and_lead_to_it(moved_on: Path) -> None:
    article = page.open_page(moved_on / "site", "zh/labs/show-all").one("article")
    passages = article.all(".lockstep-passage")
    assert [passage.all("h2")[0].attributes["id"] for passage in passages] == [
        "code", "last", "next",
    ]  # fmt: skip
    assert {passage.attributes["lang"] for passage in passages} == {"en"}
    assert "Sum up, as" in passages[0].text
    assert [len(passage.all(".lockstep-notice")) for passage in passages] == [1, 1, 1]
    notices = article.all(".lockstep-notice")
    assert {notice.attributes["lang"] for notice in notices} == {"zh"}
    links = [link.attributes["href"] for notice in notices for link in notice.all("a")]
    assert [urljoin("/zh/labs/show-all/", link) for link in links] == [
        "/labs/show-all/#before", "/labs/show-all/", "/labs/show-all/#next",
    ]  # fmt: skip
    assert not page.open_page(moved_on / "site", "labs/show-all").all(".lockstep-notice")


def test_anchors_stay_unique_and_links_stay_in_the_language_of_the_reader(moved_on: Path) -> None:
    for address in ("zh/labs/show-all/", "ja/labs/show-all/"):
        opened = page.open_page(moved_on / "site", address)
        anchors = [tag.attributes["id"] for tag in elements(opened) if "id" in tag.attributes]
        assert len(anchors) == len(set(anchors))
        links = [link.attributes.get("href", "") for link in opened.one("article").all("a")]
        homes = {urljoin(f"/{address}", link) for link in links if link.endswith("../")}
        assert homes == {f"/{address[:3]}"}
        own = {link[1:] for link in links if link.startswith("#")}
        assert own <= set(anchors)


def elements(element: page.Element) -> Iterator[page.Element]:
    """Yield an element and all in it."""
    yield element
    for child in element.children:
        if isinstance(child, page.Element):
            yield from elements(child)


def test_what_looks_like_a_directive_is_left_alone(sound: Path) -> None:
    text = page.open_page(sound / "site", "labs/show-all").one("article").text
    assert text.count("{{ cell no-such-cell }}") == 2


def test_the_glossary_has_every_term_in_the_language_of_the_page(sound: Path) -> None:
    for address, forms, meaning in (
        ("glossary", "ランク", "One <process> of several."),
        ("zh/glossary", "ランク", "多个进程中的一个。"),
        ("ja/glossary", "rank", "複数のプロセスの 1 つ。"),
    ):
        article = page.open_page(sound / "site", address).one("article")
        entries = article.one(".lockstep-glossary").all("div")
        anchors = [entry.all("dt")[0].attributes["id"] for entry in entries]
        assert sorted(anchors) == ["term-rank", "term-row"]
        entry = entries[anchors.index("term-rank")]
        assert forms in entry.text
        assert entry.all("dd")[-1].text == meaning
        assert not article.all(".lockstep-term")


def test_the_first_use_of_a_term_leads_to_the_glossary_in_the_language_of_the_reader(
    sound: Path,
) -> None:
    for address, meaning in (
        ("", "One <\N{WORD JOINER}process> of several."),
        ("labs/show-all/", "One <\N{WORD JOINER}process> of several."),
        ("zh/labs/show-all/", "多个进程中的一个。"),
        ("ja/", "複数のプロセスの 1 つ。"),
        # English text in its place:
        ("ja/labs/show-all/", "One <\N{WORD JOINER}process> of several."),
    ):
        link = page.open_page(sound / "site", address).one("article").one(".lockstep-term")
        assert link.text == "rank"
        assert link.attributes["title"] == meaning
        target, _, anchor = urljoin(f"/{address}", link.attributes["href"]).partition("#")
        language = address[:3] if address[:3] in {"zh/", "ja/"} else ""
        assert (target, anchor) == (f"/{language}glossary/", "term-rank")


def test_a_glossary_not_yet_translated_is_led_to_in_its_place(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    (root / "docs" / "ja" / "glossary.md").unlink()
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    link = page.open_page(root / "site", "ja").one("article").one(".lockstep-term")
    assert link.attributes["href"] == "glossary/#term-rank"
    assert link.attributes["title"] == "複数のプロセスの 1 つ。"
    (notice,) = page.open_page(root / "site", "ja/glossary").all(".lockstep-notice")
    assert notice.text.startswith("このページ")


def test_no_term_leads_to_a_glossary_that_is_left_out(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    with (root / "mkdocs.yml").open("a", encoding="utf-8") as configuration:
        configuration.write("exclude_docs: glossary.md\n")
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    assert not (root / "site/glossary").exists()
    assert not page.open_page(root / "site", "").all(".lockstep-term")


def test_cards_stand_whatever_the_front_matter_of_a_lab_holds(tmp_path: Path) -> None:
    root = tmp_path / "project"
    showcase(root)
    home, lab = root / "docs/en/index.md", root / "docs/en/labs/odd.md"
    text = home.read_text("utf-8").replace("---\n", "---\ntemplate: home.html\n", 1)
    home.write_text(f'{text}\n<div class="lockstep-labs"></div>\n', "utf-8")
    lab.write_text("---\ntitle: Odd\ndescription: x < y <i>\nnotebook: [a]\nruns-on: 5\n---\n")
    built = build(root)
    assert built.returncode == 0, built.stdout
    cards = page.open_page(root / "site", "").all(".lockstep-card")
    (odd,) = (card for card in cards if card.one("h3").text == "Odd")
    assert odd.one("p").text == "x < y <i>"
    assert len(cards) == 2


def test_a_link_that_english_gave_up_ends_no_build(tmp_path: Path) -> None:
    """To a page, a section and a picture that are gone, kept where a translation fell behind."""
    root = tmp_path / "project"
    project = showcase(root)
    links = "[a](more.md), [b](show-all.md#more), ![c](more.svg), [d](show-all.md#code)"
    for code in ("en", "zh"):
        folder = root / "docs" / code / "labs"
        (folder / "more.md").write_text("---\ntitle: More\ndescription: More.\n---\n\nMore.\n")
        (folder / "more.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"></svg>')
        with (folder / "show-all.md").open("a") as stream:
            stream.write("\n## More {#more}\n\nMore.\n")
        head = "---\ntitle: Links\ndescription: Links.\n---\n\n"
        (folder / "links.md").write_text(f"{head}## Out {{#out}}\n\nSee {links}.\n")
    chinese = project.settings.languages["zh"]
    site = project.site()
    accepting.accept(project, site, chinese, [Place("labs/links.md"), Place("labs/show-all.md")])
    for code in ("en", "zh"):
        folder = root / "docs" / code / "labs"
        (folder / "more.md").unlink()
        (folder / "more.svg").unlink()
        text = (folder / "show-all.md").read_text("utf-8")
        (folder / "show-all.md").write_text(text.partition("\n## More {#more}")[0], "utf-8")
    english = root / "docs/en/labs/links.md"
    english.write_text(english.read_text().replace(links, "[d](show-all.md#code)"))
    built = build(root, "--strict")
    assert built.returncode == 0, built.stdout
    passage = page.open_page(root / "site", "zh/labs/links").one(".lockstep-passage")
    assert [link.text for link in passage.all("a") if link.text == "d"] == ["d"]


def test_a_strict_build_fails_with_every_error(broken: Path) -> None:
    built = build(broken, "--strict", "--quiet")  # quiet: not even then may it pass
    project = Project.open(broken / "mkdocs.yml")
    errors = [problem for problem in check.check(project.site()) if problem.severity == 0]
    assert built.returncode == 1
    assert "Traceback" not in built.stdout
    assert {error.rule for error in errors} == {
        "unknown-cell", "cell-not-shown", "bad-front-matter", "unknown-value", "stale-recording",
        "hostile-comment",
    }  # fmt: skip
    for error in errors:
        assert f"ERROR   -  {error}\n" in built.stdout


def test_no_page_is_built_unchecked(tmp_path: Path) -> None:
    """Not beside the languages' folders, and not where its text cannot be read."""
    root = tmp_path / "project"
    showcase(root)
    loose = (
        "# Loose\n\n{{ cell no-such-cell }}\n\n```python\nprint()\n```\n\n"
        "<p>\n```sh\nls\n```\n</p>\n"
    )
    (root / "docs" / "loose.md").write_text(loose, "utf-8")
    (root / "docs" / "loose-bytes.md").write_bytes(b"caf\xe9\n")
    (root / "docs" / "en" / "labs" / "bytes.md").write_bytes(b"---\ntitle: a\n---\n\n\xff\n")
    (root / "docs" / "zh" / "gone.md").symlink_to("nowhere")
    built = build(root, "--strict")
    assert built.returncode == 1
    assert "Traceback" not in built.stdout
    for found in (
        "docs/loose.md:3: unknown-notebook", "docs/loose.md:5: hand-written-code",
        "docs/loose.md:10: misplaced-fence", "docs/loose-bytes.md:1: unreadable",
        "docs/en/labs/bytes.md:5: not-utf8", "docs/zh/gone.md:1: unreadable",
    ):  # fmt: skip
        assert built.stdout.count(f"ERROR   -  {found}") == 1, built.stdout
    assert build(root).returncode == 0
    for address, rule in (("labs/bytes", "not-utf8"), ("zh/gone", "unreadable")):
        marks = page.open_page(root / "site", address).one("article").all(".lockstep-mark")
        assert [mark.one("strong").text for mark in marks] == [rule]


def test_other_builds_mark_the_spot(broken: Path) -> None:
    built = build(broken)
    assert built.returncode == 0
    assert "Traceback" not in built.stdout
    english = page.open_page(broken / "site", "labs/show-all").one("article")
    by_rule: dict[str, list[str]] = {}
    for mark in english.all(".lockstep-mark"):
        rule = mark.all("strong")
        by_rule.setdefault(rule[0].text if rule else "inline", []).append(mark.text)
    assert len(by_rule.pop("stale-recording")) == 5
    assert [len(marks) for marks in by_rule.values()] == [1] * len(by_rule)
    assert set(by_rule) == {"unknown-cell", "cell-not-shown", "bad-front-matter", "inline"}
    assert "docs/en/labs/show-all.md:15" in by_rule["inline"][0]
    assert len(english.all(".lockstep-cell")) == 2
    assert english.one(".lockstep-not-run").one("code").text == "az login\n"
    japanese = page.open_page(broken / "site", "ja").one("article")
    assert "# leaves a trace" in japanese.one(".lockstep-cell").one(".highlight").text


def test_the_hook_reads_a_page_as_the_rules_do(sound: Path) -> None:
    """MkDocs hands it the text without front matter: lines must be those of the file."""
    project = Project.open(sound / "mkdocs.yml")
    path = "docs/en/labs/show-all.md"
    text = (sound / path).read_text("utf-8")
    body = text.split("---\n", 2)[2].lstrip("\n")
    language = Language("en", "English")
    labs = project.site().labs
    offset = text.count("\n") - body.count("\n")
    whole, cut = document.read(text, path), document.read(body, path, offset=offset)
    assert whole.spans
    assert [span.location for span in cut.spans] == [span.location for span in whole.spans]
    pages = [injection.inject(guide, labs, language, "show-all") for guide in (whole, cut)]
    assert pages[0].shown == pages[1].shown
    assert pages[0].blocks == pages[1].blocks
    assert pages[0].markdown.endswith(pages[1].markdown)


def marks(address: str) -> list[str]:
    """Return the rules of the marks of a served page, each once."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        opened = page.read(answer.read().decode())
    names = (strong.text for mark in opened.all(".lockstep-mark") for strong in mark.all("strong"))
    return list(dict.fromkeys(names))


def until(expected: list[str], address: str) -> None:
    """Wait until a served page holds these marks; the last difference is what fails."""
    end = time.monotonic() + 30
    found: list[str] | None = None
    while found != expected and time.monotonic() < end:
        with suppress(OSError):
            found = marks(address)
        time.sleep(0.2)
    assert found == expected


def test_serving_follows_every_edit_and_lives_on(tmp_path: Path) -> None:
    showcase(tmp_path / "project")
    root = tmp_path / "project"
    (root / "mkdocs.yml").write_text(
        CONFIGURATION.replace("watch: []", f"watch: [{root / 'notebooks'}]")
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "mkdocs", "serve", "--dev-addr", f"127.0.0.1:{port}"]
    address = f"http://127.0.0.1:{port}/zh/labs/show-all/"
    guide, script = root / "docs/zh/labs/show-all.md", root / "notebooks/show-all.py"
    with subprocess.Popen(
        command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            until([], address)
            sound = guide.read_text("utf-8")
            guide.write_text(sound.replace("{{ output draw alt", "{{ output drew alt"), "utf-8")
            until(["parity-directives", "unknown-cell"], address)
            guide.write_text(sound.replace("title: Show all", "title: ["), "utf-8")
            until(["bad-front-matter", "unknown-notebook"], address)
            guide.write_bytes(b"caf\xe9")
            until(["not-utf8"], address)
            guide.write_text(sound, "utf-8")
            until([], address)
            script.write_text(script.read_text("utf-8").replace('"drawn"', '"painted"'), "utf-8")
            until(["stale-recording"], address)
            assert server.poll() is None
        finally:
            server.terminate()


def test_each_page_offers_its_lab_in_the_language_that_it_is_written_in(sound: Path) -> None:
    """The page that has no Japanese version offers the English files, in Japanese words."""
    offered = {"": "en", "zh/": "zh", "ja/": "en"}
    for folder, code in offered.items():
        links = page.open_page(sound / "site", f"{folder}labs/show-all").one(".lockstep-downloads")
        for link, ending in zip(links.all("a"), ("ipynb", "py", "zip"), strict=True):
            path = urljoin(f"/{folder}labs/show-all/", link.attributes["href"])
            assert path == f"/downloads/{code}/show-all.{ending}"
            assert (sound / "site" / path[1:]).is_file()
    assert "このラボを持ち帰る" in page.open_page(sound / "site", "ja/labs/show-all").text
    notebook = (sound / "site" / "downloads" / "zh" / "show-all.ipynb").read_text("utf-8")
    assert "# 留下痕迹" in notebook
