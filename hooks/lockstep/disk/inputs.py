"""What a check depends on, as digests: files, settings, and the programs that read them.

Guides and accepted English belong to one page each; whatever else there is belongs to all. Nothing
is parsed here, and nothing heavy is imported: where nothing changed, digests are all that is made.
"""

import hashlib
import importlib.util
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from lockstep.disk import layout
from lockstep.disk.layout import visible
from lockstep.ground.settings import Settings

ENGINE = Path(__file__).parent.parent
_INHERITED = re.compile(r"^INHERIT:\s*['\"]?([^'\"\n]+?)['\"]?\s*$", re.MULTILINE)
_VARIABLES = re.compile(r"!ENV\s+(?:\[([^\]]*)\]|(\S+))")
_PROGRAM = re.compile(r"[\w./-]+\.py\b|(?<=!!python/name:)\w+")
"""A hook, or what a custom fence is made by."""
_INCLUDED = re.compile(r"snippets|include|b64|custom_icons")
"""Extensions of Markdown that read files of which nothing is known here."""


def programs(config: Path, settings: Settings) -> str | None:
    """Return the digest of what every page is made with; ``None`` where not all of it is known.

    That is the configuration, the glossary, this engine with what calls it, and the installed
    packages.
    """
    digest = hashlib.blake2b(digest_size=16)
    texts = dict(_configuration(config))
    if any(_INCLUDED.search(text.decode("utf-8", "replace")) for text in texts.values()):
        return None
    for name, data in texts.items():
        _add(digest, name, data)
        for path in _programs(data.decode("utf-8", "replace"), config.parent):
            _add(digest, str(path), _content(path))
        for match in _VARIABLES.finditer(data.decode("utf-8", "replace")):
            for variable in re.findall(r"\w+", match[1] or match[2]):
                _add(digest, variable, os.environ.get(variable, "\0").encode())
    terms = config.parent / settings.glossary
    _add(digest, str(terms), _content(terms))
    _add(digest, str(ENGINE), engine().encode())
    _add(digest, sys.version, "\n".join(_installed()).encode())
    return digest.hexdigest()


def shared(config: Path, settings: Settings) -> str | None:
    """Return the digest of what the findings of all pages have in common.

    That is what pages are made with, everything in the folder of notebooks, and the pins; ``None``
    where not all of it is known.
    """
    made_with = programs(config, settings)
    if made_with is None:
        return None
    root = config.parent
    return _of_files((root / settings.pins, *visible(root / settings.notebooks)), made_with)


def contents(folder: Path) -> str:
    """Return the digest of all files in a folder and below it."""
    return _of_files(visible(folder))


def notebook(script: Path, root: Path, settings: Settings) -> str:
    """Return the digest of the files that belong to a notebook alone."""
    codes = [language.code for language in settings.languages.translations]
    catalogs = (root / settings.catalogs / code / f"{script.stem}.po" for code in codes)
    return _of_files((script, script.with_suffix(".ipynb"), *catalogs))


def beside_notebooks(root: Path, settings: Settings) -> str:
    """Return the digest of what notebooks have in common: modules, data, and the pins."""
    folder, catalogs = root / settings.notebooks, root / settings.catalogs
    others = (
        path
        for path in visible(folder)
        if not (path.parent == folder and path.suffix in {".py", ".ipynb"})
        and not path.is_relative_to(catalogs)
    )
    return _of_files((root / settings.pins, *others))


def pages(root: Path, settings: Settings) -> dict[str, str]:
    """Return the digest of what belongs to each page, by the page's path below its language."""
    digests: dict[str, hashlib.blake2b] = {}
    for kind in (settings, replace(settings, guides=settings.translations, suffixed=False)):
        for code, files in layout.guides(root, kind).items():
            for page, path in files.items():
                digest = digests.setdefault(page, hashlib.blake2b(digest_size=16))
                _add(digest, f"{kind.guides}/{code}", _content(path))
    return {page: digest.hexdigest() for page, digest in sorted(digests.items())}


def of_all(shared: str, pages: Mapping[str, str]) -> str:
    """Return one digest of the digests of all."""
    digest = hashlib.blake2b(shared.encode(), digest_size=16)
    for page, own in pages.items():
        _add(digest, page, own.encode())
    return digest.hexdigest()


def _of_files(paths: Iterable[Path], basis: str = "") -> str:
    """Return the digest of some files with their paths, and of what else is given."""
    digest = hashlib.blake2b(basis.encode(), digest_size=16)
    for path in paths:
        _add(digest, str(path), _content(path))
    return digest.hexdigest()


def _configuration(config: Path) -> Iterator[tuple[str, bytes]]:
    """Yield a configuration, then those that it inherits from, each once."""
    waiting, seen = [config], set[Path]()
    while waiting:
        path = waiting.pop()
        if path not in seen:
            seen.add(path)
            data = _content(path)
            yield str(path), data
            parents = _INHERITED.findall(data.decode("utf-8", "replace"))
            waiting += [(path.parent / parent).resolve() for parent in parents]


def _programs(text: str, root: Path) -> Iterator[Path]:
    """Yield the programs that a configuration names, of which no version is known."""
    for name in sorted({*_PROGRAM.findall(text)}):
        found = root / name if name.endswith(".py") else _module(name)
        if found.is_file():
            yield found


def _module(name: str) -> Path:
    """Return the file of a module, which is not imported; a folder where it has none."""
    try:
        spec = importlib.util.find_spec(name)
    except ValueError:
        spec = None
    return Path(spec.origin or "" if spec else "")


@cache
def engine() -> str:
    """Return the digest of this engine and of what calls it, as it was when this process began.

    So it is what makes things, whatever has become of its files.
    """
    return engine_now()


def engine_now() -> str:
    """Return the same digest of its files as they are."""
    digest = hashlib.blake2b(digest_size=16)
    for path in _engine():
        _add(digest, str(path), _content(path))
    return digest.hexdigest()


def _engine() -> Iterable[Path]:
    found = (*visible(ENGINE), *sorted(ENGINE.parent.glob("*.py")))
    return (path for path in found if path.suffix in {".py", ".po", ".md", ".txt"})


def _installed() -> list[str]:
    """Return names and versions of the installed packages, as their folders tell them."""
    found = (Path(place).glob("*.dist-info") for place in sys.path if place)
    return sorted({path.name for places in found for path in places})


def _content(path: Path) -> bytes:
    """Return what a file holds; something else where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        return f"\0{error.errno}".encode()


def _add(digest: "hashlib.blake2b", name: str, data: bytes) -> None:
    digest.update(f"{name}\0{len(data)}\0".encode(errors="surrogateescape"))
    digest.update(data)
