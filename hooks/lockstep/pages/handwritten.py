"""Code blocks written by hand in a guide: which may stand, and why their code was not run."""

import re
from functools import cache

from pygments.lexers import find_lexer_class_by_name
from pygments.util import ClassNotFound

from lockstep.guides.directive import DirectiveError
from lockstep.guides.document import Fence
from lockstep.pages.block import FENCE, NotRunBlock

REASONS = {
    "azure": "Not run here: it needs an Azure subscription.",
    "databricks": "Not run here: it needs a Databricks workspace.",
    "gpu": "Not run here: it needs a GPU.",
    "setup": "Not run here: it changes the computer that runs it.",
    "example": "Not run: it shows a form, not a program.",
    "wrong": "Not run: it shows what to avoid.",
}
"""Why a hand-written block was not run, and what the reader is told (translated in ``locale/``)."""

RUNNABLE = frozenset(
    {"python", "py", "python3", "ipython", "pycon", "bash", "sh", "shell", "zsh", "console"}
    | {"sql", "powershell", "pwsh", "ps1"}
)
"""Languages in which a hand-written fence must say why it is not run."""

DRAWN = frozenset({"mermaid"})
"""Languages that are no programs: to look for them, Pygments would load all that is installed."""

_FAMILY = re.compile(
    r"(?!.*(?:Traceback|EXPLAIN))(?:I?Python|PySpark|NumPy|Bash|Fish|Tcsh|MSDOS|Batch|.*Shell|.*SQL)",
    re.IGNORECASE,
)
"""Names of their relatives, as Pygments gives them. What shows output only is none."""


def read(fence: Fence) -> NotRunBlock | None:
    """Return the block that a fence becomes; ``None`` where it stays as it is.

    Raises ``DirectiveError`` with rule ``reserved-fence``, ``hand-written-code`` or
    ``unknown-reason``.
    """
    if fence.language == FENCE:
        message = f"a fence may not be in the language {FENCE!r}: the engine uses it"
        raise DirectiveError(message, rule="reserved-fence")
    if "not-run" in fence.classes:
        reason = fence.options.get("reason")
        if reason in REASONS:
            title = fence.options.get("title", "")
            return NotRunBlock(fence.code, fence.language, str(reason), title)
        given = "no reason is given" if reason is None else f"reason {reason!r} is not known"
        message = f'{given}; write `reason="azure"`, or another of {", ".join(REASONS)}'
        raise DirectiveError(message, rule="unknown-reason")
    if _runnable(fence.language):
        message = (
            f"`{fence.language}` code written by hand; put it into a notebook and show it with "
            "`{{ cell its-name }}`, or say why it is not run: "
            f'`{{ .{fence.language} .not-run reason="azure" }}`'
        )
        raise DirectiveError(message, rule="hand-written-code")
    return None


@cache  # for a name that is none, Pygments asks every installed package
def _runnable(language: str) -> bool:
    """Whether a fence in a language is a program to run, under any name that is highlighted."""
    if language in DRAWN:
        return False
    if language in RUNNABLE or _FAMILY.match(language):
        return True
    try:
        lexer = find_lexer_class_by_name(language)
    except ClassNotFound:
        return False
    return bool(RUNNABLE.intersection(lexer.aliases) or _FAMILY.match(lexer.name))
