"""What a build offers to take away: which files, what archives hold, how links tell it."""

import io
import stat
import zipfile
from pathlib import Path

import pytest

from lockstep.disk.build import Build
from lockstep.export import archive
from lockstep.ground.language import Language, Words
from lockstep.pages import downloads
from lockstep.pages.downloads import Download
from tests import case, page

URLS = {f"{code}/labs/show-all.md": f"{code}/labs/show-all/" for code in ("en", "zh")}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a project with pins, what installs them, and a module of its own."""
    root = tmp_path_factory.mktemp("showcase")
    files = {
        "requirements/labs.txt": "torch==2.13.0\n",
        "requirements/start.sh": "#!/bin/sh\nsh requirements/install.sh\n",
        "requirements/install.sh": "pip install -r labs.txt -r more.txt\n",
        "requirements/more.txt": "# unrelated.sh\n",
        "requirements/unrelated.sh": "echo\n",
        "notebooks/support/helper.py": "number = 1\n",
        "notebooks/rows.csv": "a\n1\n",
    }
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    case.play(case.read(case.GOLDEN / "showcase.txt"), root)
    script = root / "notebooks" / "show-all.py"
    text = script.read_text("utf-8")
    text = text.replace("# ---\n\n# %%", "#   lockstep: {data: [rows.csv]}\n# ---\n\n# %%", 1)
    script.write_text(text.replace("from pathlib", "import helper\nfrom pathlib", 1), "utf-8")
    return root


def taken(root: Path, *codes: str) -> tuple[Build, dict[str, bytes]]:
    build = Build.open(root / "mkdocs.yml")
    found: dict[str, bytes] = {}
    for code in codes:
        offered = build.offers.files(code, URLS, URLS, "", "")
        found |= {path: content() for path, content in offered}
    return build, found


def test_each_language_offers_its_labs_and_all_of_them(root: Path) -> None:
    _, found = taken(root, "en", "zh", "ja")
    names = {f"downloads/{code}/show-all.{ending}" for code in ("en", "zh")
             for ending in ("ipynb", "py", "zip")}  # fmt: skip
    assert found.keys() == names | {f"downloads/labs-{code}.zip" for code in ("en", "zh", "ja")}


def test_the_same_project_gives_the_same_bytes(root: Path) -> None:
    assert taken(root, "en", "zh")[1] == taken(root, "en", "zh")[1]


def test_an_archive_holds_what_its_lab_needs_and_no_more(root: Path) -> None:
    _, found = taken(root, "en", "zh")
    with zipfile.ZipFile(io.BytesIO(found["downloads/zh/show-all.zip"])) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [
            f"show-all/{name}"
            for name in (
                *("README.md", "helper.py", "requirements/install.sh", "requirements/labs.txt"),
                *("requirements/more.txt", "requirements/start.sh", "rows.csv", "show-all.ipynb"),
            )
        ]
        assert archive.read("show-all/show-all.ipynb") == found["downloads/zh/show-all.ipynb"]
        script = archive.getinfo("show-all/requirements/start.sh").external_attr >> 16
        assert script & stat.S_IXUSR
        told = archive.read("show-all/README.md").decode()
    assert "sh requirements/start.sh\n" in told
    assert "在自己的电脑上运行" in told


def test_what_a_language_lacks_is_in_its_archive_in_the_source_language(root: Path) -> None:
    _, found = taken(root, "en", "ja")
    with zipfile.ZipFile(io.BytesIO(found["downloads/labs-ja.zip"])) as archive:
        english = archive.read("labs-ja/show-all.ipynb")
        assert "自分のコンピューターで実行する" in archive.read("labs-ja/README.md").decode()
    assert english == found["downloads/en/show-all.ipynb"]


def test_a_lab_that_is_not_built_is_not_offered(root: Path) -> None:
    build = Build.open(root / "mkdocs.yml")
    assert dict(build.offers.files("en", {}, {}, "", "")) == {}
    assert build.all_labs("en") is None


def test_links_say_what_they_lead_to_and_how_large_it_is(root: Path) -> None:
    build, found = taken(root, "en", "zh")
    words = build.words("zh")
    offered = build.offers.of("zh", "show-all")
    links = page.read(downloads.html(offered, words, "../../"))
    assert [(link.attributes["href"], link.text) for link in links.all("a")] == [
        ("../../downloads/zh/show-all.ipynb", "Jupyter 笔记本"),
        ("../../downloads/zh/show-all.py", "Databricks 源文件"),
        ("../../downloads/zh/show-all.zip", "在自己的电脑上运行所需的一切"),
    ]
    assert all("download" in link.attributes for link in links.all("a"))
    kilobytes = round(len(found["downloads/zh/show-all.ipynb"]) / 1000)
    assert links.all("span")[0].text == f".ipynb、{kilobytes} kB"
    path, name, _ = build.all_labs("zh") or ("", "", "")
    assert (path, name) == ("downloads/labs-zh.zip", "下载全部实验")


def test_a_small_file_is_not_nothing() -> None:
    words = Words(Language("ja", "日本語"))
    assert downloads.size(Download("a.py", 3), words) == ".py, 1 KB"
    assert downloads.size(Download("a.py", 1_234_567), words) == ".py, 1,235 KB"
    assert downloads.html([], words, "") == ""


CONTENTS = {
    "b.txt": b"b" * 3000,
    "a/\u00e9.txt": b"",
    "start.sh": b"#!/bin/sh\n",
    "\u8a9e": b"\0\xff",
}


def test_an_archive_is_what_zipfile_writes() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for path, content in sorted(CONTENTS.items()):
            entry = zipfile.ZipInfo(f"labs/{path}")
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            entry.external_attr = (0o100755 if path == "start.sh" else 0o100644) << 16
            written.writestr(entry, content)
    assert archive.archive("labs", sorted(CONTENTS.items())) == buffer.getvalue()
