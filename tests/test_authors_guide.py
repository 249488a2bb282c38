"""The author's guide is true and whole: everything that an author may write is on its pages.

That the tutorial can be followed to the letter, runs on Spark included, is
``tests/cluster/test_authors_guide.py``'s.
"""

import re
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import click
import pytest

from lockstep.cli import COMMANDS, command, main
from lockstep.disk.project import Project
from lockstep.ground.location import Location
from lockstep.ground.settings import Settings
from lockstep.guides import directive, document
from lockstep.guides.directive import FOLDS, FORMATS, DirectiveError
from lockstep.guides.document import Document
from lockstep.notebooks import header
from lockstep.notebooks.header import CellHeader, Needs
from lockstep.pages import handwritten, rendering
from lockstep.rules import catalogue
from tests import case, walkthrough

ROOT = Path(__file__).parents[1]
EVERY = {name: command(name) for name in COMMANDS}
LANGUAGES = [language.code for language in Project.open(ROOT / "mkdocs.yml").settings.languages]
TOLD = {
    *("unreadable", "not-utf8", "hidden-character", "duplicate-value", "no-test-cell"),
    *("missing-pair", "orphan-guide", "missing-guide", "no-guide"),
    *("orphan-translation", "unaccepted-section"),
}
"""Rules whose section says in words what breaks them: something is absent, or cannot be seen."""
CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")


def read(page: str) -> dict[str, Document]:
    """Return the versions of a page that there are, by language."""
    paths = {code: f"docs/{code}/authors/{page}.md" for code in LANGUAGES}
    return {
        code: document.read((ROOT / path).read_text("utf-8"), path)
        for code, path in paths.items()
        if (ROOT / path).exists()
    }


REFERENCE, TUTORIAL = read("reference"), read("write-a-lab")
references = pytest.mark.parametrize("page", REFERENCE.values(), ids=REFERENCE)
pages = pytest.mark.parametrize(
    "page", [*REFERENCE.values(), *TUTORIAL.values()], ids=lambda page: page.path
)


def section(page: Document, anchor: str, *, whole: bool = False) -> list[str]:
    """Return the lines below a heading, up to the next; whole: to the next that is no deeper."""
    (start,) = (i for i, heading in enumerate(page.headings) if heading.anchor == anchor)
    level = page.headings[start].level
    ends = (
        heading.location.line - 1
        for heading in page.headings[start + 1 :]
        if not whole or heading.level <= level
    )
    return list(page.lines[page.headings[start].location.line : next(ends, None)])


def anchors(page: Document, above: str, level: int) -> list[str]:
    """Return the anchors of the headings of a level below another heading."""
    (start,) = (i for i, heading in enumerate(page.headings) if heading.anchor == above)
    found: list[str] = []
    for heading in page.headings[start + 1 :]:
        if heading.level <= page.headings[start].level:
            break
        if heading.level == level:
            found.append(str(heading.anchor))
    return found


def spans(lines: list[str]) -> list[str]:
    """Return what stands between backticks."""
    return [match[2].strip() for line in lines for match in CODE.finditer(line)]


def texts(lines: list[str]) -> dict[str, str]:
    """Return first and second column of the tables' rows that begin with code, without heads."""
    found: dict[str, str] = {}
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        row = re.match(r"\| `([^`]+)`[^|]* \| (.+?) \|", line)
        if row and not following.startswith("|---"):
            found[row[1]] = row[2]
    return found


def keys(lines: list[str]) -> list[str]:
    """Return the code at the start of each row of the tables."""
    return list(texts(lines))


def golden() -> dict[str, tuple[tuple[set[str], ...], str]]:
    """Return what each case finds by severity, and all its lines, those it starts from too."""
    found = {}
    for path in sorted(case.GOLDEN.rglob("*.txt")):
        sections = case.read(path).sections
        bodies = dict(sections)
        findings = tuple({*bodies.get(part, "").splitlines()} - {""} for part in case.FINDINGS)
        written = "".join(body for head, body in sections if head not in case.FINDINGS)
        like = re.findall(r"^=== like (\S+)", path.read_text("utf-8"), re.MULTILINE)
        text = "".join([written, *(body for name in like for _, body in _sections(name))])
        found[case.name(path)] = (findings, text)
    return found


def _sections(name: str) -> tuple[tuple[str, str], ...]:
    return case.read(case.GOLDEN / f"{name}.txt").sections


GOLDEN = golden()


