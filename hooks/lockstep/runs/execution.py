"""Runs a notebook from first to last cell, in a kernel of its own, and leaves nothing behind.

What comes out is what the kernel sent: normalising and recording it is for others, and so is the
decision that a run is needed. A run that fails for whatever reason raises ``RunFailed`` and leaves
its report and logs in a folder.
"""

import asyncio
import os
import shutil
import time
import uuid
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat

from lockstep.notebooks.notebook import Cell, Notebook
from lockstep.notebooks.recording import Run, Scalar
from lockstep.runs import circumstances, environment, events, failure
from lockstep.runs import cluster as clusters
from lockstep.runs.client import CellExecutionError, Client, DeadKernelError
from lockstep.runs.cluster import Cluster
from lockstep.runs.failure import Raised, RunFailed
from lockstep.runs.kernel import Kernel, KernelDiedError, file_name

_NOTICES_WITHIN = 2.5
"""Seconds for a cell to end after it was interrupted: then its line is known."""


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run that ended well gave."""

    outputs: Mapping[str, list[dict[str, Any]]]
    """Cell key to its outputs, as nbformat has them, as the kernel sent them."""
    values: Mapping[str, Scalar]
    run: Run
    paths: Mapping[str, str] = field(default_factory=dict)
    """Folders of this run that outputs may name, and what stands for them (`output.normalised`)."""


def execute(notebook: Notebook, folder: Path, **options: Any) -> Finished:  # noqa: ANN401 as below
    """Do what `executed` does, where no event loop runs."""
    return asyncio.run(executed(notebook, folder, **options))


async def executed(  # noqa: PLR0913 a notebook, where and on what it runs, and who listens
    notebook: Notebook,
    folder: Path,
    *,
    cluster: Cluster,
    log_folder: Path,
    report: Callable[[events.Event], None],
    named: Collection[str] = (),
) -> Finished:
    """Run a notebook's cells in order and return what they gave.

    folder: the project's root; the kernel works in the notebook's own folder. log_folder: gets
    report and logs of a run that failed, instead of what is in it. report: is called with each
    event, in the order in which they happen. named: variables of the runner that the notebook may
    see, besides those that any may. The notebook is one without problems.

    Raises ``RunFailed``, and ``ClusterError`` where Spark is not installed. However it ends, also
    by being cancelled (Ctrl-C), no process of the run is left then.
    """
    started = time.monotonic()
    folder, log_folder = _real(folder), _real(log_folder)
    report(events.NotebookStarted(notebook.name, len(notebook.cells), cluster.master))
    shared = cluster.surroundings.shared if cluster.surroundings else None
    with TemporaryDirectory("", "lockstep-", shared, ignore_cleanup_errors=True) as scratch:
        session = _Session(notebook, folder, cluster, report, Path(scratch))
        try:
            try:
                finished = await session.run(named)
            finally:
                # Takes seconds, in which other notebooks may run.
                await asyncio.to_thread(session.kernel.end)
        except RunFailed as failed:
            failed.log_folder = session.keep_logs(failed, log_folder)
            elapsed = time.monotonic() - started
            report(events.NotebookFailed(notebook.name, elapsed, str(failed)))
            raise
        except asyncio.CancelledError:
            where = f"{session.cell.header}: cell {session.cell.key!r}"
            elapsed = time.monotonic() - started
            report(events.NotebookInterrupted(notebook.name, elapsed, where))
            raise
    report(events.NotebookDone(notebook.name, time.monotonic() - started))
    return finished


class _Session:
    """One run: its folder, its kernel, what it gave so far."""

    def __init__(
        self,
        notebook: Notebook,
        folder: Path,
        cluster: Cluster,
        report: Callable[[events.Event], None],
        scratch: Path,
    ) -> None:
        self._notebook, self._cluster, self._report = notebook, cluster, report
        self._scratch, self._root = scratch, folder
        self._folder = (folder / notebook.path).parent
        self._run = uuid.uuid4().hex
        self.kernel = Kernel(self._run, scratch)
        self._document = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(cell.source, metadata={"tags": sorted(cell.tags)})
                for cell in notebook.cells
            ]
        )
        self._client = Client(self._document, self.kernel, self._say)
        self._values: dict[str, Scalar] = {}
        self.cell = notebook.cells[0]
        """The one that runs, or ran last."""

    async def run(self, named: Collection[str]) -> Finished:
        """Start the kernel, run all cells, read what is to be recorded."""
        try:
            await self._start(named)
            deadline = time.monotonic() + self._notebook.needs.timeout
            for number, cell in enumerate(self._notebook.cells, 1):
                self.cell = cell
                await self._run_cell(number, cell, deadline)
            facts = await self.kernel.ask({"spark": "spark()"})
        except KernelDiedError as error:
            raise failure.of_cell(self._notebook, self.cell, "KernelDied", f"{error}") from None
        finally:
            await self.kernel.disconnect()
        run = circumstances.of(self._notebook, self._cluster, facts["spark"])
        cells = zip(self._notebook.cells, self._document.cells, strict=True)
        outputs = {cell.key: list(ran.outputs) for cell, ran in cells}
        paths = {str(self._scratch / "tmp"): "<tmp>", str(self._scratch): "<tmp>/run"}
        return Finished(outputs, self._values, run, paths)

    def keep_logs(self, failed: RunFailed, log_folder: Path) -> Path | None:
        """Write the report of a failed run, what its cells said, and the logs of its processes.

        Returns the folder as a person reads it; ``None`` where it cannot be written, as when the
        disk is full: what failed is worth more than where it is told.
        """
        try:
            self._write_logs(failed, log_folder)
        except OSError:
            return None
        shown = (
            log_folder.relative_to(self._root) if log_folder.is_relative_to(self._root) else None
        )
        return shown or log_folder

    def _write_logs(self, failed: RunFailed, log_folder: Path) -> None:
        shutil.rmtree(log_folder, ignore_errors=True)
        log_folder.mkdir(parents=True)
        (log_folder / "report.txt").write_text(f"{failed}\n\n{failed.text}", "utf-8", "replace")
        with (log_folder / "output.txt").open("w", encoding="utf-8", errors="replace") as said:
            for cell, ran in zip(self._notebook.cells, self._document.cells, strict=True):
                said.write(f"[{cell.key}]\n")
                said.writelines(out.text for out in ran.outputs if out.output_type == "stream")
        ranks = {path.name: path for path in (self._scratch / "ranks").glob("*.log")}
        logs = {"kernel.log": self.kernel.log} | ranks
        for name, path in (logs | clusters.logs(self._scratch / "spark")).items():
            with suppress(OSError):
                shutil.copyfile(path, log_folder / name)

    async def _start(self, named: Collection[str]) -> None:
        support = self._folder / "support"
        variables = {
            **environment.variables(os.environ, self._run, self._scratch, support, named),
            **clusters.install(self._cluster, self._scratch / "spark", support),
        }
        figures = "matplotlib" in circumstances.imports(self._notebook)
        await self.kernel.start(self._folder, variables, environment.arguments(figures=figures))
        self._client.kc = self.kernel.client

    async def _run_cell(self, number: int, cell: Cell, deadline: float) -> None:
        started = time.monotonic()
        self._report(events.CellStarted(self._notebook.name, cell.key, number))
        left = max(deadline - started, 0)
        limit = min(left, self._notebook.needs.cell_timeout or left)
        work = asyncio.ensure_future(
            self._client.async_execute_cell(self._document.cells[number - 1], number - 1)
        )
        try:
            await asyncio.wait({work}, timeout=limit)
            if not work.done():
                raise await self._late(cell, work, limit, whole=limit == left)
            work.result()
        except CellExecutionError as error:
            raise await self._raised(cell, error) from None
        except DeadKernelError:
            raise KernelDiedError(self.kernel.ending()) from None
        finally:
            await _cancelled(work)
        if cell.values:
            asked = {name: f"scalar({name})" for name in cell.values}
            self._take_values(cell, await self.kernel.ask(asked))
        elapsed = time.monotonic() - started
        self._report(events.CellDone(self._notebook.name, cell.key, number, elapsed))

    async def _late(
        self, cell: Cell, work: "asyncio.Future[Any]", limit: float, *, whole: bool
    ) -> RunFailed:
        """Interrupt a cell that took too long: if it lets itself be, its line is known."""
        allowed = self._notebook.needs.timeout
        said = (
            f"the notebook took longer than {allowed} s; its header can allow more (`timeout`)"
            if whole
            else f"the cell took longer than {limit:g} s; the notebook's header can allow more "
            "(`cell_timeout`)"
        )
        late = failure.of_cell(self._notebook, cell, "TimeoutError", said)
        await self.kernel.interrupt()
        await asyncio.wait({work}, timeout=_NOTICES_WITHIN)
        if work.done() and isinstance(work.exception(), CellExecutionError):
            stood = await self._raised(cell, work.exception())
            late.location, late.called_from = stood.location, stood.called_from
            late.rank = stood.rank
            late.text = stood.text
        return late

    async def _raised(self, cell: Cell, error: Any) -> RunFailed:  # noqa: ANN401 nbclient is untyped
        """Ask the kernel about the exception that has just ended a cell."""
        answers = await self.kernel.ask({"raised": "raised()"})
        told = answers["raised"] or {"type": error.ename, "message": error.evalue}
        files = {file_name(known.source): known for known in self._notebook.cells}
        return failure.of_exception(Raised.from_json(told), self._notebook, cell, files)

    def _take_values(self, cell: Cell, answers: Mapping[str, Any]) -> None:
        wrong = []
        for name, answer in answers.items():
            if "value" in answer:
                self._values[name] = answer["value"]
            elif "error" in answer:
                wrong.append(f"value {name!r} is declared and not there ({answer['error']})")
            else:
                wrong.append(
                    f"value {name!r} is {answer['shown']} ({answer['refused']}), and JSON has no "
                    "such number or text: convert it with float(), int() or str()"
                )
        if wrong:
            failed = failure.of_cell(self._notebook, cell, "ValueError", "; ".join(wrong))
            failed.location = cell.header
            raise failed

    def _say(self, index: int, line: str) -> None:
        key = self._notebook.cells[index].key
        self._report(events.OutputLine(self._notebook.name, key, line))


def _real(path: Path) -> Path:
    """Return a path as the kernel sees it."""
    return path.resolve()


async def _cancelled(work: "asyncio.Future[Any]") -> None:
    """Cancel a task that may have ended, and wait for it whatever it raises."""
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled():
        work.exception()
