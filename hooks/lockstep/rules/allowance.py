"""Exceptions: what a guide says of a rule that is not to hold in one of its sections, and why.

An exception is an HTML comment, anywhere in the section for which it holds::

    <!-- lockstep: allow missing-term because the sentence says it without the noun -->
    <!-- lockstep: allow parity-numbers for "21" because Chinese has another name for 21Vianet -->

The second one allows what its finding says of that item, and nothing else. Which rules know
exceptions, ``rules`` says.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from markdown_it.token import Token

from lockstep.ground.location import Location
from lockstep.ground.problem import Problem, Severity
from lockstep.guides import markup, section
from lockstep.guides.document import Document

EXAMPLE = "<!-- lockstep: allow RULE because REASON -->"
_COMMENT = re.compile(r"<!--\s*lockstep:(?P<said>.*?)-->", re.DOTALL)
_SAID = re.compile(
    r"\s*allow\s+(?P<rule>[a-z-]+)(?:\s+for\s+\"(?P<item>[^\n]+?)\")?"
    r"\s+because\s+(?P<reason>\S.*?)\s*",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Allowance:
    """One exception."""

    location: Location
    rule: str
    reason: str
    first: int
    """The line at which its section begins, and the last one of it: where it holds."""
    last: int
    item: str | None = None
    """What alone it allows, as findings quote it."""

    def left(self, problem: Problem) -> Problem | None:
        """Return what is left of a finding where this exception is made."""
        where = problem.location
        same = problem.rule == self.rule and where.path == self.location.path
        if not (same and self.first <= where.line <= self.last):
            return problem
        return problem.without(self._allows)

    def _allows(self, said: str) -> bool:
        quoted = (f"`{self.item}`", f"'{self.item}'", f"“{self.item}”")
        return self.item is None or any(form in said for form in quoted)


def read(document: Document, known: Collection[str]) -> tuple[list[Allowance], list[Problem]]:
    """Return the exceptions that a guide makes, and what is wrong with them.

    known: rules that know exceptions.
    """
    found: list[Allowance] = []
    problems: list[Problem] = []
    for row, comment in _comments(document):
        where = document.at(row)
        said = _SAID.fullmatch(comment["said"])
        if said is None:
            message = f"cannot read `{_line(comment[0])}`; write `{EXAMPLE}`"
            problems.append(Problem(where, "bad-allowance", message))
        elif said["rule"] not in known:
            message = (
                f"no exception can be made to {said['rule']!r}, only to rules that compare a "
                "translation with its English, and to advice on style"
            )
            problems.append(Problem(where, "bad-allowance", message))
        else:
            around = (it for it in section.sections(document) if it.first <= row < it.end)
            held = next(around)
            first, last = document.at(held.first).line, document.at(held.end - 1).line
            reason = _line(said["reason"])
            found.append(Allowance(where, said["rule"], reason, first, last, said["item"]))
    return found, problems


def apply(
    problems: Iterable[Problem], documents: Iterable[Document], known: Collection[str]
) -> list[Problem]:
    """Return the findings without those that are allowed, with what is wrong with exceptions.

    known: rules that know exceptions. One that allows nothing is a finding.
    """
    left = list(problems)
    for document in documents:
        if "lockstep:" not in document.text:
            continue
        allowances, wrong = read(document, known)
        for each in allowances:
            if all(each.left(problem) is problem for problem in left):
                nothing = f"nothing of {each.item!r}" if each.item else "nothing"
                message = f"allows {each.rule!r}, which finds {nothing} in this section; delete it"
                wrong.append(Problem(each.location, "unused-allowance", message, Severity.ADVICE))
        for each in allowances:
            left = [rest for problem in left if (rest := each.left(problem))]
        left += wrong
    return [problem.flat() for problem in left]


def _comments(document: Document) -> Iterator[tuple[int, re.Match[str]]]:
    """Yield the engine's comments with the index of the line at which each stands."""
    for token in markup.parse(document.body):
        first = token.map[0] if token.map else 0
        if token.type == "html_block":
            for match in _COMMENT.finditer(token.content):
                yield first + token.content.count("\n", 0, match.start()), match
        for row, child in _rows(token):
            if child.type == "html_inline":
                yield from ((first + row, it) for it in _COMMENT.finditer(child.content))


def _rows(token: Token) -> Iterator[tuple[int, Token]]:
    """Yield the parts of an inline token with how many lines into it each begins."""
    row = 0
    for child in token.children or []:
        yield row, child
        row += child.type in {"softbreak", "hardbreak"} or child.content.count("\n")


def _line(text: str) -> str:
    return " ".join(text.split())
