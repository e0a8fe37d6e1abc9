"""A web server on 127.0.0.1 that serves one file, well or badly."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FileServer(ThreadingHTTPServer):
    """Serves `content` under any path but `/missing`, with ranges.

    Attributes:
        content: The file.
        break_after: Bytes after which the next answer, and only that, breaks off.
        has_ranges: Whether a range request is answered with that range.
        linked_etag: The sha256 published as Hugging Face does, if any.
        ranges: The Range header of each request so far.
    """

    def __init__(self, content: bytes) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.content = content
        self.break_after: int | None = None
        self.has_ranges = True
        self.linked_etag: str | None = None
        self.ranges: list[str | None] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/file.bin"


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self.send_response(302)
        if self.server.linked_etag:
            self.send_header("X-Linked-ETag", f'"{self.server.linked_etag}"')
        self.send_header("Location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        wanted = self.headers["Range"]
        self.server.ranges.append(wanted)
        start = int(wanted.split("=")[1].rstrip("-")) if wanted and self.server.has_ranges else 0
        if start >= len(self.server.content):
            self.send_error(416)
            return
        body = self.server.content[start:]
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        stop, self.server.break_after = self.server.break_after, None
        self.wfile.write(body[:stop])


@contextmanager
def serving(content: bytes) -> Iterator[FileServer]:
    """Runs a server in a thread for the time of a `with` block."""
    with FileServer(content) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
