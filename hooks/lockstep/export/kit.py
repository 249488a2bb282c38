"""All that a site offers to take away in one language: lessons in, files out.

A lab is a notebook, a Databricks source file, and an archive that runs on the reader's computer;
one more archive holds all labs.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from lockstep.export import databricks, jupyter, readme
from lockstep.export.archive import Pack, archive
from lockstep.export.inline import Addresses
from lockstep.export.lesson import Lesson
from lockstep.ground.language import Language, Words
from lockstep.ground.memory import forget
from lockstep.pages.site import Site

Content = Callable[[], bytes]
"""Gives what a file holds: that of all labs at once would fill the memory."""
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
    site: Site,
    language: Language,
    addresses: Addresses,
    licence: str = "",
    beside: Collection[str] = (),
) -> Iterator[Lesson]:
    """Yield the labs of a language, each from the first guide that carries it.

    addresses: those of the site; guides that it does not know are left out. licence: what the site
    says of copyright, in HTML. beside: names of labs that are left out.
    """
    seen = {*beside}
    for page, guide in sorted(site.guides.get(language.code, {}).items()):
        path, name = f"{language.code}/{page}", site.notebook(guide.meta)
        if not name or name in seen or name not in site.labs or path not in addresses.urls:
            continue
        if site.labs[name].notebook.unreadable:
            continue
        seen.add(name)
        words = site.words[language.code]
        here = replace(addresses, page=path)
        yield Lesson(
            name, partial(site.page, guide, language), partial(site.labs.__getitem__, name),
            guide.meta, words, here, licence,
        )  # fmt: skip


def of_lab(lesson: Lesson, belongings: Belongings, pack: Pack) -> list[File]:
    """Return the files of one lab, of which the first is its notebook.

    pack: gives what archives hold of a file's content.
    """
    base = f"{FOLDER}/{lesson.code}/{lesson.name}"
    notebook = jupyter.written(lesson).encode()
    given = [(lesson, lambda: notebook)]
    whole = _packed(lesson.name, given, belongings, lesson.words, pack)
    made = [
        File(f"{base}.ipynb", notebook, lesson.name),
        File(f"{base}.py", databricks.written(lesson).encode(), lesson.name),
        File(f"{base}.zip", whole, lesson.name),
    ]
    forget(lesson)
    return made


def of_all(
    notebooks: Sequence[tuple[Lesson, Content]], belongings: Belongings, words: Words, pack: Pack
) -> File:
    """Return the archive of all labs of a language.

    notebooks: each lab, in its own language where this one has none, with what gives its notebook's
    file; words: in the language; pack: see ``of_lab``.
    """
    name = f"labs-{words.language.code}"
    ordered = sorted(notebooks, key=lambda each: each[0].name)
    return File(f"{FOLDER}/{name}.zip", _packed(name, ordered, belongings, words, pack))


def _packed(
    folder: str,
    notebooks: Sequence[tuple[Lesson, Content]],
    belongings: Belongings,
    words: Words,
    pack: Pack,
) -> bytes:
    """Return the archive of labs, which holds a folder of that name."""
    found = {
        path: content
        for each, _ in notebooks
        for path, content in belongings.files.get(each.name, {}).items()
    }
    told = readme.written([it for it, _ in notebooks], belongings.pins, found, words).encode()
    shown = {f"{each.name}.ipynb": notebook for each, notebook in notebooks}
    given: dict[str, bytes | Content] = {**found, **shown, "README.md": told}
    contents = (
        (path, each if isinstance(each, bytes) else each()) for path, each in sorted(given.items())
    )
    return archive(folder, contents, pack)
