"""Reads Databricks' source format, by what its documentation says and nothing of the engine's."""

from dataclasses import dataclass

FIRST = "# Databricks notebook source"
BETWEEN = "# COMMAND ----------"


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook, as Databricks would import it."""

    language: str
    """``python``, or what its magic names, such as ``md``."""
    source: str


def read(text: str) -> list[Cell]:
    """Return the cells of a source file; raises ``ValueError`` where it is none."""
    first, *lines = text.splitlines()
    if first != FIRST:
        raise ValueError(first)
    parts: list[list[str]] = [[]]
    for line in lines:
        if line.startswith(BETWEEN):
            parts.append([])
        else:
            parts[-1].append(line)
    return [_cell("\n".join(part).strip("\n")) for part in parts]


def _cell(source: str) -> Cell:
    lines = source.split("\n")
    if not lines[0].startswith("# MAGIC "):
        if any(line.startswith(("# MAGIC", "# DBTITLE")) for line in lines):
            raise ValueError(source)
        return Cell("python", source)
    if not all(line == "# MAGIC" or line.startswith("# MAGIC ") for line in lines):
        raise ValueError(source)
    magic, *rest = (line[len("# MAGIC ") :] for line in lines)
    return Cell(magic.removeprefix("%"), "\n".join(rest))
