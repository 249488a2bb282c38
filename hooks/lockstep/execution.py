"""Runs a notebook from first to last cell, in a kernel of its own, and leaves nothing behind.

What comes out is what the kernel sent: normalising and recording it is for others, and so is the
decision that a run is needed. A run that fails for whatever reason raises ``RunFailed`` and leaves
its report and logs in a folder. This module alone knows Jupyter:
https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

import ast
import asyncio
import json
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
from ipykernel.compiler import get_file_name
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError

from lockstep import circumstances, events, failure, kernel, supervisor
from lockstep import cluster as clusters
from lockstep.cluster import Cluster
from lockstep.failure import Raised, RunFailed
from lockstep.notebook import Cell, Notebook
from lockstep.recording import Run, Scalar

OUTPUT_LIMIT = 2_000_000
"""Characters that are kept of each stream of a cell."""
DATA_LIMIT = 20_000_000
"""Characters that are kept of all figures and results of a cell."""

_STARTS_WITHIN = 120
"""Seconds for a kernel to start, on a machine that is busy."""
_ANSWERS_WITHIN = 15.0
"""Seconds for an idle kernel to answer a question."""
_NOTICES_WITHIN = 5.0
"""Seconds for a cell to end after it was interrupted: then its line is known."""
_ENDS_WITHIN = 20.0
"""Seconds for a kernel and its whole tree to end when asked."""
_PROBE = f"__import__('runpy').run_path({str(Path(__file__).with_name('probe.py'))!r})"


@dataclass(frozen=True, slots=True)
class Finished:
    """What a run that ended well gave."""

    outputs: Mapping[str, list[dict[str, Any]]]
    """Cell key to its outputs, as nbformat has them, as the kernel sent them."""
    values: Mapping[str, Scalar]
    run: Run
    paths: Mapping[str, str] = field(default_factory=dict)
    """Folders of this run that outputs may name, and what stands for them (`output.normalised`)."""


def execute(  # noqa: PLR0913 a notebook, where and on what it runs, and who listens
    notebook: Notebook,
    folder: Path,
    *,
    cluster: Cluster,
    log_folder: Path,
    report: Callable[[events.Event], None],
    cell_timeout: float | None = None,
) -> Finished:
    """Run a notebook's cells in order and return what they gave.

    folder: the project's root; the kernel works in the notebook's own folder. log_folder: gets
    report and logs of a run that failed, instead of what is in it. report: is called with each
    event, in the order in which they happen. cell_timeout: seconds that one cell may take; the
    whole may take what the notebook says it needs.

    Raises ``RunFailed``, and ``ClusterError`` where Spark is not installed. However it ends, also
    by ``KeyboardInterrupt``, no process of the run is left then.
    """
    started = time.monotonic()
    report(events.NotebookStarted(notebook.name, len(notebook.cells), cluster.master))
    with TemporaryDirectory(prefix="lockstep-", ignore_cleanup_errors=True) as scratch:
        session = _Session(notebook, folder, cluster, report, Path(scratch))
        try:
            try:
                finished = asyncio.run(session.run(cell_timeout))
            finally:
                session.end()
        except RunFailed as failed:
            session.keep_logs(failed, log_folder)
            failed.log_folder = log_folder
            with suppress(ValueError):
                failed.log_folder = log_folder.relative_to(folder)
            elapsed = time.monotonic() - started
            report(events.NotebookFailed(notebook.name, elapsed, str(failed)))
            raise
    report(events.NotebookDone(notebook.name, time.monotonic() - started))
    return finished


class _SupervisedKernels(KernelSpecManager):
    """Knows one kernel: ours, below its supervisor."""

    def __init__(self, scratch: Path) -> None:
        super().__init__()
        self._command = kernel.command(scratch)

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=self._command, language="python", display_name=kernel_name)


class _Client(NotebookClient):
    """nbclient's, with a limit to what a cell can send, and an ear for what it says."""

    def __init__(
        self,
        document: nbformat.NotebookNode,
        kernels: AsyncKernelManager,
        say: Callable[[int, str], None],
    ) -> None:
        super().__init__(document, kernels, record_timing=False, store_widget_state=False)
        self.startup_timeout = _STARTS_WITHIN
        # The reply to a cell overtakes its outputs; those of a talkative cell take a while.
        self.iopub_timeout = 60
        self._say = say
        self._sent: Counter[tuple[int, str]] = Counter()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:  # noqa: ANN401
        kind, content = msg["msg_type"], msg["content"]
        if kind == "stream":
            tail = content["text"][-1000:].splitlines()
            self._say(cell_index, next((line for line in reversed(tail) if line.strip()), ""))
            content["text"] = self._kept((cell_index, content["name"]), content["text"])
            if not content["text"]:
                return None
        elif kind in {"display_data", "execute_result", "update_display_data"}:
            # An output weighs something even if it is empty: a loop can send any number of them.
            size = 100 + sum(len(str(value)) for value in content["data"].values())
            before = self._sent[cell_index, "data"]
            self._sent[cell_index, "data"] += size
            if before > DATA_LIMIT:
                return None
            if before + size > DATA_LIMIT:
                content["data"] = {"text/plain": f"… outputs cut after {DATA_LIMIT} characters"}
        elif kind.startswith("comm"):
            # Widgets, which a page cannot show.
            return None
        return super().process_message(msg, cell, cell_index)

    def _kept(self, source: tuple[int, str], text: str) -> str:
        """Return what is kept of a stream's next text: all up to the limit, then once a note."""
        left = OUTPUT_LIMIT - self._sent[source]
        self._sent[source] += len(text)
        if len(text) <= left:
            return text
        return f"{text[:left]}\n… output cut after {OUTPUT_LIMIT} characters\n" if left >= 0 else ""


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
        self._scratch = scratch
        self._folder = (folder / notebook.path).parent
        self._run = uuid.uuid4().hex
        self._kernels = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_SupervisedKernels(scratch),
            connection_file=str(scratch / "kernel.json"),
        )
        self._document = nbformat.v4.new_notebook(
            cells=[
                nbformat.v4.new_code_cell(cell.source, metadata={"tags": sorted(cell.tags)})
                for cell in notebook.cells
            ]
        )
        self._client = _Client(self._document, self._kernels, self._say)
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None
        self._values: dict[str, Scalar] = {}

    async def run(self, cell_timeout: float | None) -> Finished:
        """Start the kernel, run all cells, read what is to be recorded."""
        try:
            await self._start()
            deadline = time.monotonic() + self._notebook.needs.timeout
            for index, cell in enumerate(self._notebook.cells):
                await self._run_cell(index, cell, deadline, cell_timeout)
            facts = await self._ask(self._notebook.cells[-1], {"spark": f"{_PROBE}['spark']()"})
            run = circumstances.of(self._notebook, self._cluster, facts["spark"])
        finally:
            if self._client.kc is not None:
                self._client.kc.stop_channels()
            await self._kernels.cleanup_resources()
        cells = zip(self._notebook.cells, self._document.cells, strict=True)
        outputs = {cell.key: list(ran.outputs) for cell, ran in cells}
        paths = {str(self._scratch / "tmp"): "/tmp", str(self._scratch): "/tmp/run"}  # noqa: S108
        return Finished(outputs, self._values, run, paths)

    def end(self) -> None:
        """End every process of the run; nothing happens where none is left.

        The kernel is not asked through Jupyter: ipykernel 7.4 leaves some of these requests
        unanswered, and for Spark it is the same whether its JVM loses its parent or is told to end.
        """
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_ENDS_WITHIN)
        supervisor.end(lambda: supervisor.processes_of(self._run))
        if self._process is not None:
            self._process.wait()
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def keep_logs(self, failed: RunFailed, log_folder: Path) -> None:
        """Write the report of a failed run, what its cells said, and the logs of its processes."""
        shutil.rmtree(log_folder, ignore_errors=True)
        log_folder.mkdir(parents=True)
        (log_folder / "report.txt").write_text(f"{failed}\n\n{failed.text}", "utf-8", "replace")
        with (log_folder / "output.txt").open("w", encoding="utf-8", errors="replace") as said:
            for cell, ran in zip(self._notebook.cells, self._document.cells, strict=True):
                said.write(f"[{cell.key}]\n")
                said.writelines(out.text for out in ran.outputs if out.output_type == "stream")
        logs = {"kernel.log": self._scratch / "kernel.log"}
        for name, path in (logs | clusters.logs(self._scratch / "spark")).items():
            with suppress(OSError):
                shutil.copyfile(path, log_folder / name)

    async def _start(self) -> None:
        support = self._folder / "support"
        environment = {
            **kernel.environment(os.environ, self._run, self._scratch, support),
            **clusters.install(self._cluster, self._scratch / "spark", support),
        }
        figures = "matplotlib" in circumstances.imports(self._notebook)
        listening, self._lifeline = os.pipe()
        try:
            with (self._scratch / "kernel.log").open("wb") as log:
                await self._kernels.start_kernel(
                    extra_arguments=kernel.arguments(figures=figures),
                    cwd=str(self._folder),
                    env=environment,
                    stdin=listening,
                    stdout=log,
                    stderr=log,
                )
        finally:
            os.close(listening)
        provisioner: Any = self._kernels.provisioner
        self._process = provisioner.process
        try:
            await self._client.async_start_new_kernel_client()
        except RuntimeError as error:
            first = self._notebook.cells[0]
            raise failure.of_cell(self._notebook, first, "KernelError", str(error)) from error

    async def _run_cell(
        self, index: int, cell: Cell, deadline: float, cell_timeout: float | None
    ) -> None:
        started = time.monotonic()
        self._report(events.CellStarted(self._notebook.name, cell.key, index + 1))
        left = max(deadline - started, 0)
        limit = left if cell_timeout is None else min(left, cell_timeout)
        work = asyncio.ensure_future(
            self._client.async_execute_cell(self._document.cells[index], index)
        )
        try:
            await asyncio.wait({work}, timeout=limit)
            if not work.done():
                raise await self._late(cell, work, limit, whole=limit == left)
            work.result()
        except CellExecutionError as error:
            raise await self._raised(cell, error) from None
        except DeadKernelError:
            raise self._died(cell) from None
        finally:
            await _cancelled(work)
        if cell.values:
            asked = {name: f"{_PROBE}['scalar']({name})" for name in cell.values}
            self._take_values(cell, await self._ask(cell, asked))
        elapsed = time.monotonic() - started
        self._report(events.CellDone(self._notebook.name, cell.key, index + 1, elapsed))

    async def _late(
        self, cell: Cell, work: "asyncio.Future[Any]", limit: float, *, whole: bool
    ) -> RunFailed:
        """Interrupt a cell that took too long: if it lets itself be, its line is known."""
        allowed = self._notebook.needs.timeout
        said = (
            f"the notebook took longer than {allowed} s; its header can allow more (`timeout`)"
            if whole
            else f"the cell took longer than {limit:g} s"
        )
        late = failure.of_cell(self._notebook, cell, "TimeoutError", said)
        await self._kernels.interrupt_kernel()
        await asyncio.wait({work}, timeout=_NOTICES_WITHIN)
        if work.done() and isinstance(work.exception(), CellExecutionError):
            stood = await self._raised(cell, work.exception())
            late.location, late.called_from, late.text = (
                stood.location,
                stood.called_from,
                stood.text,
            )
        return late

    async def _raised(self, cell: Cell, error: Any) -> RunFailed:  # noqa: ANN401 nbclient is untyped
        """Ask the kernel about the exception that has just ended a cell."""
        answers = await self._ask(cell, {"raised": f"{_PROBE}['raised']()"})
        told = answers["raised"] or {"type": error.ename, "message": error.evalue}
        raised = Raised(
            told["type"],
            told["message"],
            tuple((name, line) for name, line in told.get("frames", [])),
            told.get("rank"),
            tuple((name, line) for name, line in told.get("rank_frames", [])),
            told.get("text", ""),
        )
        files = {_file_name(known.source): known for known in self._notebook.cells}
        return failure.of_exception(raised, self._notebook, cell, files)

    def _died(self, cell: Cell) -> RunFailed:
        with suppress(subprocess.TimeoutExpired):
            if self._process is not None:
                self._process.wait(_ENDS_WITHIN)
        status = self._process.returncode if self._process is not None else None
        how = f"ended with exit status {status}"
        if status is not None and status > 128:  # noqa: PLR2004 what shells add to a signal
            name = signal.Signals(status - 128).name
            how = f"was killed by {name}" + (" (out of memory?)" if name == "SIGKILL" else "")
        said = f"the notebook's Python {how}; see kernel.log"
        return failure.of_cell(self._notebook, cell, "DeadKernelError", said)

    async def _ask(self, cell: Cell, expressions: dict[str, str]) -> dict[str, Any]:
        """Evaluate expressions in the idle kernel; each gives JSON text, or ``{"error": …}``.

        Raises ``RunFailed`` where the kernel is gone.
        """
        client: Any = self._client.kc
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                while True:
                    asked = client.execute("", silent=True, user_expressions=expressions)
                    reply = await client.get_shell_msg(timeout=None)
                    while reply["parent_header"].get("msg_id") != asked:
                        reply = await client.get_shell_msg(timeout=None)
                    if reply["content"]["status"] == "ok":
                        break
                    # After a cell that raised, a kernel turns away what it finds in its queue.
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise self._died(cell) from None
        found: dict[str, Any] = {}
        for name, answer in reply["content"]["user_expressions"].items():
            if answer["status"] == "ok":
                found[name] = json.loads(ast.literal_eval(answer["data"]["text/plain"]))
            else:
                found[name] = {"error": f"{answer['ename']}: {answer['evalue']}"}
        return found

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


def _file_name(source: str) -> str:
    """Return the name that a kernel gives to a cell's code in tracebacks."""
    return PurePath(get_file_name(source)).name  # type: ignore[no-untyped-call]


async def _cancelled(work: "asyncio.Future[Any]") -> None:
    """Cancel a task that may have ended, and wait for it whatever it raises."""
    work.cancel()
    await asyncio.wait({work})
    if not work.cancelled():
        work.exception()
