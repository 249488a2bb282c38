"""What a notebook's kernel is given: its variables, its arguments, its settings for figures.

The environment is built from a list of what may pass, so that no password or token of the runner's
reaches lab code, its output or an executor's log.
"""

from collections.abc import Collection, Mapping
from pathlib import Path

from lockstep.runs.cluster import ARITHMETIC
from lockstep.runs.supervisor import RUN_VARIABLE

PASSED_ON = frozenset(
    {
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ"),
        *("JAVA_HOME", "HADOOP_HOME", "HADOOP_CONF_DIR", "YARN_CONF_DIR"),
        *("LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES"),
    }
)
"""Variables of the runner that the kernel sees too, besides ``LC_…`` and those that are named."""

_MATPLOTLIBRC = """\
svg.hashsalt: lockstep
svg.fonttype: none
"""


def arguments(*, figures: bool) -> list[str]:
    """Return ipykernel's arguments: figures as SVG that does not change from run to run.

    figures: whether the notebook uses matplotlib.
    """
    given = [
        "--InlineBackend.figure_formats=svg",
        "--InlineBackend.print_figure_kwargs={'bbox_inches': 'tight', 'metadata': {'Date': None}}",
    ]
    # What a lab imports is fingerprinted: modules live in the support folder, not beside it.
    given.append("--InteractiveShellApp.ignore_cwd=True")
    if figures:
        # On a new machine matplotlib lists all fonts at first, and says so in some cell's output.
        given.append("--IPKernelApp.exec_lines=import matplotlib.font_manager")
    return given


def variables(
    inherited: Mapping[str, str],
    run: str,
    scratch: Path,
    support: Path,
    named: Collection[str] = (),
) -> dict[str, str]:
    """Return a kernel's whole environment, Spark's part aside, and write the files it names.

    inherited: the runner's own; run: the identity of the run; scratch: its folder, which has
    temporary files below ``tmp`` and a log for each rank below ``ranks``; support: the folder with
    the notebooks' own modules; named: variables that somebody asked for by name.
    """
    temporary, ranks = scratch / "tmp", scratch / "ranks"
    temporary.mkdir()
    ranks.mkdir()
    matplotlibrc = scratch / "matplotlibrc"
    matplotlibrc.write_text(_MATPLOTLIBRC, "utf-8")
    passed = {
        name: value
        for name, value in inherited.items()
        if name in PASSED_ON or name in named or name.startswith("LC_")
    }
    return {
        **passed,
        **ARITHMETIC,
        RUN_VARIABLE: run,
        "IPYTHONDIR": str(scratch / "ipython"),
        "MATPLOTLIBRC": str(matplotlibrc),
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "PYTHONPATH": str(support),
        "SPARKDL_LOGS": str(ranks),
        "TMPDIR": str(temporary),
    }
