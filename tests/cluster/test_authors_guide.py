"""The author's guide, followed to the letter: every file written, every command run, on Spark."""

import shutil
from html import unescape
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.rules import check
from tests import case, walkthrough
from tests.test_authors_guide import ROOT, TUTORIAL

pytestmark = [pytest.mark.cluster, pytest.mark.timeout(900)]

NAVIGATION = """\
nav:
  - Labs:
      - labs/another-lab.md
"""


def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every command prints what the page says, durations aside; nothing is wrong at the end."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mkdocs.yml").write_text(case.CONFIGURATION + NAVIGATION, "utf-8")
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copytree(ROOT / "notebooks/support", tmp_path / "notebooks/support")
    for step in walkthrough.steps(TUTORIAL["en"].fences):
        if isinstance(step, walkthrough.Writing):
            step.take(tmp_path)
        else:
            printed = walkthrough.without_times(step.take())
            assert printed == walkthrough.without_times(step.printed), step.arguments
    site = Project.open(tmp_path / "mkdocs.yml").site()
    assert check.check(site) == []
    (guide,) = site.guides["en"].values()
    shown = unescape(site.page(guide, site.settings.languages.source).markdown)
    told = "\n".join(TUTORIAL["en"].lines)
    for sentence in ("Throw 10,000 darts", "Pi is about 3.15."):
        assert f'"{sentence}"' in told
        assert sentence in shown
