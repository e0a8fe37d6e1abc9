"""Private parts of Streamlit that the app touches, on a real runtime: a version may move one."""

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock, patch

import pytest
import starlette.formparsers
import streamlit as st
from starlette.datastructures import Headers
from starlette.formparsers import MultiPartParser
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.runtime import Runtime, RuntimeConfig
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_media_file_storage import MemoryMediaFileStorage
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.session_manager import SessionClient
from streamlit.runtime.uploaded_file_manager import UploadedFileRec
from streamlit.testing.v1 import AppTest
from streamlit.web.cache_storage_manager_config import create_default_cache_storage_manager
from streamlit_webrtc import WebRtcStreamerContext, WebRtcStreamerState, get_twilio_ice_servers

from fer_core.settings import ROOT
from studio import compat

_PAGE = """
import streamlit as st

@st.cache_resource(scope="session", show_spinner=False)
def cached():
    return bytes(3000)

st.session_state.setdefault("large", bytes(2000))
st.session_state.setdefault("small", "kept")
st.session_state["session"] = __import__("studio.compat").compat.session_id()
cached()
st.file_uploader("Files", key="files")
"""


class Tab(SessionClient):
    """Notes when a run has ended."""

    def __init__(self):
        self.ended = threading.Event()

    def write_forward_msg(self, message):
        if message.WhichOneof("type") == "script_finished":
            self.ended.set()

    @property
    def client_context(self):
        return SimpleNamespace(headers=[], cookies={}, remote_ip=None)


@pytest.fixture
def runtime(tmp_path, monkeypatch) -> Iterator[Runtime]:
    """A runtime whose loop runs in a thread, as a server's does."""
    monkeypatch.setattr(Runtime, "_instance", None)
    page = tmp_path / "page.py"
    page.write_text(_PAGE)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    made = Runtime(
        RuntimeConfig(
            script_path=str(page),
            media_file_storage=MemoryMediaFileStorage("/media"),
            uploaded_file_manager=MemoryUploadedFileManager("/upload"),
            cache_storage_manager=create_default_cache_storage_manager(),
            is_hello=False,
            session_storage=MemorySessionStorage(ttl_seconds=0),
        )
    )
    asyncio.run_coroutine_threadsafe(made.start(), loop).result(10)
    yield made
    loop.call_soon_threadsafe(made.stop)
    asyncio.run_coroutine_threadsafe(_stopped(made), loop).result(10)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


async def _stopped(runtime: Runtime) -> None:
    await runtime.stopped


def visit(runtime: Runtime) -> str:
    """Opens a tab, waits for its first run, returns the session."""
    tab = Tab()
    session = compat.on_loop(lambda: runtime.connect_session(tab, {}))
    message = BackMsg(rerun_script=ClientState())
    compat.on_loop(lambda: runtime.handle_backmsg(session, message))
    assert tab.ended.wait(20)
    return session


def upload(runtime: Runtime, session: str, size: int) -> None:
    runtime.uploaded_file_mgr.add_file(session, UploadedFileRec("1", "a.png", "", bytes(size)))


def test_no_server_runs_here_nor_in_the_test_of_a_page():
    assert not compat.is_served()
    assert compat.session_id() == ""
    page = AppTest.from_string(
        """
import streamlit as st
from studio import compat

st.text(compat.is_served())
""",
        default_timeout=60,
    ).run()
    assert page.text[0].value == "False"


def test_function_is_called_on_the_servers_loop(runtime):
    assert compat.is_served()
    assert compat.on_loop(threading.current_thread) is not threading.current_thread()
    assert compat.on_loop(lambda: compat.on_loop(lambda: 5)) == 5
    with pytest.raises(ZeroDivisionError):
        compat.on_loop(lambda: 1 / 0)


def test_session_is_known_in_its_own_run_and_until_it_is_ended(runtime):
    session = visit(runtime)
    assert session in compat.values_of(session)
    assert compat.sessions() == {session}
    compat.on_loop(lambda: runtime.disconnect_session(session))
    assert compat.on_loop(compat.end_left_sessions) == 1
    assert compat.sessions() == set()


def test_ended_session_has_no_uploads(runtime):
    session = visit(runtime)
    upload(runtime, session, 10)
    compat.on_loop(lambda: runtime.disconnect_session(session))
    assert session in compat.uploads()
    compat.on_loop(compat.end_left_sessions)
    assert session not in compat.uploads()


def test_uploads_are_listed_shown_and_removed(runtime):
    shown = []
    compat.on_upload(lambda session, file: shown.append((session, file.name)) or len(file.data) < 9)
    upload(runtime, "one", 5)
    upload(runtime, "two", 9)
    assert shown == [("one", "a.png"), ("two", "a.png")]
    assert {session: len(files) for session, files in compat.uploads().items()} == {"one": 1}
    compat.remove_uploads("one")
    assert compat.uploads() == {}


def test_values_are_those_of_state_and_caches_and_only_large_ones_are_forgotten(runtime):
    session = visit(runtime)
    upload(runtime, session, 10)
    sizes = {len(value) for value in compat.values_of(session) if isinstance(value, bytes)}
    assert sizes == {2000, 3000}

    def is_large(value):
        return isinstance(value, bytes) and len(value) > 1000

    assert compat.on_loop(lambda: compat.forget(session, is_large))
    left = compat.values_of(session)
    assert "kept" in left
    assert not any(map(is_large, left))
    assert session not in compat.uploads()


def test_session_at_work_keeps_what_it_has(runtime, monkeypatch):
    session = visit(runtime)
    upload(runtime, session, 10)
    app = compat._session(session)
    monkeypatch.setattr(app, "_state", compat.AppSessionState.APP_IS_RUNNING)
    assert not compat.on_loop(lambda: compat.forget(session, lambda value: True))
    assert session in compat.uploads()


