"""The site under test: building it, serving it on loopback, and the list of its pages."""

import gzip
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

PROJECT = Path(__file__).resolve().parents[2]
SUB_PATH = "/labs-site/"
"""A second address of the same site, as on a host that serves it below a folder."""


@dataclass(frozen=True)
class Language:
    """A language of the site."""

    code: str
    """The name of its folder, and the `hreflang` of links to it."""
    tag: str
    """What `<html lang>` says."""
    folder: str
    """Where its pages lie below the site's address."""
    font: str
    """What the name of a font made for it contains, in the Noto CJK families; empty for Latin."""
    search: str
    """A word that its pages are searched for."""


LANGUAGES = (
    Language("en", "en", "", "", "Horovod"),
    Language("zh", "zh-Hans", "zh/", "CJK SC", "群集"),
    Language("ja", "ja", "ja/", "CJK JP", "クラスター"),
)


def build(directory: Path) -> None:
    """Build the project's site into a folder, as `mkdocs build` does.

    Raises `AssertionError` with what MkDocs printed if the build fails.
    """
    _run("-m", "mkdocs", "build", "--quiet", "--site-dir", str(directory))


def build_samples(directory: Path) -> None:
    """Build the sample pages (see `sample_site`) with the site's own configuration and theme."""
    _run("-m", "tests.browser.sample_site", str(directory))


def _run(*arguments: str) -> None:
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        message = f"{' '.join(command)} failed:\n{done.stdout}{done.stderr}"
        raise AssertionError(message)


def pages(directory: Path) -> list[str]:
    """Return the addresses of all pages of a built site, relative to its root, in order."""
    return sorted(
        "" if page.parent == directory else f"{page.parent.relative_to(directory).as_posix()}/"
        for page in directory.rglob("index.html")
    )


def language_of(path: str) -> Language:
    """Return the language of a page from where it lies."""
    return next(
        (each for each in LANGUAGES if each.folder and path.startswith(each.folder)), LANGUAGES[0]
    )


@contextmanager
def serve(directory: Path, sent: "dict[str, int] | None" = None) -> Iterator[str]:
    """Serve a built site on a free loopback port, at `/` and again below `SUB_PATH`.

    Yields the origin, without a slash at its end: `http://127.0.0.1:PORT`. Where `sent` is given,
    text is compressed, as web hosts do, may be cached, and `sent` counts the bytes of each address.
    """
    handler = partial(_Handler if sent is None else _host(sent), directory=str(directory))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


class _Handler(SimpleHTTPRequestHandler):
    """Static files, the not-found page as web hosts answer with it, and no log."""

    protocol_version = "HTTP/1.1"

    def translate_path(self, path: str) -> str:
        if path.startswith(SUB_PATH):
            path = "/" + path.removeprefix(SUB_PATH)
        return super().translate_path(path)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND or not page.is_file():
            super().send_error(code, message, explain)
            return
        body = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 the base's
        """Stay silent: a test says what it misses."""


def _host(sent: dict[str, int]) -> type[_Handler]:
    """Return a handler that answers as web hosts do, and counts what goes over the wire."""

    class Host(_Handler):
        def do_GET(self) -> None:
            path = Path(self.translate_path(self.path))
            path = path / "index.html" if path.is_dir() else path
            if not path.is_file():
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            kind = self.guess_type(str(path))
            body = path.read_bytes()
            is_text = kind.startswith("text/") or kind.endswith(("json", "javascript", "svg+xml"))
            body = gzip.compress(body, 6) if is_text else body
            head = [("Content-Type", kind), ("Content-Length", str(len(body)))]
            head += [("Cache-Control", "max-age=600"), *[("Content-Encoding", "gzip")][:is_text]]
            self.send_response(HTTPStatus.OK)
            for name, value in head:
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            size = len(body) + sum(len(name) + len(value) + 4 for name, value in head)
            sent[self.path] = sent.get(self.path, 0) + size

    return Host
