"""Terms in translations, on this project's own guides, and running text with its places."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from lockstep.disk.project import Project
from lockstep.ground.problem import Problem, Severity
from lockstep.guides import document, prose
from lockstep.guides.prose import GAP, Part
from lockstep.pages.site import Site
from lockstep.rules import check

ROOT = Path(__file__).parents[1]
TERM_RULES = {"forbidden-term", "missing-term", "bad-allowance", "unused-allowance"}


@cache
def site() -> Site:
    """Return this project."""
    return Project.open(ROOT / "mkdocs.yml").site()


def found(site: Site) -> list[Problem]:
    return [problem for problem in check.check(site) if problem.rule in TERM_RULES]


def with_text(code: str, page: str, old: str, new: str) -> Site:
    """Return this project with one guide in which an expression is everywhere another."""
    guide = site().guides[code][page]
    assert any(old in line for line in guide.lines)
    text = "\n".join(guide.lines).replace(old, new)
    guides = {**site().guides[code], page: document.read(text, guide.path)}
    return replace(site(), guides={**site().guides, code: guides})


def test_our_guides_use_our_terms() -> None:
    assert found(site()) == []


@pytest.mark.parametrize(
    ("code", "page", "term", "forbidden", "severity"),
    [
        ("zh", "labs/distributed-deep-learning.md", "群集", "集群", Severity.ERROR),
        ("zh", "labs/tune-hyperparameters.md", "学习率", "学习速率", Severity.ERROR),
        ("ja", "labs/torch-distributor.md", "バッチ", "一括", Severity.ADVICE),
        ("ja", "concepts/scalable-compute.md", "ノートブック", "ノートパソコン", Severity.ADVICE),
    ],
)
def test_a_term_replaced_by_a_forbidden_form_is_found_where_it_stands(
    code: str, page: str, term: str, forbidden: str, severity: Severity
) -> None:
    changed = with_text(code, page, term, forbidden)
    problems = [it for it in found(changed) if it.rule == "forbidden-term"]
    assert problems
    for problem in problems:
        assert problem.severity is severity
        line = changed.guides[code][page].lines[problem.location.line - 1]
        assert forbidden in line
        assert repr(forbidden) in problem.message
        assert repr(term) in problem.message


def test_a_term_that_is_gone_from_its_section_is_missed() -> None:
    changed = with_text("zh", "labs/distributed-deep-learning.md", "预热", "慢慢开始")
    where = {(it.rule, it.location.path, "'warm-up'" in it.message) for it in found(changed)}
    assert where == {("missing-term", "docs/zh/labs/distributed-deep-learning.md", True)}


def test_running_text_keeps_its_places() -> None:
    text = (
        "---\ntitle: Title\n---\n\n# Head {#head}\n\nOne `code`\n{{ value x }} [two\nlinked](a.md) "
        "three.[^a]\n\n> 1. Four\n>     five\n\n```python\nno = 1\n```\n\n[^a]: Six\n    seven.\n\n"
        "| Eight |\n|---|\n| *nine* |\n"
    )
    runs = list(prose.runs(document.read(text, "a.md")))
    assert [(run.location.line, run.part) for run in runs] == [
        (2, Part.META),
        (5, Part.HEADING),
        (7, Part.BODY),
        (11, Part.BODY),
        (18, Part.FOOTNOTE),
        (21, Part.HEADING),
        (23, Part.BODY),
    ]
    body = runs[2]
    assert body.text == f"One {GAP}\n{GAP} two\nlinked three.{GAP}"
    assert [body.at(body.text.index(word)).line for word in ("One", "two", "linked")] == [7, 8, 9]
    linked = [
        word for word in ("One", "two", "linked", "three") if body.is_linked(body.text.index(word))
    ]
    assert linked == ["two", "linked"]
