"""A visitor without a browser: speaks with the real server as Streamlit's own page does.

It opens the websocket, sets widgets, uploads with the XSRF token and waits for the end of each run.
What it receives is parsed, and of it only the newest widgets and texts are kept.
"""

import http.client
import secrets
import time
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.sync.client import connect

PATIENCE = 120.0
"""Seconds a run may take."""

_TEXTS = ("markdown", "alert", "heading", "text", "html")
_PIECE = 1 << 16


class ServerFault(Exception):
    """The server did not do what a visitor asked."""


class Visitor:
    """One open tab.

    Use it in a `with` block: it connects at the beginning and leaves at the end.

    Args:
        address: Of the server, `http://127.0.0.1:8501`; no other than this machine's is taken.

    Attributes:
        session: The session's id.
        texts: What the last run wrote.
        fragments: Ids of the fragments that ask to be run again by themselves.
        received: Bytes that came over the websocket.
        sent: Whether an upload has arrived.
    """

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        if parts.hostname not in ("127.0.0.1", "localhost"):
            raise ValueError(f"{address} is not on this machine.")
        self._host = f"{parts.hostname}:{parts.port}"
        self.session = ""
        self.texts: list[str] = []
        self.fragments: list[str] = []
        self.received = 0
        self.sent = False
        self._shown: dict[str, FileURLs] = {}
        self._pages: dict[str, str] = {}
        self._page = ""
        self._widgets: dict[str, str] = {}
        self._values: dict[str, WidgetState] = {}

    def __enter__(self) -> Self:
        self._xsrf = self._ask_for_token()
        self._socket = connect(
            f"ws://{self._host}/_stcore/stream",
            subprotocols=["streamlit", self._xsrf],
            additional_headers={"Cookie": f"_streamlit_xsrf={self._xsrf}"},
            max_size=None,
            compression=None,
        )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._socket.close()

    def open(self, page: str = "") -> float:
        """Opens a page by its name in the address, "" for the first; returns the seconds of it."""
        self._values.clear()
        self._page = page
        return self.run()

    def set(self, key: str, value: bool | float | str | list[str]) -> None:
        """Sets the widget of that key for the next run; `press` is for buttons."""
        state = WidgetState(id=self._widgets[key])
        if isinstance(value, bool):
            state.bool_value = value
        elif isinstance(value, str):
            state.string_value = value
        elif isinstance(value, list):
            state.string_array_value.data.extend(value)
        else:
            state.double_array_value.data.append(value)
        self._values[key] = state

    def press(self, key: str) -> float:
        """Presses a button; returns the seconds of the run that follows."""
        button = WidgetState(id=self._widgets[key], trigger_value=True)
        return self.run(extra=[button])

    def upload(self, key: str, name: str, data: bytes) -> float:
        """Uploads into the uploader of that key; returns the seconds until its page was drawn.

        What was there before is taken out, as a browser does.
        """
        start = time.perf_counter()
        urls = self.new_file(name)
        status = self.put(urls.upload_url, name, [data])
        if status != 204:
            raise ServerFault(f"The upload was answered by status {status}.")
        self._delete(self._shown.get(key))
        self._shown[key] = urls
        state = WidgetState(id=self._widgets[key])
        state.file_uploader_state_value.uploaded_file_info.add(
            file_id=urls.file_id, name=name, size=len(data), file_urls=urls
        )
        self._values[key] = state
        self.sent = True
        self.run()
        return time.perf_counter() - start

    def leave(self) -> None:
        """Closes the tab, from any thread."""
        self._socket.close()

    def new_file(self, name: str) -> FileURLs:
        """Returns where a file of that name may be sent to."""
        message = BackMsg()
        message.file_urls_request.request_id = secrets.token_hex(8)
        message.file_urls_request.file_names.append(name)
        message.file_urls_request.session_id = self.session
        self._socket.send(message.SerializeToString())
        answer = self._wait(lambda said: said.WhichOneof("type") == "file_urls_response")
        return answer.file_urls_response.file_urls[0]

    def put(self, path: str, name: str, pieces: Iterator[bytes] | list[bytes]) -> int:
        """Sends a file's bytes, piece by piece; returns the status of the answer."""
        boundary = secrets.token_hex(16)
        head = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        ).encode()
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        try:
            connection.request(
                "PUT",
                path,
                body=_chunks(head, pieces, f"\r\n--{boundary}--\r\n".encode()),
                headers={
                    "Content-Type": f"multipart/form-data; boundary={boundary}",
                    "X-Xsrftoken": self._xsrf,
                    "Cookie": f"_streamlit_xsrf={self._xsrf}",
                },
                encode_chunked=True,
            )
            return connection.getresponse().status
        finally:
            connection.close()

    def _delete(self, urls: FileURLs | None) -> None:
        if urls is None:
            return
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        try:
            head = {"X-Xsrftoken": self._xsrf, "Cookie": f"_streamlit_xsrf={self._xsrf}"}
            connection.request("DELETE", urls.delete_url, headers=head)
            status = connection.getresponse().status
        finally:
            connection.close()
        if status != 204:
            raise ServerFault(f"Taking out a file was answered by status {status}.")

    def run(self, extra: list[WidgetState] | None = None, fragment: str = "") -> float:
        """Has the page run, or a fragment of it, with the widgets as they are set.

        Returns:
            The seconds until the run's end.

        Raises:
            ServerFault: If it raised an error, or did not end in time.
        """
        start = time.perf_counter()
        message = BackMsg()
        message.rerun_script.widget_states.CopyFrom(
            WidgetStates(widgets=[*self._values.values(), *(extra or [])])
        )
        message.rerun_script.page_name = self._page
        message.rerun_script.page_script_hash = self._pages.get(self._page, "")
        message.rerun_script.fragment_id = fragment
        message.rerun_script.context_info.timezone = "UTC"
        if not fragment:
            self.texts, self.fragments, self._widgets = [], [], {}
        self._socket.send(message.SerializeToString())
        self._wait(_is_end)
        return time.perf_counter() - start

    def has(self, key: str) -> bool:
        """Returns whether the page has a widget of that key."""
        return key in self._widgets

    def says(self, words: str) -> bool:
        """Returns whether the last run wrote these words; Markdown's backslashes do not count."""
        return any(words in text.replace("\\", "") for text in self.texts)

    def _ask_for_token(self) -> str:
        connection = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        try:
            connection.request("GET", "/_stcore/health")
            answer = connection.getresponse()
            answer.read()
            cookies = answer.headers.get_all("Set-Cookie") or []
        finally:
            connection.close()
        for cookie in cookies:
            name, _, value = cookie.partition("=")
            if name == "_streamlit_xsrf":
                return value.split(";")[0]
        raise ServerFault("The server gave no XSRF token.")

    def _wait(self, is_it: Callable[[ForwardMsg], bool]) -> ForwardMsg:
        until = time.monotonic() + PATIENCE
        while True:
            data = self._socket.recv(timeout=max(0.0, until - time.monotonic()))
            self.received += len(data)
            message = ForwardMsg.FromString(data)
            self._note(message)
            if is_it(message):
                return message

    def _note(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        if kind == "new_session":
            self.session = message.new_session.initialize.session_id
            self._note_pages(message.new_session.app_pages)
        elif kind == "navigation":
            self._note_pages(message.navigation.app_pages)
        elif kind == "auto_rerun":
            self.fragments.append(message.auto_rerun.fragment_id)
        elif kind == "session_event":
            failure = message.session_event.script_compilation_exception.message
            if failure:
                raise ServerFault(failure)
        elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
            self._note_element(message.delta.new_element)

    def _note_pages(self, pages: Any) -> None:
        for page in pages:
            name = "" if page.is_default else page.url_pathname or page.page_name
            self._pages[name] = page.page_script_hash

    def _note_element(self, element: Element) -> None:
        kind = element.WhichOneof("type")
        content = getattr(element, kind) if kind else None
        if kind == "exception":
            raise ServerFault(f"{element.exception.type}: {element.exception.message}")
        if kind in _TEXTS:
            self.texts.append(getattr(content, "body", "") or getattr(content, "title", ""))
        widget = getattr(content, "id", "")
        if isinstance(widget, str) and widget.startswith("$$ID-"):
            self._widgets[widget.split("-", 2)[2]] = widget


def _chunks(head: bytes, pieces: Iterator[bytes] | list[bytes], tail: bytes) -> Iterator[bytes]:
    yield head
    for piece in pieces:
        for first in range(0, len(piece), _PIECE):
            yield piece[first : first + _PIECE]
    yield tail


def _is_end(message: ForwardMsg) -> bool:
    return message.WhichOneof("type") == "script_finished" and message.script_finished in (
        ForwardMsg.FINISHED_SUCCESSFULLY,
        ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
        ForwardMsg.FINISHED_WITH_COMPILE_ERROR,
    )
