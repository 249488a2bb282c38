"""All that a site offers to take away in one language: lessons in, files out.

A lab is a notebook, a Databricks source file, and an archive that runs on the reader's computer;
one more archive holds all labs.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from lockstep.export import databricks, jupyter, readme
from lockstep.export.archive import archive
from lockstep.export.inline import Addresses
from lockstep.export.lesson import Lesson, lesson
from lockstep.ground.language import Language, Words
from lockstep.pages.site import Site

FOLDER = "downloads"
"""Where the files lie, below the site's root."""


@dataclass(frozen=True, slots=True)
class File:
    """A file to take away."""

    path: str
    """Below the site's root."""
    content: bytes
    lab: str | None = None
    """The lab whose page offers it; the archive of all labs is no one's."""


@dataclass(frozen=True, slots=True)
class Belongings:
    """What labs need beside their notebooks, by paths as they are in an archive."""

    files: Mapping[str, Mapping[str, bytes]]
    """Name of a lab to its data, the modules that it imports, and the pinned versions."""
    pins: str = ""
    """Folder of the pinned versions, with a slash at its end; empty where it has none."""


def lessons(
    site: Site, language: Language, addresses: Addresses, licence: str = ""
) -> Iterator[Lesson]:
    """Yield the labs of a language, each from the first guide that carries it.

    addresses: those of the site; guides that it does not know are left out. licence: what the site
    says of copyright, in HTML.
    """
    seen: set[str] = set()
    for page, guide in sorted(site.guides.get(language.code, {}).items()):
        path, lab = f"{language.code}/{page}", site.lab(guide.meta)
        if lab is None or lab.notebook.unreadable or lab.name in seen or path not in addresses.urls:
            continue
        seen.add(lab.name)
        words = site.words[language.code]
        here = replace(addresses, page=path)
        yield lesson(site.page(guide, language), guide.meta, lab, words, here, licence)


def files(
    own: Sequence[Lesson], foreign: Sequence[Lesson], belongings: Belongings, words: Words
) -> Iterator[File]:
    """Yield the files of a language.

    own: its lessons; foreign: those of another language that stand in for missing ones in the
    archive of all labs; words: in the language.
    """
    code = words.language.code
    notebooks = {each.name: jupyter.written(each).encode() for each in (*own, *foreign)}

    def packed(folder: str, packed: Sequence[Lesson]) -> bytes:
        found = {path: content for each in packed
                 for path, content in belongings.files.get(each.name, {}).items()}  # fmt: skip
        told = readme.written(packed, belongings.pins, found, words).encode()
        shown = {f"{each.name}.ipynb": notebooks[each.name] for each in packed}
        return archive(folder, {**found, **shown, "README.md": told})

    for each in own:
        base = f"{FOLDER}/{code}/{each.name}"
        yield File(f"{base}.ipynb", notebooks[each.name], each.name)
        yield File(f"{base}.py", databricks.written(each).encode(), each.name)
        yield File(f"{base}.zip", packed(each.name, [each]), each.name)
    if everything := sorted((*own, *foreign), key=lambda each: each.name):
        yield File(f"{FOLDER}/labs-{code}.zip", packed(f"labs-{code}", everything))
