"""What is known about a rank that failed: gathered inside the rank, raised on the driver."""

from __future__ import annotations

import re
import sysconfig
import traceback
from dataclasses import dataclass
from typing import Any

__all__ = ["Frame", "Raised", "RankFailed", "RankFailure", "describe", "stack", "tell_where"]

Frame = tuple[str, int, str]
"""File name, line, function. A notebook cell's file is called /tmp/ipykernel_PID/HASH.py."""

COLLECTIVE_BROKE = "horovod.common.exceptions.HorovodInternalError"
"""What Horovod raises in the ranks that were left when another one ended."""


@dataclass(frozen=True)
class Raised:
    """One exception of a chain (``raise … from …``), as text: only the rank may have its class."""

    exception_type: str
    """Qualified by its module, except for built-in types and those of a notebook or script."""
    message: str
    summary: str
    """The last lines of a Python traceback: type, message and notes."""
    frames: tuple[Frame, ...]
    sources: tuple[str, ...]
    """Each frame's line of code; empty where the rank cannot read the file, as with a cell."""
    location: Frame | None
    """The innermost frame that lies outside Python's and the packages' own files."""
    link: str
    """What joins it to the exception before it in the chain; empty for the first."""

    def traceback(self) -> str:
        """Format it like Python does. The driver can look up cells that the rank could not."""
        stack = traceback.StackSummary.from_list(
            [
                traceback.FrameSummary(name, line, function, line=source or None)
                for (name, line, function), source in zip(self.frames, self.sources, strict=True)
            ]
        )
        return "".join(["Traceback (most recent call last):\n", *stack.format(), self.summary])


@dataclass(frozen=True)
class RankFailure:
    """How a rank ended: by an exception of its own, or without a word."""

    rank: int
    size: int
    chain: tuple[Raised, ...] = ()
    """The exception that ended it comes last; empty if it raised none."""
    ending: str = ""
    """How its process ended, where it raised nothing: "was killed by SIGKILL"."""
    last_lines: tuple[str, ...] = ()
    """The last lines on its stderr that the user has not seen."""

    @property
    def is_consequence(self) -> bool:
        """Whether it failed only because another rank had ended before."""
        return any(raised.exception_type == COLLECTIVE_BROKE for raised in self.chain)

    def __str__(self) -> str:
        """Say which rank, what and where, then the rank's own traceback."""
        name = f"Rank {self.rank} of {self.size}"
        unseen = [f"[{self.rank}]<stderr>:{line}" for line in self.last_lines]
        if not self.chain:
            return "\n".join([f"{name} {self.ending} before its function returned", *unseen])
        raised = self.chain[-1]
        lines = [f"{name} raised {raised.exception_type}: {raised.message}"]
        if raised.location is not None:
            file, line, function = raised.location
            lines.append(f"at {file}, line {line}, in {function}")
        lines.append("")
        for part in self.chain:
            lines += [part.link] if part.link else []
            lines.append(part.traceback())
        # A rank's own exception says all. Why Horovod broke off is only in its log.
        return "\n".join(lines + unseen if self.is_consequence else lines)


class RankFailed(RuntimeError):  # noqa: N818 - as CalledProcessError's kin: it says what happened
    """A rank raised an exception, or its process ended, before the training function returned.

    The message holds the rank, the exception's type, message and place in the user's code, and the
    rank's traceback.
    """

    def __init__(self, failure: RankFailure) -> None:
        """Take what is known; ``failure`` stays available under that name."""
        super().__init__(failure)
        self.failure = failure
        last = failure.chain[-1] if failure.chain else None
        self.rank: int = failure.rank
        self.exception_type: str | None = last.exception_type if last else None
        """None where the rank raised nothing: its process was killed or left early."""
        self.exception_message: str = last.message if last else failure.ending
        self.frames: list[Frame] = list(last.frames) if last else []
        """File, line and function, outermost first, of the user's function and what it called."""
        self.location: Frame | None = last.location if last else None
        """The innermost of `frames` in the user's own code."""

    def __str__(self) -> str:
        """Say what `RankFailure` says."""
        return str(self.failure)


def describe(error: BaseException, own_file: str) -> list[dict[str, Any]]:
    """Turn an exception into plain values, oldest of its chain first, for `RankFailure.chain`.

    Leading frames from ``own_file``, the caller of the user's function, are left out.
    """
    chain: list[dict[str, Any]] = []
    seen: set[int] = set()
    link, current = "", error
    while id(current) not in seen:
        seen.add(id(current))
        chain.insert(0, _plain(current, own_file))
        chain[0]["link"] = ""
        if len(chain) > 1:
            chain[1]["link"] = link
        if current.__cause__ is not None:
            link = "\nThe above exception was the direct cause of the following exception:\n"
            current = current.__cause__
        elif current.__context__ is not None and not current.__suppress_context__:
            link = "\nDuring handling of the above exception, another exception occurred:\n"
            current = current.__context__
    return chain


def stack(written: str) -> list[Frame]:
    """Read what `faulthandler` wrote of a rank that was ended: outermost frame first."""
    found = re.findall(r'^  File "(.+)", line (\d+) in (.+)$', written, re.MULTILINE)
    frames = [(name, int(line), function) for name, line, function in reversed(found)]
    # The user's function and what it called; a rank that has not come there is nowhere yet.
    ours = [place for place, frame in enumerate(frames) if frame[2] == "run_main"]
    return frames[ours[0] + 1 :] if ours else []


def tell_where(interrupt: KeyboardInterrupt, stood: dict[int, list[Frame]]) -> None:
    """Add to an interrupt where the ranks stood that it ended.

    Most wait in Horovod for the one that hangs: that one's number and frames become the
    interrupt's ``rank`` and ``frames``, as `RankFailed` has them.
    """
    hangs = {
        rank: frames
        for rank, frames in stood.items()
        if not any("/horovod/" in name for name, _, _ in frames)
    }
    for rank, frames in sorted(stood.items()):
        own = [frame for frame in frames if "/ipykernel_" in frame[0]] or frames
        name, line, function = own[-1]
        waits = "" if rank in hangs else ", waiting for other ranks"
        interrupt.add_note(f"Rank {rank} stood at {name}, line {line}, in {function}{waits}")
    if len(hangs) == 1:
        [(rank, frames)] = hangs.items()
        vars(interrupt).update(rank=rank, frames=frames)


def _plain(error: BaseException, own_file: str) -> dict[str, Any]:
    stack = traceback.extract_tb(error.__traceback__)
    while stack and stack[0].filename == own_file:
        del stack[0]
    frames: list[Frame] = [(frame.filename, frame.lineno or 0, frame.name) for frame in stack]
    packages = {path for name, path in sysconfig.get_paths().items() if "lib" in name}
    own = [
        frame
        for frame in frames
        if not frame[0].startswith("<frozen") and not any(frame[0].startswith(p) for p in packages)
    ]
    kind = type(error)
    home = "" if kind.__module__ in {"builtins", "__main__"} else f"{kind.__module__}."
    return {
        "exception_type": home + kind.__qualname__,
        "message": str(error),
        "summary": "".join(traceback.format_exception_only(error)).rstrip("\n"),
        "frames": frames,
        "sources": [frame.line or "" for frame in stack],
        "location": own[-1] if own else None,
    }
