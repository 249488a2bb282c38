"""Guide in, page out: every directive and hand-written fence replaced by a block.

Code never passes through Markdown. A directive's line becomes a fence that carries only a key, and
the block for that key is rendered when Python-Markdown reaches the fence, so that tabs, blank lines
and anything that looks like Markdown in code or output stay what they are.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lockstep.ground.language import Language
from lockstep.ground.location import Location
from lockstep.ground.problem import Problem
from lockstep.guides import directive
from lockstep.guides.directive import (
    CellDirective,
    DirectiveError,
    GlossaryDirective,
    OutputDirective,
    StatusDirective,
    ValueDirective,
)
from lockstep.guides.document import Document, Fence, Span
from lockstep.notebooks.lab import Lab
from lockstep.notebooks.notebook import Cell
from lockstep.notebooks.output import Figure
from lockstep.pages import handwritten, typesetting
from lockstep.pages.block import (
    FENCE,
    Block,
    CodeBlock,
    GlossaryBlock,
    MarkBlock,
    OutputBlock,
    StatusBlock,
)
from lockstep.terms.glossary import Glossary

Shown = tuple[str, str, Location]
"""Notebook and cell of code that a page shows, and where it does."""


@dataclass(frozen=True, slots=True)
class Page:
    """A guide ready for Python-Markdown, and the blocks that its fences stand for."""

    markdown: str
    blocks: Mapping[str, Block] = field(default_factory=dict)
    shown: tuple[Shown, ...] = ()
    """Each cell whose code the page shows, in order."""
    problems: tuple[Problem, ...] = ()


def inject(  # noqa: PLR0913 all that a page is made from
    document: Document,
    labs: Mapping[str, Lab],
    language: Language,
    notebook: str | None,
    glossary: Glossary | None = None,
    *,
    insertions: Mapping[int, Block] | None = None,
) -> Page:
    """Replace what a guide refers to.

    labs: all notebooks by name; language: the language the guide is written in; notebook: the name
    in its front matter, to which directives refer that name no other; glossary: the site's, if it
    has one; insertions: by index of a blank line, what stands there beside what the guide refers
    to, indented as the line is. Never raises: a directive that cannot be resolved becomes a mark
    and a finding.
    """
    injection = _Injection(document, labs, language, notebook, glossary)
    return injection.page(insertions or {})


class _ReportedError(DirectiveError):
    """One cause with many effects: ``rules`` reports it once, here every effect is marked."""


def _never_run(lab: Lab) -> _ReportedError:
    message = f"{lab.notebook.path} has no recording; make one with `lockstep run {lab.name}`"
    return _ReportedError(message, rule="stale-recording")


class _Injection:
    """One pass over one guide."""

    def __init__(
        self,
        document: Document,
        labs: Mapping[str, Lab],
        language: Language,
        notebook: str | None,
        glossary: Glossary | None,
    ) -> None:
        self.document = document
        self.labs = labs
        self.language = language
        self.notebook = notebook
        self.glossary = glossary
        self.blocks: dict[str, Block] = {}
        self.inline: dict[Span, str] = {}
        self.shown: list[Shown] = []
        self.problems: list[Problem] = []

    def page(self, insertions: Mapping[int, Block]) -> Page:
        lines = list(self.document.lines)
        # By index of line: what stands there instead.
        replaced = {at: self._fenced(lines[at], block) for at, block in insertions.items()}
        for span in reversed(self._placed(replaced)):
            line, end = lines[span.index], span.column + len(span.text)
            lines[span.index] = line[: span.column] + self.inline[span] + line[end:]
        result: list[str] = []
        joints = set(self.document.joints)
        for index, line in enumerate(lines):
            continues = index - 1 in joints and not {index - 1, index} & replaced.keys()
            if continues and result and typesetting.joins(result[-1], line):
                result[-1] = typesetting.join(result[-1].rstrip(), line.lstrip(" \t>"))
            elif index not in replaced:
                result.append(line)
            else:
                rest = range(index + 1, len(lines))
                following = (lines[at] for at in rest if replaced.get(at) != [])
                typesetting.append(result, replaced[index], next(following, ""))
        return Page("\n".join(result), self.blocks, tuple(self.shown), tuple(self.problems))

    def _placed(self, replaced: dict[int, list[str]]) -> list[Span]:
        """Resolve every directive and fence in order; return the spans that stay in their line."""
        for span in self.document.spans:
            if span.prefix is None or span.text.lstrip("{ \t").startswith("value"):
                self.inline[span] = self._inline(span)
            else:
                replaced[span.index] = self._fenced(span.prefix, self._block(span))
        for fence in self.document.fences:
            self._take_fence(fence, replaced)
        return list(self.inline)

    def _fenced(self, prefix: str, block: Block) -> list[str]:
        """Return the lines of a fence that carries only the block's key."""
        key = str(len(self.blocks))
        self.blocks[key] = block
        blank = prefix.rstrip()
        return [blank, f"{prefix}```{FENCE}", f"{prefix}{key}", f"{prefix}```", blank]

    def _take_fence(self, fence: Fence, replaced: dict[int, list[str]]) -> None:
        rest = range(fence.first + 1, fence.last + 1)
        try:
            block = handwritten.read(fence)
        except DirectiveError as error:
            lines = self._fenced(fence.prefix, self._mark(fence.location, error))
            if error.rule == "reserved-fence":
                replaced.update({index: [] for index in rest})
            else:
                lines.append(self.document.lines[fence.first])
            replaced[fence.first] = lines
        else:
            if block is not None:
                replaced[fence.first] = self._fenced(fence.prefix, block)
                replaced.update({index: [] for index in rest})

    def _block(self, span: Span) -> Block:
        try:
            wanted = directive.parse(span.text, span.location)
            if isinstance(wanted, OutputDirective):
                return self._output(wanted)
            if isinstance(wanted, CellDirective):
                return self._code(wanted)
            if isinstance(wanted, GlossaryDirective):
                return self._terms()
            if isinstance(wanted, StatusDirective):
                return StatusBlock()
        except DirectiveError as error:
            return self._mark(span.location, error)
        message = f"`{span.text}` cannot stand here"
        return self._mark(span.location, DirectiveError(message, rule="malformed-directive"))

    def _inline(self, span: Span) -> str:
        try:
            wanted = directive.parse(span.text, span.location)
            if isinstance(wanted, ValueDirective):
                return typesetting.escaped(self._value(wanted))
        except DirectiveError as error:
            return self._inline_mark(span, error)
        message = (
            f"`{span.text}` shares its line with other text; put it on a line of its own, "
            "indented by four spaces for each list item around it"
        )
        return self._inline_mark(span, DirectiveError(message, rule="directive-not-alone"))

    def _inline_mark(self, span: Span, error: DirectiveError) -> str:
        problem = typesetting.escaped(str(self._mark(span.location, error).problem))
        return f'<span class="lockstep-mark" role="alert">{problem}</span>'

    def _code(self, wanted: CellDirective) -> CodeBlock:
        lab = self._lab(wanted)
        cell = self._cell(lab, wanted)
        code = lab.localised(cell, self.language.code)
        if wanted.highlighted and max(wanted.highlighted) > len(code.lines):
            message = f"hl names line {max(wanted.highlighted)}; the cell has {len(code.lines)}"
            raise DirectiveError(message, rule="unknown-line")
        quoted = "" if lab.name == self.notebook else f"{lab.name}-"
        again = (lab.name, cell.key) in {(name, key) for name, key, _ in self.shown}
        anchor = None if again else f"cell-{quoted}{cell.key}"
        self.shown.append((lab.name, cell.key, wanted.location))
        marks = self._staleness(lab, cell, wanted.location)
        return CodeBlock(
            lab.name,
            cell.key,
            code.source,
            tuple(code.lines[line - 1] + 1 for line in wanted.highlighted if line > 0),
            lab.outputs(cell) if wanted.output != "none" else (),
            wanted.output == "open",
            anchor,
            marks,
            cell.header.line,
            tuple(lab.recording.run.products) if lab.recording and not marks else (),
        )

    def _output(self, wanted: OutputDirective) -> OutputBlock:
        lab = self._lab(wanted)
        cell = self._cell(lab, wanted)
        outputs = lab.outputs(cell)
        if not outputs and lab.recording is None:
            raise _never_run(lab)
        if not outputs:
            message = (
                f"cell {cell.key!r} of {lab.notebook.path} gave no output when it was run; let it "
                f"print or show something and record it: `lockstep run {lab.name}`"
            )
            raise DirectiveError(message, rule="no-output")
        if any(isinstance(output, Figure) for output in outputs) and not wanted.alt:
            example = directive.EXAMPLES["output"]
            message = f"the output of {cell.key!r} is a figure; say what it shows: `{example}`"
            raise DirectiveError(message, rule="missing-alt")
        marked = self._staleness(lab, cell, wanted.location)
        return OutputBlock(lab.name, cell.key, outputs, wanted.alt, marked)

    def _value(self, wanted: ValueDirective) -> str:
        lab = self._lab(wanted)
        declared = wanted.target in lab.notebook.declared_values
        if declared and lab.recording is None:
            raise _never_run(lab)
        if declared and wanted.target in lab.values:
            return typesetting.formatted(lab.values[wanted.target], wanted, self.language)
        if declared:
            fix = f"record it: `lockstep run {lab.name}`"
        else:
            known = ", ".join(sorted(lab.notebook.declared_values)) or "none"
            fix = f'name it in a cell header: `values=["{wanted.target}"]` (declared: {known})'
        message = f"{lab.notebook.path} recorded no value {wanted.target!r}; {fix}"
        raise DirectiveError(message, rule="unknown-value")

    def _terms(self) -> GlossaryBlock:
        if self.glossary is None:
            message = "there is no glossary; write `glossary.yml`, or name it in `mkdocs.yml`"
            raise DirectiveError(message, rule="no-glossary")
        return GlossaryBlock(self.language.code, tuple(self.glossary.in_order(self.language)))

    def _lab(self, wanted: directive.Reference) -> Lab:
        name = wanted.notebook or self.notebook
        if name is None:
            message = "no `notebook:` in the front matter, and none named here as `NOTEBOOK:NAME`"
            raise DirectiveError(message, rule="unknown-notebook")
        if name not in self.labs:
            known = ", ".join(sorted(self.labs)) or "none"
            message = f"there is no notebook {name!r}; there are: {known}"
            kind = DirectiveError if wanted.notebook else _ReportedError
            raise kind(message, rule="unknown-notebook")
        if self.labs[name].notebook.unreadable:
            problem = self.labs[name].notebook.problems[0]
            message = f"{problem.location} cannot be read: {problem.message}"
            raise _ReportedError(message, rule=problem.rule)
        return self.labs[name]

    def _cell(self, lab: Lab, wanted: CellDirective | OutputDirective) -> Cell:
        cell = lab.notebook.cell(wanted.target)
        if cell is None or cell.is_test:
            known = ", ".join(cell.key for cell in lab.notebook.shown) or "none"
            message = f"{lab.notebook.path} has no cell {wanted.target!r}; it has: {known}"
            raise DirectiveError(message, rule="unknown-cell")
        return cell

    def _staleness(self, lab: Lab, cell: Cell, where: Location) -> tuple[Problem, ...]:
        """Return marks for the author; ``rules`` reports the same once per notebook."""
        own = [change for change in lab.stale if (change.kind, change.item) == ("cell", cell.key)]
        for change in own or lab.stale[:1]:
            message = f"{change.since}; record it with `lockstep run {lab.name}`"
            return (Problem(where, "stale-recording", message),)
        return ()

    def _mark(self, where: Location, error: DirectiveError) -> MarkBlock:
        """Show a finding at the spot; what one cause does in many places, ``rules`` reports."""
        problem = Problem(where, error.rule, str(error))
        if not isinstance(error, _ReportedError):
            self.problems.append(problem)
        return MarkBlock(problem)
