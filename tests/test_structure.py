"""The structure of the engine, by reading it: floors, heavy imports, names that must agree."""

import ast
import importlib.util
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import jinja2
import pytest
from babel.messages.pofile import read_po

import lockstep
from lockstep.cli import COMMANDS, command, main
from lockstep.export import readme
from lockstep.pages import downloads, handwritten, interface, notices, rendering, status_table
from lockstep.rules import catalogue, parity

ENGINE = Path(str(lockstep.__file__)).parent
HOOK = ENGINE.parent / "mkdocs_hook.py"
TOP = ["cli", "__main__"]
MODULES = {
    ".".join(path.relative_to(ENGINE).with_suffix("").parts): path
    for path in ENGINE.rglob("*.py")
    if path.stem != "__init__"
}
"""Dotted name below ``lockstep`` to file."""
PURE_ROOMS = 8
LONGEST = 300  # A module is 60 to 250 lines; beyond this it surely has two reasons to change.
EFFECTS = {"os", "pathlib", "subprocess", "time", "socket", "shutil", "tempfile", "asyncio"}
HEAVY = {"torch", "pyspark", "horovod", "nbclient", "ipykernel", "psutil"}
"""jupytext takes jupyter_client too, where it is installed; a site's environment lacks it."""


def rooms() -> list[tuple[str, list[str]]]:
    """Return each room with its modules in order, as the package's docstring lists them."""
    items = re.findall(
        r"^\d+\. ``(\w+)``: ((?:.+\n)(?: {3}.+\n)*)", str(lockstep.__doc__), re.MULTILINE
    )
    return [(room, re.findall(r"``(\w+)``", said.partition(".")[0])) for room, said in items]


ORDER = [f"{room}.{module}" for room, modules in rooms() for module in modules] + TOP


def trees() -> Iterator[tuple[str, ast.Module]]:
    for name, path in MODULES.items():
        yield name, ast.parse(path.read_text("utf-8"))


