"""What readers take away of a site in one language, made where something has changed."""

from collections.abc import Iterator, Sequence

from lockstep.disk.cache import Cache
from lockstep.export import kit
from lockstep.export.kit import Belongings, File
from lockstep.export.lesson import Lesson
from lockstep.ground.language import Words


def files(
    cache: Cache,
    own: Sequence[Lesson],
    foreign: Sequence[Lesson],
    belongings: Belongings,
    words: Words,
) -> Iterator[tuple[str, File]]:
    """Yield the files of a language, and those of the foreign labs, each with its language's code.

    own: its lessons; foreign: those of another language that stand in for missing ones in the
    archive of all labs; words: in the language.
    """
    notebooks: list[tuple[Lesson, bytes]] = []
    sources: list[str | bytes] = [words.language.code]
    for each in (*own, *foreign):
        made_from = [*_sources(each, belongings)]
        made = cache.made(lambda: _plain(kit.of_lab(each, belongings)), "lab", *made_from)  # noqa: B023 called here
        notebooks.append((each, made[0][1]))
        sources += made_from
        yield from ((each.code, File(*file)) for file in made)
    if notebooks:
        whole = cache.made(
            lambda: _plain([kit.of_all(notebooks, belongings, words)]), "labs", *sources
        )
        yield words.language.code, File(*whole[0])


def _plain(files: Sequence[File]) -> list[tuple[str, bytes, str | None]]:
    return [(file.path, file.content, file.lab) for file in files]


def _sources(lesson: Lesson, belongings: Belongings) -> Iterator[str | bytes]:
    """Yield all that the files of a lab are made from, beside the engine and its glossary."""
    page, addresses = lesson.page, lesson.addresses
    yield from (lesson.code, page.markdown, repr(sorted(page.blocks.items())), repr(lesson.meta))
    yield from (repr(lesson.lab), lesson.licence, repr(sorted(addresses.urls.items())))
    yield from (addresses.site, addresses.page, addresses.source, belongings.pins)
    for path, content in sorted(belongings.files.get(lesson.name, {}).items()):
        yield path
        yield content