def test_upload_is_written_to_what_it_is_told_and_never_rolls_over(monkeypatch):
    monkeypatch.setattr(MultiPartParser, "spool_max_size", 1)
    original = starlette.formparsers.SpooledTemporaryFile
    monkeypatch.setattr(starlette.formparsers, "SpooledTemporaryFile", original)
    made = []

    def make(max_size):
        made.append((max_size, BytesIO()))
        made[-1][1]._rolled = False
        return made[-1][1]

    compat.receive_uploads_into(make)
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a"\r\n\r\n'

    async def parse():
        async def stream():
            yield head + b"hello\r\n--x--\r\n"

        headers = Headers({"content-type": "multipart/form-data; boundary=x"})
        return await MultiPartParser(headers, stream()).parse()

    with ThreadPoolExecutor(1) as own:  # here a browser's loop may be running
        form = own.submit(asyncio.run, parse()).result()
    ((most, file),) = made
    assert form["f"].file is file
    assert file.getvalue() == b"hello"
    assert most == compat.largest_upload() > 200 * 2**20


_WAITING = """
import threading, time
from studio import compat

threading.current_thread().name = "waiting"
compat.waits = getattr(compat, "waits", 0) + 1
while compat.waits < 2:
    compat.stop_if_unwanted()
    time.sleep(0.01)
"""


def begin(runtime: Runtime, tab: Tab) -> str:
    """Opens the page, which waits without end the first time; returns the session."""
    session = compat.on_loop(lambda: runtime.connect_session(tab, {}))
    ask(runtime, session)
    while not waiting():
        time.sleep(0.01)
    return session


def ask(runtime: Runtime, session: str) -> None:
    message = BackMsg(rerun_script=ClientState())
    compat.on_loop(lambda: runtime.handle_backmsg(session, message))


def waiting() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "waiting"]


@pytest.fixture
def waiting_page(runtime, tmp_path, monkeypatch) -> Runtime:
    (tmp_path / "page.py").write_text(_WAITING)
    monkeypatch.setattr(compat, "waits", 0, raising=False)
    return runtime


def test_run_whose_visitor_has_left_stops_where_it_asks(waiting_page):
    session = begin(waiting_page, Tab())
    (run,) = waiting()
    compat.on_loop(lambda: waiting_page.disconnect_session(session))
    run.join(20)
    assert not run.is_alive()


def test_run_whose_visitor_wants_something_else_stops_where_it_asks(waiting_page):
    tab = Tab()
    session = begin(waiting_page, tab)
    ask(waiting_page, session)
    assert tab.ended.wait(20)
    assert compat.waits == 2


def test_outside_a_run_nobody_has_left():
    compat.stop_if_unwanted()


def offer_download(runtime: Runtime, session: str, make) -> str:
    """Has a button of the session offer what `make` returns; returns the file's id."""
    manager = runtime.media_file_mgr
    with patch("streamlit.runtime.media_file_manager._get_session_id", return_value=session):
        return manager.add_deferred(make, "text/plain", "1.0", file_name="a.txt")


def test_download_of_who_has_left_ends_where_it_asks(runtime):
    session, begun = visit(runtime), threading.Event()

    def make():
        begun.set()
        while True:
            compat.stop_if_unwanted()
            time.sleep(0.01)

    compat.bind_downloads()
    file = offer_download(runtime, session, make)
    with ThreadPoolExecutor(1) as pool:
        made = pool.submit(runtime.media_file_mgr.execute_deferred, file)
        assert begun.wait(20)
        with pytest.raises(MediaFileStorageError, match="being made already"):
            runtime.media_file_mgr.execute_deferred(file)
        compat.on_loop(lambda: runtime.disconnect_session(session))
        with pytest.raises(MediaFileStorageError):
            made.result(20)
    compat.stop_if_unwanted()


def test_download_is_made_for_who_is_there_and_forgotten_once_no_page_shows_it(runtime):
    compat.bind_downloads()
    stored = runtime.media_file_mgr._storage._files_by_id
    file = offer_download(runtime, visit(runtime), lambda: compat.stop_if_unwanted() or "text")
    assert runtime.media_file_mgr.execute_deferred(file).endswith(".txt")
    assert [made.content for made in stored.values()] == [b"text"]
    compat.remove_old_downloads()
    assert stored
    compat.remove_old_downloads()
    assert not stored


STATIC = Path(st.__file__).parent / "static"
"""What Streamlit serves to the browser."""


def test_script_of_charts_is_one_and_knows_the_darkest_gray():
    (script,) = compat.chart_scripts()
    assert compat.darkest_gray() in (STATIC / script).read_text()


def test_stream_that_looks_for_its_way_is_ended():
    worker = Mock()
    state = WebRtcStreamerState(playing=False, signalling=True)
    context = WebRtcStreamerContext(worker=worker, state=state)
    compat.end_stream(context)
    worker.stop.assert_called_once_with()
    assert not context.state.playing
    assert not context.state.signalling


def test_function_is_taken_out_of_its_cache():
    assert hasattr(get_twilio_ice_servers, "clear")
    assert not hasattr(compat.uncached(get_twilio_ice_servers), "clear")
    assert compat.uncached(len) is len


def test_every_part_of_the_page_that_our_styles_name_is_there():
    styles = "".join(path.read_text() for path in (ROOT / "studio").rglob("*.css"))
    served = "".join(path.read_text() for path in (STATIC / "static" / "js").glob("*.js"))
    named = set(re.findall(r'data-testid="(\w+)', styles)) | {"st-key-"}
    assert len(named) > 3
    assert [name for name in sorted(named) if name not in served] == []
