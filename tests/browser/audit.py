"""Audits a lab in each language with Lighthouse, as on a phone and on a laptop.

    python -m tests.browser.audit [BUILT_SITE]

prints a table, and says what lost points. The site lies below a folder of a host that compresses
and lets browsers keep what they got; Chromium is the one that the tests use. Needs Node.js 18 or
later: npm brings Lighthouse at the first call and keeps it. Exit status: 1 where a score is below
95, 2 where it could not run.

Lighthouse's phone is four times slower than a fast, idle computer; beside a score stands how fast
this one was (its `benchmarkIndex`). Below 1,500 the scores for performance say more of the computer
than of the site.
"""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.browser import site as sites
from tests.browser.site import LANGUAGES, SUB_PATH

PACKAGE = "lighthouse@12.2.3"
CATEGORIES = {
    "performance": "Performance",
    "accessibility": "Accessibility",
    "best-practices": "Best practices",
}
LEAST = 95
LAB = "labs/train-deep-learning-model/"


class CannotRunError(Exception):
    """What the audit needs is not there; the text says what, and where to get it."""


def audit(address: str, *, phone: bool) -> dict[str, Any]:
    """Return Lighthouse's report on a page; raises ``CannotRunError``."""
    npm = shutil.which("npm")
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if npm is None or chromium is None:
        message = "needs npm (Debian: apt-get install npm) and Chromium (apt-get install chromium)"
        raise CannotRunError(message)
    command = [npm, "exec", "--yes", f"--package={PACKAGE}", "--", "lighthouse", address]
    command += ["--quiet", "--output=json", f"--only-categories={','.join(CATEGORIES)}"]
    command += ["--chrome-flags=--headless=new --no-sandbox --disable-gpu"]
    command += [] if phone else ["--preset=desktop"]
    environment = {**os.environ, "CHROME_PATH": chromium}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
        raise CannotRunError(message)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def scores(report: dict[str, Any]) -> list[int]:
    """Return what a page got in each category, of 100."""
    return [round(100 * (report["categories"][it]["score"] or 0)) for it in CATEGORIES]


def lost(report: dict[str, Any]) -> list[str]:
    """Return the audits that cost points."""
    found = []
    for category in CATEGORIES:
        for reference in report["categories"][category]["auditRefs"]:
            result = report["audits"][reference["id"]]
            if reference["weight"] and result["score"] is not None and result["score"] < 1:
                told = result.get("displayValue", "")
                found.append(f"{result['title']} {told} ({result['score']:.2f})")
    return found


def main() -> int:
    """Build the site unless one is given, audit it, and print the table."""
    below: list[str] = []
    with tempfile.TemporaryDirectory() as name:
        directory = Path(sys.argv[1] if sys.argv[1:] else name)
        if not sys.argv[1:]:
            sites.build(directory)
        with sites.serve(directory, {}) as origin:
            for language in LANGUAGES:
                for phone in (True, False):
                    address = f"{origin}{SUB_PATH}{language.folder}{LAB}"
                    try:
                        report = audit(address, phone=phone)
                    except CannotRunError as error:
                        sys.stderr.write(f"{error}\n")
                        return 2
                    row = f"{language.code}, {'phone' if phone else 'laptop'}"
                    got = scores(report)
                    speed = round(report["environment"]["benchmarkIndex"])
                    sys.stdout.write(f"| {row} | {' | '.join(map(str, got))} | {speed} |\n")
                    if min(got) < LEAST:
                        below += [f"{row}: {it}" for it in lost(report)]
    sys.stderr.writelines(f"{it}\n" for it in below)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