@references
def test_every_rule_has_a_section_and_no_other(page: Document) -> None:
    assert sorted(anchors(page, "rules", 4)) == list(catalogue.RULES)


@references
def test_debts_and_advice_are_told_from_errors(page: Document) -> None:
    for part, severity in (("debts", 1), ("advice", 2)):
        found = {line.split()[1] for findings, _ in GOLDEN.values() for line in findings[severity]}
        found -= {line.split()[1] for findings, _ in GOLDEN.values() for line in findings[0]}
        assert set(anchors(page, f"rules-{part}", 4)) == found


@references
@pytest.mark.parametrize("rule", catalogue.RULES)
def test_a_rule_is_shown_with_what_breaks_it(page: Document, rule: str) -> None:
    """The findings are those of golden cases, and their source stands in the same case."""
    lines = section(page, rule)
    quoted = [span for line in lines if line.startswith(">") for span in spans([line])]
    assert quoted
    cases = [
        {name for name, (findings, _) in GOLDEN.items() if finding in set().union(*findings)}
        for finding in quoted
    ]
    assert all(cases), quoted
    assert all(f": {rule} " in finding for finding in quoted)
    sources = walkthrough.between(page, rule)
    assert bool(sources) != (rule in TOLD)
    written = {line for names in cases for name in names for line in _bare(GOLDEN[name][1])}
    for fence in sources:
        assert _bare(fence.code) <= written


def _bare(text: str) -> set[str]:
    """Return the lines of a text without what marks them as edits, comments or list items."""
    return {line.lstrip("+-#> ") for line in text.splitlines()}


def test_rules_begin_with_what_they_ask_for() -> None:
    for rule, wanted in catalogue.RULES.items():
        first = next(line for line in section(REFERENCE["en"], rule) if line)
        assert first.startswith(wanted), rule


@references
def test_every_directive_has_a_section(page: Document) -> None:
    found = {anchor for anchor in anchors(page, "directives", 3) if anchor.startswith("directive-")}
    assert found == {f"directive-{name}" for name in directive.EXAMPLES}
    grammar = (directive.__doc__ or "").partition("::\n\n")[2].partition("\n\n")[0]
    (shown,) = walkthrough.between(page, "directives")
    assert shown.code.split() == grammar.split()


def options(name: str) -> list[str]:
    """Return the options of a directive, as its grammar names them to those who err."""
    with pytest.raises(DirectiveError) as caught:
        directive.parse(f"{{{{ {name} x zzz=1 }}}}", Location("page.md", 1))
    _, _, known = str(caught.value).partition("it has ")
    return known.split(", ") if known else []


@references
@pytest.mark.parametrize("name", directive.EXAMPLES)
def test_every_option_is_explained_and_used(page: Document, name: str) -> None:
    lines = section(page, f"directive-{name}")
    wanted = options(name)
    assert sorted(key for key in keys(lines) if not key.startswith("{{")) == sorted(wanted)
    for option in wanted:
        assert any(f" {option}=" in span.text for span in page.spans), option
    choices = {"cell": FOLDS, "value": FORMATS}.get(name, ())
    assert set(choices) <= set(spans(lines))


@references
def test_every_example_of_a_directive_is_followed_by_its_result(page: Document) -> None:
    examples = 0
    for anchor in ("directive-cell", "directive-output", "where-directives-stand"):
        for fence in walkthrough.between(page, anchor):
            shown = re.findall(r"\{\{ .+? }}", fence.code)
            live = [span.text for span in page.spans if span.index > fence.last]
            assert shown == live[: len(shown)]
            examples += len(shown)
    for line in section(page, "directive-value"):
        if row := re.match(r"\| `(\{\{ .+? }})` \| ", line):
            assert line == f"{row[0]}{row[1]} |"
            examples += 1
    assert examples >= 12


@references
def test_the_lab_of_the_examples_is_the_one_in_the_golden_cases(page: Document) -> None:
    (top,) = (i for i, heading in enumerate(page.headings) if heading.anchor == "directives")
    sections = {
        path: body
        for head, body in _sections("sound-lab")
        for path in [re.sub(r"\{[a-z,]+\}", "en", head)]
    }
    first = page.headings[top].location.line
    shown = [fence for fence in page.fences if fence.location.line < first]
    assert [fence.options["title"] for fence in shown] == [
        "notebooks/count-animals.py", "docs/en/labs/count-animals.md",
    ]  # fmt: skip
    for fence in shown:
        assert fence.code == sections[fence.options["title"]]


