"""What an archive says of itself: what is in it, and how its labs run on the reader's computer."""

from collections.abc import Collection, Iterator, Sequence

from lockstep.export.lesson import Lesson
from lockstep.ground.language import Words
from lockstep.pages import rendering

START = "start.sh"
"""Script beside the pins that sets up what the labs need, once, and opens them."""

PHRASES = {
    "needs": "You need Linux, macOS, or Windows with WSL; Python 3.11; Java 17 or 21.",
    "compiler": "Horovod is compiled, for which you also need a C++ compiler and CMake.",
    "start": "In this folder, start JupyterLab:",
    "first": "The first time, this installs everything into the folder `.venv`, which takes some "
    "minutes and needs the network. From then on, it starts without the network.",
    "execute": "To run a notebook from beginning to end without a browser:",
    "torch": "If the script stops because the package index offers only a GPU build of torch: "
    "choose pip and CPU on https://pytorch.org/get-started/locally/ and pass the address that "
    "stands there behind `--index-url`:",
    "own": "In an environment that has these packages already, `jupyter lab` in this folder is "
    "enough: Spark then runs in one process, with as many slots as there are cores.",
    "pins": "Install the versions that are named here, and open the notebook in JupyterLab.",
    "notebook": "the notebook of the lab",
    "sparkdl": "HorovodRunner for everywhere but Databricks, where it is there already",
    "versions": "the versions that the labs were run with, and what installs them",
}
"""What the reader is told."""


def written(lessons: Sequence[Lesson], folder: str, files: Collection[str], words: Words) -> str:
    """Return the ``README.md`` of an archive with one lab or several.

    folder: the one with the pins, as it is in the archive; files: paths of all that is there beside
    the notebooks; words: the reader's.
    """
    return "\n\n".join(block for block in _blocks(lessons, folder, files, words) if block) + "\n"


def _blocks(
    lessons: Sequence[Lesson], folder: str, files: Collection[str], words: Words
) -> Iterator[str]:
    first, one = lessons[0], len(lessons) == 1
    yield f"# {first.title if one else words('All labs')}"
    yield str(first.meta.get("description") or "") if one else ""
    yield f"## {words('What is here')}"
    yield "\n".join(
        f"- `{path}`: {said}" for path, said in _contents(lessons, folder, files, words)
    )
    yield f"## {words('Run it on your own computer')}"
    yield from _instructions(first, folder, files, words)
    if one:
        run = first.lab.recording
        yield rendering.provenance(run.run, words) if run else words("Not yet run.")
        if first.address:
            yield f"[{words('This lab on the web')}]({first.address})"
    yield first.licence


def _contents(
    lessons: Sequence[Lesson], folder: str, files: Collection[str], words: Words
) -> Iterator[tuple[str, str]]:
    """Yield what an archive holds: path, and what it is."""
    one = len(lessons) == 1
    for lesson in lessons:
        yield f"{lesson.name}.ipynb", words(PHRASES["notebook"]) if one else lesson.title
    for path, phrase in (("sparkdl/", "sparkdl"), (folder, "versions")):
        if path and any(each.startswith(path) for each in files):
            yield path, words(PHRASES[phrase])


def _instructions(
    first: Lesson, folder: str, files: Collection[str], words: Words
) -> Iterator[str]:
    script = f"{folder}{START}"
    if script not in files:
        yield words(PHRASES["pins"])
        return
    compiled = any(path.startswith("sparkdl/") for path in files)
    yield words(PHRASES["needs"])
    yield words(PHRASES["compiler"]) if compiled else ""
    yield words(PHRASES["start"])
    yield _command(f"sh {script}")
    yield words(PHRASES["first"])
    yield words(PHRASES["execute"])
    yield _command(f"sh {script} jupyter execute {first.name}.ipynb")
    yield words(PHRASES["torch"])
    yield _command(f"TORCH_INDEX=URL sh {script}")
    yield words(PHRASES["own"])


def _command(line: str) -> str:
    return f"```sh\n{line}\n```"
