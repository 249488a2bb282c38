r"""Golden cases: one readable file that holds a project's files and the findings they must give.

A case is prose, then sections, done in order::

    === like sound-lab                       the sections of that case first, findings aside
    === docs/{en,zh,ja}/labs/count.md        write a file, or several with the same text
    === run notebooks/count.py               record the notebook as it now is, executing nothing:
    outputs: {count: "3 rows\\n"}             YAML; outputs by cell (text, or nbformat's own form)
    values: {rows: 3}
    === edit notebooks/count.py              replace lines: `- old` once in the file, `+ new`
    === bytes notebooks/count.py             write bytes, given with Python's escapes
    === cut notebooks/count.ipynb            keep that many characters
    === sync notebooks/count.py              write its .ipynb, without a recording
    === remove notebooks/count.ipynb
    === move notebooks/count.py              give a file another name
    === accept zh                            say of every guide in Chinese as it now is that it was
                                             made from today's English; `accept nothing` of none.
                                             Where a case says neither, all are accepted at the end
    === link docs/en/gone.md                 make a symbolic link to what is named
    === errors                               every expected error, as `lockstep check` prints it
    === debts                                ... and every debt
    === advice                               ... and all advice, where there is any

The recording of a run is the engine's own: its fingerprint is that of the files at that moment.
``python -m tests.case tests/golden/NAME.txt`` prints what a case gives.
"""

import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from lockstep.disk.project import Project
from lockstep.ground.problem import Severity
from lockstep.notebooks import notebook
from lockstep.notebooks.recording import Recording, Run
from lockstep.rules import check
from lockstep.translations import translation

GOLDEN = Path(__file__).parent / "golden"
FINDINGS = ("errors", "debts", "advice")
"""Sections with what is expected, in the order of ``Severity``."""
CONFIGURATION = """\
site_name: A case
extra: {lockstep: {}}
plugins:
  - i18n:
      docs_structure: folder
      fallback_to_default: true
      languages:
        - {locale: en, name: English, default: true}
        - {locale: zh, name: 简体中文}
        - {locale: ja, name: 日本語}
markdown_extensions:
  - admonition
  - attr_list
  - def_list
  - footnotes
  - md_in_html
  - pymdownx.details
  - pymdownx.superfences
  - pymdownx.tabbed: {alternate_style: true}
"""
RUN = Run(
    date="2026-11-20",
    versions={"python": "3.11.7", "torch": "2.13.0", "spark": "4.0.5"},
    processor="a processor",
    cluster="local-cluster",
    executors=2,
)
_SECTION = re.compile(r"^=== (?P<head>.+)\n", re.MULTILINE)
_BRACES = re.compile(r"\{([^}]+)\}")


@dataclass(frozen=True)
class Case:
    """A case, read."""

    sections: tuple[tuple[str, str], ...]
    """Head and body of each section."""

    @property
    def expected(self) -> str:
        """The expected findings: errors, debts, advice, in the form of ``findings``."""
        found = dict(self.sections)
        return _written(*(found.get(part, "") for part in FINDINGS))


def read(path: Path) -> Case:
    """Read a case; raises ``FileNotFoundError``."""
    parts = _SECTION.split(path.read_text("utf-8"))
    return Case(tuple(zip(parts[1::2], parts[2::2], strict=True)))


def name(path: Path) -> str:
    """Return what other cases call a case: its path below the folder of cases."""
    return path.relative_to(GOLDEN).with_suffix("").as_posix()


def play(case: Case, root: Path) -> Project:
    """Do what the sections say in a folder, and return the project that is there then.

    Raises ``ValueError`` where an edit does not fit.
    """
    if not (root / "mkdocs.yml").exists():
        (root / "mkdocs.yml").write_text(CONFIGURATION, "utf-8")
    told = _act(case, root)
    project = Project.open(root / "mkdocs.yml")
    if not told:
        for language in project.settings.languages.translations:
            _accept(language.code, root)
    return project


