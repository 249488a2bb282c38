"""Bad input, case by case: every finding, its place, and its words (`tests/golden/**/*.txt`)."""

from pathlib import Path

import pytest

from tests import case

CASES = sorted(case.GOLDEN.rglob("*.txt"))


@pytest.mark.parametrize("path", CASES, ids=[case.name(path) for path in CASES])
def test_case(path: Path, tmp_path: Path) -> None:
    given = case.read(path)
    before = case.play(given, tmp_path)
    held = contents(tmp_path)
    assert case.findings(before) == given.expected
    assert contents(tmp_path) == held, "checking wrote something"


def contents(folder: Path) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
