"""A project on disk: what is read, what is written, what a fingerprint is made of."""

import os
import stat
from pathlib import Path

import pytest

from lockstep.disk import segmentation
from lockstep.disk.project import Project
from lockstep.ground.settings import SettingsError
from lockstep.notebooks import notebook
from lockstep.notebooks.fingerprint import of_bytes, of_code
from lockstep.rules import check
from tests import case
from tests.test_notebook import HEADER


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return case.sound_lab(tmp_path)


def put(project: Project, path: str, text: str) -> None:
    (project.root / path).parent.mkdir(parents=True, exist_ok=True)
    (project.root / path).write_text(text, "utf-8")


def fingerprint_of(project: Project, body: str) -> dict[str, object]:
    source = notebook.read(f'{HEADER}# %% name="a"\n{body}\n', "notebooks/lab.py")
    return project.fingerprint(source).as_json()


def test_a_project_is_read_whole(project: Project) -> None:
    site = project.site()
    assert list(site.labs) == ["count-animals"]
    assert {code: list(guides) for code, guides in site.guides.items()} == {
        code: ["labs/count-animals.md"] for code in ("en", "zh", "ja")
    }
    assert site.words["zh"]("Output") == "输出"
    assert site.words["en"]("Output") == "Output"
    assert set(site.labs["count-animals"].catalogs) == {"zh", "ja"}
    assert site.problems == ()


def test_pages_say_what_is_written_somewhere(project: Project) -> None:
    term = "- en: cluster\n  zh: 集群\n  definition: {en: Computers., zh: 许多台机器。}\n"
    put(project, "glossary.yml", term)
    texts = [*segmentation.texts(project.site(), project.config, "zh")]
    comment = "每行一个名字"
    assert comment in (project.root / "notebooks/comments/zh/count-animals.po").read_text("utf-8")
    for said in ("{#count}", "输出", "许多台机器。", comment, "site_name"):
        assert any(said in text for text in texts), said


def test_a_fingerprint_names_what_it_is_made_of(project: Project) -> None:
    put(project, "requirements/labs.txt", "torch==2.13.0\nscikit-learn==1.9\npandas==3\n")
    found = fingerprint_of(project, "import torch.nn, sklearn, os\nfrom barn import tally")
    assert found["cells"] == [
        {"cell": "a", "code": of_code("import torch.nn, sklearn, os\nfrom barn import tally")}
    ]
    assert list(dict(found["modules"])) == [  # type: ignore[call-overload]
        "notebooks/support/barn/__init__.py", "notebooks/support/barn/tally.py",
    ]  # fmt: skip
    assert found["pins"] == {"scikit-learn": "1.9", "torch": "2.13.0"}


def test_modules_are_followed_through_relative_imports(project: Project) -> None:
    put(project, "notebooks/support/farm/__init__.py", "from .fields import wheat")
    put(project, "notebooks/support/farm/fields/__init__.py", "from ..house import *")
    put(project, "notebooks/support/farm/fields/wheat.py", "import numpy")
    put(project, "notebooks/support/farm/house.py", "from . import cellar")
    put(project, "notebooks/support/farm/cellar.py", "def f(:")
    put(project, "notebooks/support/farm/unused.py", "")
    put(project, "requirements/labs.txt", "numpy==2\n")
    found = fingerprint_of(project, "def f():\n    import farm")
    folder = "notebooks/support/farm/"
    assert [path.removeprefix(folder) for path in dict(found["modules"])] == [  # type: ignore[call-overload]
        "__init__.py", "cellar.py", "fields/__init__.py", "fields/wheat.py", "house.py",
    ]  # fmt: skip
    assert found["pins"] == {"numpy": "2"}


def test_data_is_hashed_as_bytes(project: Project) -> None:
    source = project.site().labs["count-animals"].notebook
    assert project.fingerprint(source).data == {"animals.csv": of_bytes(b"goose\ngoat\ngoat\n")}
    (project.root / "notebooks/animals.csv").unlink()
    assert project.fingerprint(source).data == {"animals.csv": ""}


@pytest.mark.parametrize("mark", ["\ufeff", "\r\n"])
def test_line_ends_and_byte_order_marks_change_nothing(project: Project, mark: str) -> None:
    for path in ("notebooks/count-animals.py", "docs/zh/labs/count-animals.md",
                 "notebooks/comments/zh/count-animals.po"):  # fmt: skip
        file = project.root / path
        text = file.read_text("utf-8")
        text = mark + text if mark == "\ufeff" else text.replace("\n", mark)
        file.write_bytes(text.encode())
    assert check.check(project.site()) == []


def test_a_project_behind_a_link_is_the_same(
    project: Project, tmp_path_factory: pytest.TempPathFactory
) -> None:
    link = tmp_path_factory.mktemp("elsewhere") / "link"
    link.symlink_to(project.root)
    opened = Project.open(link / "mkdocs.yml")
    assert opened.relative(link / "docs/en/a.md") == "docs/en/a.md"
    assert opened.relative(project.root / "docs/en/a.md") == "docs/en/a.md"
    assert opened.relative(Path("/elsewhere/a.md")) == "/elsewhere/a.md"
    assert check.check(opened.site()) == []


def test_a_configuration_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        Project.open(tmp_path / "mkdocs.yml")
    (tmp_path / "mkdocs.yml").write_bytes(b"\xff")
    with pytest.raises(SettingsError, match="cannot read"):
        Project.open(tmp_path / "mkdocs.yml")


def test_writing_is_whole_or_not_at_all(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    path = project.root / "new" / "file.txt"
    assert project.write(path, "one")
    assert not project.write(path, "one")
    path.chmod(0o640)
    before = path.stat()
    assert project.write(path, "two\n")
    assert path.read_bytes() == b"two\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert path.stat().st_ino != before.st_ino

    def fail(_descriptor: int) -> None:
        message = "the disk is full"
        raise OSError(message)

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="full"):
        project.write(path, "three")
    assert path.read_bytes() == b"two\n"
    assert [file.name for file in path.parent.iterdir()] == ["file.txt"]


def test_words_are_english_where_there_are_none(project: Project) -> None:
    other = project.settings.languages["en"]
    assert project.words(other).messages == {}