def _act(case: Case, root: Path) -> bool:
    """Do what the sections say; return whether any of them says what is accepted."""
    told = False
    for head, body in case.sections:
        verb, _, rest = head.partition(" ")
        told |= verb == "accept"
        if verb == "like":
            told |= _act(read(GOLDEN / f"{rest}.txt"), root)
        else:
            for path in _paths(rest or verb):
                _do(verb if rest else "write", path, body, root)
    return told


def sound_lab(root: Path) -> Project:
    """Return a small project in which everything is right: the case that most others start from."""
    return play(read(GOLDEN / "sound-lab.txt"), root)


def findings(project: Project) -> str:
    """Return what the rules find, as a case writes it down."""
    found = check.check(project.site())
    lines = (
        "".join(f"{problem}\n" for problem in found if problem.severity is severity)
        for severity in Severity
    )
    return _written(*lines)


def _written(errors: str, debts: str, advice: str) -> str:
    written = f"=== errors\n{errors.strip()}\n=== debts\n{debts.strip()}\n"
    return f"{written}=== advice\n{advice.strip()}\n" if advice.strip() else written


def _paths(pattern: str) -> Iterator[str]:
    """Yield ``a{b,c}d`` as ``abd`` and ``acd``."""
    braces = _BRACES.search(pattern)
    if braces is None:
        yield pattern
        return
    for choice in braces.group(1).split(","):
        yield from _paths(f"{pattern[: braces.start()]}{choice}{pattern[braces.end() :]}")


def _do(verb: str, name: str, body: str, root: Path) -> None:
    path = root / name
    if name in FINDINGS:
        return
    if verb in {"remove", "move", "link"}:
        _rename(verb, path, body.strip(), root)
    elif verb == "run":
        _record(name, yaml.safe_load(body) or {}, root)
    elif verb == "sync":
        Project.open(root / "mkdocs.yml").write_pair(
            notebook.read(path.read_text("utf-8"), name), {}, None
        )
    elif verb == "accept":
        _accept(name, root)
    elif verb == "cut":
        path.write_text(path.read_text("utf-8")[: int(body)], "utf-8")
    elif verb == "edit":
        path.write_text(_edited(path.read_text("utf-8"), body, name), "utf-8")
    else:
        path.parent.mkdir(parents=True, exist_ok=True)
        data = body.encode()
        if verb == "bytes":
            data = (
                body.encode("latin-1", "backslashreplace")
                .decode("unicode_escape")
                .encode("latin-1")
            )
        path.write_bytes(data)


def _rename(verb: str, path: Path, name: str, root: Path) -> None:
    if verb == "remove":
        path.unlink()
    elif verb == "move":
        path.rename(root / name)
    else:
        path.symlink_to(name)


def _edited(text: str, body: str, name: str) -> str:
    for hunk in re.finditer(r"((?:-.*\n)+)((?:\+.*\n)*)", body):
        old, new = (re.sub(r"(?m)^[-+] ?", "", part) for part in hunk.groups())
        if f"\n{text}".count(f"\n{old}") != 1:
            message = f"{name} does not hold once: {old!r}"
            raise ValueError(message)
        text = f"\n{text}".replace(f"\n{old}", f"\n{new}")[1:]
    return text


def _record(name: str, came_out: dict[str, Any], root: Path) -> None:
    project = Project.open(root / "mkdocs.yml")
    source = notebook.read((root / name).read_text("utf-8"), name)
    outputs = {
        key: [{"output_type": "stream", "name": "stdout", "text": given}]
        if isinstance(given, str)
        else given
        for key, given in came_out.get("outputs", {}).items()
    }
    recording = Recording(project.fingerprint(source), RUN, came_out.get("values", {}), outputs)
    project.write_pair(source, outputs, recording)


def _accept(code: str, root: Path) -> None:
    project = Project.open(root / "mkdocs.yml")
    site = project.site()
    for language, page, translated in site.documents():
        found = site.standings(language, page) if language.code == code else ()
        if found:
            source = site.guides[site.settings.languages.source.code][page]
            anchors = [each.anchor for each in found]
            text = translation.accept(source, translated, None, anchors, site.codes(source))
            project.write(project.accepted(language) / page, text)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(findings(play(read(Path(sys.argv[1])), Path(folder))))
