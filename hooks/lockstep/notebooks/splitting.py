"""jupytext's reading of percent scripts: its own code, spared what takes it long to no effect.

Format: https://jupytext.readthedocs.io/en/latest/formats-scripts.html#the-percent-format
"""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import yaml as pyyaml

from lockstep.ground import yaml
from lockstep.notebooks.jupyter import jupytext

_reading, _magics = jupytext.cell_reader, jupytext.magics


def header(lines: Sequence[str]) -> tuple[dict[str, Any], int]:
    """Return the metadata in a script's header and the index of the first line behind it.

    Raises one of ``yaml.UNREADABLE``.
    """
    metadata, _, _, at = jupytext.header.header_to_metadata_and_cell(
        lines, "#", "", ".py", root_level_metadata_as_raw_cell=False
    )
    return metadata, at


class CellReader(_reading.DoublePercentScriptCellReader):  # type: ignore[misc, name-defined] # it has no types
    """jupytext's, which goes through the quotes of a cell only where a line may be uncommented."""

    def __init__(self) -> None:
        """Make a reader of one cell."""
        super().__init__({"extension": ".py", "format_name": "percent"}, "python")

    def uncomment_code_and_magics(self, lines: list[str]) -> list[str]:
        """Return the lines of a cell as a kernel gets them; nearly always, that is as they are."""
        language = self.language or self.default_language
        wanted = self.cell_type != "code" or any(
            _magics.is_escaped_code_start(line, self.ext)
            or _magics.is_magic(line, language, explicitly_code=True)
            for line in lines
            if "#" in line or "\\" in line  # or a comment that follows belongs to it
        )
        return list(super().uncomment_code_and_magics(lines)) if wanted else lines


class _Quotes(_reading.StringParser):  # type: ignore[misc, name-defined] # it has no types
    """jupytext's, which goes through the characters of a line only where there are quotes."""

    def read_line(self, line: str) -> None:
        """Read a line; one without quotes neither begins nor ends a string."""
        if '"' in line or "'" in line:
            super().read_line(line)


def _loaded(text: str) -> Any:  # noqa: ANN401 any YAML
    try:
        return yaml.load(text)
    except yaml.UNREADABLE:
        return pyyaml.safe_load(text)  # which says better what is wrong


_reading.StringParser = _Quotes
jupytext.header.yaml = SimpleNamespace(**vars(pyyaml) | {"safe_load": _loaded})
