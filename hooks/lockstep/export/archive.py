"""Files in, a zip archive out: the same files give the same bytes, whenever and wherever.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import io
import zipfile
from collections.abc import Mapping

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest date that the format knows, for every file."""
_UNIX = 3


def archive(folder: str, files: Mapping[str, bytes]) -> bytes:
    """Return an archive of files below one folder.

    files: path below the folder to content. What begins like a script can be executed.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as written:
        for path, content in sorted(files.items()):
            entry = zipfile.ZipInfo(f"{folder}/{path}", _LONG_AGO)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            mode = 0o755 if content.startswith(b"#!") else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            written.writestr(entry, content)
    return buffer.getvalue()