@references
def test_what_may_be_chosen_from_is_listed(page: Document) -> None:
    reasons, matter = texts(section(page, "not-run")), texts(section(page, "front-matter"))
    chosen = {**rendering.LEVELS, **rendering.PLACES}
    assert set(reasons) == set(handwritten.REASONS)
    assert set(matter) - set(chosen) == {
        "title", "description", "notebook", "duration", "level", "runs-on",
    }  # fmt: skip
    assert set(chosen) <= set(matter)
    if page is REFERENCE["en"]:
        assert reasons == handwritten.REASONS
        assert {key: matter[key] for key in chosen} == chosen


@references
def test_headers_are_explained(page: Document) -> None:
    assert keys(section(page, "notebook-header")) == [field.name for field in fields(Needs)]
    names = [field.name for field in fields(CellHeader)]
    told = keys(section(page, "cell-header"))
    assert set(told) == {*names, *header.TAGS}
    known = {field.name for field in fields(Settings)} - {
        "folders",
        "guides",
        "languages",
        "suffixed",
    }
    assert set(keys(section(page, "settings"))) == known


def long_options(command: click.Command) -> set[str]:
    """Return the options of a command without their short forms."""
    found = {
        option
        for parameter in command.params
        if isinstance(parameter, click.Option)
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    return {option for option in found if option.startswith("--")} - {"--help"}


@references
def test_every_command_has_a_section_with_its_options(page: Document) -> None:
    named = {"lockstep": main, **{f"lockstep-{name}": c for name, c in EVERY.items()}}
    assert anchors(page, "commands", 3)[0] == "lockstep"
    assert set(anchors(page, "commands", 3)) == set(named)
    for anchor, called in named.items():
        rows = [line for line in section(page, anchor) if line.startswith("| `-")]
        told = {option for row in rows for option in re.findall(r"--[a-z-]+", row.split("|")[1])}
        assert told == long_options(called), anchor


@pages
def test_no_command_or_target_is_named_that_does_not_exist(page: Document) -> None:
    known = {option for command in EVERY.values() for option in long_options(command)}
    known |= long_options(main) | {"--help"}
    printed = [fence.code.splitlines() for fence in page.fences if fence.language == "text"]
    code = [*spans(list(page.lines)), *(line for lines in printed for line in lines)]
    for said in code:
        for called, rest in re.findall(r"(?:^|`|^\$ )lockstep ([a-z]+)([^`]*)", said):
            assert called in EVERY, said
            assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= known, said
        for target in re.findall(r"(?:^|`)make ([a-z]+)", said):
            assert target in targets(), said


def targets() -> dict[str, str]:
    """Return the make targets, each with what ``make help`` says."""
    makefile = (ROOT / "Makefile").read_text("utf-8")
    return dict(re.findall(r"^([a-z]+):.*## (.*)", makefile, re.MULTILINE))


@references
def test_every_make_target_and_variable_is_listed(page: Document) -> None:
    lines = section(page, "make")
    assert keys(lines) == [f"make {target}" for target in targets()]
    makefile = (ROOT / "Makefile").read_text("utf-8")
    variables = set(re.findall(r"^([A-Z_]+) \?=", makefile, re.MULTILINE))
    variables |= set(re.findall(r"call given,([A-Z]+)", makefile))
    in_environment, given = {"PYTHON", "TORCH_INDEX", "SERVE_ADDR"}, {"LAB", "LANGUAGE"}
    assert variables == in_environment | given | {"MASTER", "SPARK"}
    for variable in variables:
        assert any(span.startswith(f"{variable}=") for span in spans(lines)), variable


@references
@pytest.mark.parametrize("anchor", [f"lockstep-{name}" for name in EVERY if name != "environment"])
def test_commands_print_what_the_page_says(
    page: Document, anchor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    case.sound_lab(tmp_path)
    calls = 0
    for step in walkthrough.steps(walkthrough.between(page, anchor)):
        if isinstance(step, walkthrough.Call):
            assert step.take() == step.printed
            calls += 1
        else:
            step.take(tmp_path)
    assert calls


def done(page: Document) -> Iterator[tuple[str, str, str]]:
    """Yield language, title and text of each fence that is the same in all languages."""
    for fence in page.fences:
        if fence.language != "mermaid":
            yield fence.language, fence.options.get("title", ""), fence.code


@pytest.mark.parametrize("language", TUTORIAL)
def test_the_tutorial_does_the_same_in_every_language(language: str) -> None:
    assert list(done(TUTORIAL[language])) == list(done(TUTORIAL["en"]))
