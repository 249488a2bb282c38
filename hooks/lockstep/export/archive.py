"""Files in, a zip archive out: the same files give the same bytes, whenever and wherever.

Format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
"""

import io
import zipfile
import zlib
from collections.abc import Callable, Iterable

_LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The earliest date that the format knows, for every file."""
_UNIX = 3

Pack = Callable[[bytes], bytes]
"""From a file's content to what an archive holds of it."""


def deflated(content: bytes) -> bytes:
    """Return what an archive holds of a file's content."""
    packer = zlib.compressobj(method=zlib.DEFLATED, wbits=-zlib.MAX_WBITS)
    return packer.compress(content) + packer.flush()


def archive(folder: str, files: Iterable[tuple[str, bytes]], pack: Pack = deflated) -> bytes:
    """Return an archive of files below one folder.

    files: each with its path below the folder, by which they are in order, and its content; what
    begins like a script can be executed. pack: does what ``deflated`` does; it may know what came
    of that before.
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        for path, content in files:
            entry, packed = zipfile.ZipInfo(f"{folder}/{path}", _LONG_AGO), pack(content)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = _UNIX
            mode = 0o755 if content.startswith(b"#!") else 0o644
            entry.external_attr = (0o100000 | mode) << 16
            # As `writestr` does it, which takes nothing that is packed already.
            entry.CRC, entry.file_size, entry.compress_size = (
                zlib.crc32(content), len(content), len(packed),
            )  # fmt: skip
            entry.header_offset = buffer.tell()
            buffer.write(entry.FileHeader() + packed)
            written.filelist.append(entry)
            written.start_dir = buffer.tell()
    return buffer.getvalue()