def imported(tree: ast.AST) -> set[str]:
    """Return the dotted names that a module imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_every_module_has_its_room() -> None:
    assert sorted(ORDER) == sorted(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_a_module_imports_only_what_is_listed_before_it(name: str) -> None:
    names = imported(ast.parse(MODULES[name].read_text("utf-8")))
    parts = [module.split(".") for module in names if module.startswith("lockstep")]
    own = {".".join(part[1:3]) for part in parts if part[1] not in TOP}
    own |= {part[1] for part in parts if part[1] in TOP}
    assert own <= set(ORDER[: ORDER.index(name)])


def test_pure_rooms_touch_nothing() -> None:
    pure = [room for room, _ in rooms()[:PURE_ROOMS]]
    for name in (module for module in MODULES if module.partition(".")[0] in pure):
        tree = ast.parse(MODULES[name].read_text("utf-8"))
        assert not {module.split(".")[0] for module in imported(tree)} & EFFECTS, name
        calls = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
        assert not {getattr(call, "id", "") for call in calls} & {"open", "print", "input"}, name


def test_one_module_knows_nbclient() -> None:
    importers = {
        name for name, tree in trees()
        if {module.split(".")[0] for module in imported(tree)} & {"nbclient"}
    }  # fmt: skip
    assert importers == {"runs.client"}


@pytest.mark.parametrize(
    "module", ["mkdocs_hook", "mkdocs_events", "mkdocs_serving", "lockstep.cli"]
)
def test_what_builds_or_checks_loads_nothing_heavy(module: str) -> None:
    code = f"import sys, {module}; print(*sorted({HEAVY!r} & set(sys.modules)))"
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=HOOK.parent, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_hook_is_thin() -> None:
    for path in (HOOK, HOOK.with_name("mkdocs_events.py")):
        assert len(code_lines(path.read_text("utf-8"))) < 100, path


def test_the_hook_names_what_answers() -> None:
    asked = {
        tuple(str(ast.literal_eval(each)) for each in node.args[:2])
        for node in ast.walk(ast.parse(HOOK.read_text("utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "_answer"
    }
    assert asked
    for module, function in asked:
        tree = ast.parse(HOOK.with_name(f"{module}.py").read_text("utf-8"))
        functions = {each.name for each in tree.body if isinstance(each, ast.FunctionDef)}
        assert function in functions, module


def code_lines(source: str) -> set[int]:
    """Return the lines that hold code: no comments, blank lines or docstrings."""
    doc: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            doc |= set(range(node.lineno, (node.end_lineno or 0) + 1))
    skipped = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
               tokenize.ENDMARKER}  # fmt: skip
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        line
        for token in tokens if token.type not in skipped
        for line in range(token.start[0], token.end[0] + 1)
    } - doc  # fmt: skip


def test_modules_are_short() -> None:
    for name, path in MODULES.items():
        assert path.read_text("utf-8").count("\n") <= LONGEST, name


def literals(tree: ast.AST, call: str, position: int, keyword: str) -> Iterator[str]:
    """Yield the strings that calls of that name pass there."""
    for node in ast.walk(tree):
        func = getattr(node, "func", None)
        if isinstance(node, ast.Call) and call in {
            getattr(func, "id", 0),
            getattr(func, "attr", 0),
        }:
            given = [k.value for k in node.keywords if k.arg == keyword] + node.args[position:][:1]
            yield from (str(a.value) for a in given if isinstance(a, ast.Constant))


def test_every_rule_is_in_the_catalogue_and_used() -> None:
    used: set[str] = set()
    for _, tree in trees():
        used |= set(literals(tree, "Problem", 1, "rule"))
        used |= set(literals(tree, "DirectiveError", 1, "rule"))
        used |= set(literals(tree, "_ReportedError", 1, "rule"))
        used |= set(literals(tree, "kind", 1, "rule"))
    used |= set(parity.RULES)
    assert used == set(catalogue.RULES)
    assert list(catalogue.RULES) == sorted(catalogue.RULES)


def test_every_rule_has_a_golden_case() -> None:
    cases = (Path(__file__).parent / "golden").rglob("*.txt")
    found = {
        line.split(" ")[1]
        for path in cases
        for line in path.read_text("utf-8").partition("=== errors\n")[2].splitlines()
        if not line.startswith("===")
    }
    assert found == set(catalogue.RULES)


def theme_phrases() -> set[str]:
    """Return what the theme's templates say in the reader's language: `words("…")`."""
    environment = jinja2.Environment(autoescape=True)
    calls = (
        call
        for path in (ENGINE.parent / "theme").rglob("*.html")
        for call in environment.parse(path.read_text("utf-8")).find_all(jinja2.nodes.Call)
        if getattr(call.node, "name", "") in {"words", "said"}
    )
    return {str(call.args[0].as_const()) for call in calls}


def material_phrases() -> set[str]:
    """Return the English of Material, of which a language may have better words than Material's."""
    package = importlib.util.find_spec("material")
    assert package is not None
    assert package.origin is not None
    languages = Path(package.origin).parent / "templates/partials/languages"
    return set(
        re.findall(
            r'^  "[\w.]+": "(.+)",?$', (languages / "en.html").read_text("utf-8"), re.MULTILINE
        )
    )


@pytest.mark.parametrize("language", ["zh", "ja"])
def test_the_engine_has_words_in_every_language(language: str) -> None:
    named: tuple[Mapping[Any, str], ...]
    named = (handwritten.REASONS, rendering.LEVELS, rendering.PLACES, notices.NOTICES)
    named += (status_table.SECTIONS, status_table.KINDS, status_table.VERBS)
    named += (downloads.KINDS, readme.PHRASES)
    phrases = {phrase for phrases in named for phrase in phrases.values()}
    phrases |= {*interface.ADMONITIONS.values(), *theme_phrases()}
    for _, tree in trees():
        phrases |= set(literals(tree, "words", 0, "phrase"))
    with (ENGINE / "locale" / f"{language}.po").open("rb") as stream:
        messages = [message for message in read_po(stream) if message.id]
    assert {message.id for message in messages} - material_phrases() == phrases - material_phrases()
    for message in messages:
        fields = [set(re.findall(r"\{\w+\}", str(text))) for text in (message.id, message.string)]
        assert fields[0] == fields[1]
        assert message.string
        assert not message.fuzzy


def commands() -> Iterator[tuple[str, click.Command]]:
    yield "lockstep", main
    for name in COMMANDS:
        yield f"lockstep {name}", command(name)


@pytest.mark.parametrize(("name", "called"), [pytest.param(*c, id=c[0]) for c in commands()])
def test_every_command_says_what_it_does_with_examples(name: str, called: click.Command) -> None:
    assert called.help
    assert called.epilog is not None
    assert f"  {name}" in called.epilog or f"$({name}" in called.epilog
    for parameter in called.params:
        if isinstance(parameter, click.Option) and parameter.name not in {"help", "version"}:
            assert parameter.help or isinstance(parameter.type, click.Choice), parameter.name
