"""A real Jupyter server opens and saves a pair: the author's edit arrives, the recording stays."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lockstep.notebooks import notebook, pairing, recording
from lockstep.notebooks.fingerprint import Fingerprint, of_code
from lockstep.notebooks.recording import Recording, Run

pytestmark = pytest.mark.slow

SCRIPT = """\
# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: name,values,tags,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: lockstep,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
#   lockstep:
#     ranks: 1
#     timeout: 60
# ---

# %% name="count" values=["total"]
# Add two numbers
total = 1 + 1
print(total)

# %% tags=["test"]
assert total == 2
"""


class Server:
    """A running Jupyter server's contents API."""

    def __init__(self, address: str) -> None:
        """Take the address of the notebook file in the API."""
        self.address = address

    def read(self) -> dict[str, Any]:
        """Return the notebook as JupyterLab opens it."""
        with urllib.request.urlopen(self.address, timeout=20) as answer:
            content: dict[str, Any] = json.load(answer)["content"]
            return content

    def save(self, content: dict[str, Any]) -> None:
        """Save the notebook as JupyterLab does."""
        body = json.dumps({"type": "notebook", "format": "json", "content": content}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.address, body, headers, method="PUT")
        urllib.request.urlopen(request, timeout=20).close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a script and its recorded pair."""
    script = notebook.read(SCRIPT, "lab.py")
    cells = tuple((cell.key, of_code(cell.source)) for cell in script.cells)
    outputs = {"count": [{"output_type": "stream", "name": "stdout", "text": "2\n"}]}
    recorded = Recording(Fingerprint(cells), Run("2026-11-20"), {"total": 2}, outputs)
    (tmp_path / "lab.py").write_text(SCRIPT, "utf-8")
    (tmp_path / "lab.ipynb").write_text(recording.write(script, outputs, recorded), "utf-8")
    return tmp_path


@pytest.fixture
def server(folder: Path) -> Iterator[Server]:
    """Start a Jupyter server on the folder, with the extensions that `make lab` has."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = {
        "ip": "127.0.0.1", "port": port, "port_retries": 0, "open_browser": False,
        "root_dir": str(folder), "allow_root": True, "disable_check_xsrf": True,
    }  # fmt: skip
    command = [sys.executable, "-m", "jupyter", "server", "--IdentityProvider.token="]
    command += [f"--ServerApp.{name}={value}" for name, value in options.items()]
    environment = os.environ | {"JUPYTER_CONFIG_DIR": str(folder / "config")}
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Server(_when_up(f"http://127.0.0.1:{port}/api/contents/lab.ipynb", process))
    finally:
        process.terminate()
        process.wait(20)


def _when_up(address: str, process: subprocess.Popen[bytes]) -> str:
    for _ in range(300):
        assert process.poll() is None, "the Jupyter server ended"
        try:
            urllib.request.urlopen(address, timeout=20).close()
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return address
    pytest.fail("the Jupyter server did not answer within 30 seconds")


def test_pair_survives_jupyterlab(server: Server, folder: Path) -> None:
    """Opening and saving changes nothing; an edit reaches the script and makes the run stale."""
    before = recording.read((folder / "lab.ipynb").read_text("utf-8"), "lab.ipynb").recording
    assert before is not None

    content = server.read()
    server.save(content)
    assert (folder / "lab.py").read_text("utf-8") == SCRIPT
    untouched = recording.read((folder / "lab.ipynb").read_text("utf-8"), "lab.ipynb")
    assert untouched.problems == ()
    assert untouched.recording == before

    content = server.read()
    content["cells"][0]["source"] = content["cells"][0]["source"].replace("1 + 1", "1 + 2")
    server.save(content)
    script = notebook.read((folder / "lab.py").read_text("utf-8"), "lab.py")
    edited = recording.read((folder / "lab.ipynb").read_text("utf-8"), "lab.ipynb")
    assert "total = 1 + 2" in script.cells[0].source
    assert script.needs.timeout == 60
    assert pairing.in_step(edited, script)
    assert edited.problems == ()
    assert edited.recording == before
    assert of_code(script.cells[0].source) != before.fingerprint.cells[0][1]


def test_rerun_in_jupyterlab_is_found(server: Server, folder: Path) -> None:
    """A cell that was executed in JupyterLab is no recording of the runner's."""
    content = server.read()
    content["cells"][0]["execution_count"] = 1
    server.save(content)
    pair = recording.read((folder / "lab.ipynb").read_text("utf-8"), "lab.ipynb")
    assert [problem.rule for problem in pair.problems] == ["edited-recording"]
