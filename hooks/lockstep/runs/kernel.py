"""A notebook's kernel: started below its supervisor, asked, interrupted, ended with all it started.

Protocol: https://jupyter-client.readthedocs.io/en/stable/messaging.html
"""

import ast
import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path, PurePath
from typing import Any

from ipykernel.compiler import get_file_name
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from lockstep.runs import supervisor

_STARTS_WITHIN = 120
"""Seconds for a kernel to start, on a machine that is busy."""
_ANSWERS_WITHIN = 15.0
"""Seconds for an idle kernel to answer a question."""
_ENDS_WITHIN = 20.0
"""Seconds for a kernel and its whole tree to end when told to."""
_PROBE = f"__import__('runpy').run_path({str(Path(__file__).with_name('probe.py'))!r})"


class KernelDiedError(Exception):
    """The kernel did not start, is gone or does not answer."""


class Kernel:
    """One kernel and its process tree."""

    def __init__(self, run: str, scratch: Path) -> None:
        """Start nothing yet.

        run: the identity of the run, which is in the environment of all its processes; scratch: the
        run's folder, which gets the connection file and ``kernel.log``.
        """
        self._run, self._scratch = run, scratch
        self.log = scratch / "kernel.log"
        """What the process itself wrote, such as a crash report; what cells print is not in it."""
        self.manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=_SupervisedKernels(scratch),
            connection_file=str(scratch / "kernel.json"),
        )
        self.client: Any = None
        """The connection to the kernel once it runs: an ``AsyncKernelClient``."""
        self._process: subprocess.Popen[bytes] | None = None
        self._lifeline: int | None = None

    async def start(self, folder: Path, variables: Mapping[str, str], arguments: list[str]) -> None:
        """Start it and wait until it answers.

        folder: where it works; variables: its whole environment; arguments: ipykernel's. Raises
        ``KernelDiedError``.
        """
        listening, self._lifeline = os.pipe()
        try:
            with self.log.open("wb") as log:
                await self.manager.start_kernel(
                    extra_arguments=arguments,
                    cwd=str(folder),
                    env=dict(variables),
                    stdin=listening,
                    stdout=log,
                    stderr=log,
                )
        finally:
            os.close(listening)
        provisioner: Any = self.manager.provisioner
        self._process = provisioner.process
        self.client = self.manager.client()
        self.client.start_channels()
        self.client.allow_stdin = False
        try:
            await self.client.wait_for_ready(timeout=_STARTS_WITHIN)
        except RuntimeError as error:
            raise KernelDiedError(str(error)) from error

    async def ask(self, questions: Mapping[str, str]) -> dict[str, Any]:
        """Ask an idle kernel; returns each question's answer, ``{"error": …}`` where it failed.

        questions: name to a call of one of ``probe``'s functions, such as ``scalar(rows)``, with
        the notebook's variables. Raises ``KernelDiedError``.
        """
        expressions = {
            name: f"{_PROBE}[{function!r}]({argument}"
            for name, question in questions.items()
            for function, _, argument in [question.partition("(")]
        }
        try:
            async with asyncio.timeout(_ANSWERS_WITHIN):
                content = await self._evaluated(expressions)
        except TimeoutError as error:
            raise KernelDiedError(self.ending()) from error
        return {
            name: json.loads(ast.literal_eval(answer["data"]["text/plain"]))
            if answer["status"] == "ok"
            else {"error": f"{answer['ename']}: {answer['evalue']}"}
            for name, answer in content["user_expressions"].items()
        }

    async def interrupt(self) -> None:
        """Raise ``KeyboardInterrupt`` in the cell that runs."""
        await self.manager.interrupt_kernel()

    def ending(self) -> str:
        """Say how a kernel that died did so, once its tree has ended."""
        status = None
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                status = self._process.wait(_ENDS_WITHIN)
        if status is None:
            return "the notebook's Python does not answer"
        if status <= 128:  # noqa: PLR2004 what is added to the number of a signal
            return f"the notebook's Python ended with exit status {status}"
        name = signal.Signals(status - 128).name
        guess = " (out of memory?)" if name == "SIGKILL" else ""
        return f"the notebook's Python was killed by {name}{guess}"

    async def disconnect(self) -> None:
        """Close the connection, before the loop that it belongs to is closed."""
        if self.client is not None:
            self.client.stop_channels()
        await self.manager.cleanup_resources()

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

    async def _evaluated(self, expressions: Mapping[str, str]) -> Mapping[str, Any]:
        while True:
            asked = self.client.execute("", silent=True, user_expressions=expressions)
            reply = await self.client.get_shell_msg(timeout=None)
            while reply["parent_header"].get("msg_id") != asked:
                reply = await self.client.get_shell_msg(timeout=None)
            if reply["content"]["status"] == "ok":
                return dict(reply["content"])
            # After a cell that raised, a kernel turns away what it finds in its queue.
            await asyncio.sleep(0.1)


def file_name(source: str) -> str:
    """Return the name that a kernel gives to a cell's code in tracebacks: ``HASH.py``."""
    return PurePath(get_file_name(source)).name  # type: ignore[no-untyped-call]


class _SupervisedKernels(KernelSpecManager):
    """Knows one kernel: ours, below its supervisor."""

    def __init__(self, scratch: Path) -> None:
        super().__init__()
        program = Path(__file__).with_name("supervisor.py")
        self._command = [
            *(sys.executable, "-I", str(program), str(scratch)),
            *(sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"),
        ]

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(argv=self._command, language="python", display_name=kernel_name)
