"""A site for the plain stack: MkDocs, Material, static-i18n and search, with no engine of ours.

Configuration, Markdown extensions and pages are those of a site of ours, so that readers are told
the same. What the plain stack has no means for, it does not have: tooltips of terms, ticks, files
to take away, the head of a cell; its search is Material's own, with jieba for Chinese.
"""

import re
import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks import pasted
from benchmarks.pasted import Dialect, fence
from lockstep.disk.project import Project

_OURS = ("nav", "extra_css", "extra_javascript", "extra", "hooks", "watch")
"""Keys of a configuration that only our site has."""
_LINES = ("custom_dir:", "logo:", "favicon:", "separator:")
_EMPTY = re.compile(r'<div class="lockstep-labs"></div>')
"""What the engine fills on a home page."""


def write(project: Project, folder: Path) -> None:
    """Write what a project of ours says as a plain site, into an empty folder."""
    site = project.site()
    config = (project.root / "mkdocs.yml").read_text("utf-8")
    (folder / "mkdocs.yml").write_text(configuration(config), "utf-8")
    for language, page, document in site.documents():
        made = pasted.page(site, document, language, DIALECT)
        path = folder / "docs" / language.code / page
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made.file(), "utf-8")
        for name, content in made.figures.items():
            (path.parent / name).write_bytes(content)
    images = project.root / "hooks/theme/images"
    shutil.copytree(images, folder / "docs/images")


def configuration(text: str) -> str:
    """Return our configuration without what is ours."""
    parts = re.split(r"(?m)^(?=[a-z_]+:)", text)
    kept = "".join(part for part in parts if part.partition(":")[0] not in _OURS)
    lines = (line for line in kept.split("\n") if not line.strip().startswith(_LINES))
    return (
        "\n".join(lines).replace("- search:\n", "- search\n").replace("lockstep-diagram", "mermaid")
    )


def _text(lines: Sequence[str]) -> list[str]:
    return [_EMPTY.sub("", line) for line in lines]


def _code(source: str, language: str, title: str, highlighted: Sequence[int]) -> list[str]:
    options = [f'title="{title}"'] if title else []
    if highlighted:
        options.append(f'hl_lines="{" ".join(map(str, highlighted))}"')
    return fence(source, " ".join([language, *options]))


def _folded(title: str, opened: bool, lines: Sequence[str]) -> list[str]:  # noqa: FBT001 a block's own
    mark = "???+" if opened else "???"
    return [f'{mark} note "{title}"', "", *(f"    {line}".rstrip() for line in lines)]


DIALECT = Dialect(_text, _code, _folded)
