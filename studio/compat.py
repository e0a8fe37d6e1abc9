"""Every private or version-bound part of Streamlit that the app touches; each has a test.

Of streamlit-webrtc too. What only some pages need is imported where it is used.
"""

import asyncio
import threading
from collections.abc import Callable
from inspect import unwrap
from pathlib import Path
from typing import IO, Any, TypeVar

import starlette.formparsers
import streamlit as st
from streamlit.runtime import Runtime, caching, get_instance
from streamlit.runtime.app_session import AppSession, AppSessionState
from streamlit.runtime.media_file_storage import MediaFileStorageError
from streamlit.runtime.memory_session_storage import MemorySessionStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec
from streamlit.runtime.websocket_session_manager import WebsocketSessionManager

Result = TypeVar("Result")

_FRAMING = 2**20
"""What Streamlit lets an upload's form have beside the file, bytes."""

_PATIENCE = 5.0
"""Seconds that the server's loop may take to do what a thread asks of it."""


def is_served() -> bool:
    """Returns whether a real server runs this, and no test of a page or plain script."""
    return Runtime.exists() and type(get_instance()) is Runtime


def session_id() -> str:
    """Returns whose run of a page this is; "" outside of one."""
    context = get_script_run_ctx(suppress_warning=True)
    return context.session_id if context else ""


class LeftError(Exception):
    """Who asked for a download has left."""


def stop_if_unwanted() -> None:
    """Ends this run of a page, as its next element would, if its visitor left or did something.

    Ends what is made for a download if its visitor left.
    """
    owner = getattr(_download, "session", "")
    if owner and owner not in _sessions()._active_session_info_by_id:
        raise LeftError
    context = get_script_run_ctx(suppress_warning=True)
    if context is not None:
        context.session_state._yield_callback()


_download = threading.local()
"""Of a thread that makes a download: `session`, whose it is."""


def bind_downloads() -> None:
    """Has what a download button makes be ended with its visitor, and each have one at a time."""
    manager = get_instance().media_file_mgr
    execute, at_work = manager.execute_deferred, set[str]()

    def execute_for_owner(file_id: str) -> str:
        owners = list(manager._deferred_ids_by_session.items())
        owner = next((session for session, files in owners if file_id in files), "")
        if owner in at_work:
            raise MediaFileStorageError("One download of this visitor is being made already.")
        at_work.add(owner)
        _download.session = owner
        try:
            return execute(file_id)
        finally:
            _download.session = ""
            at_work.discard(owner)

    manager.execute_deferred = execute_for_owner  # type: ignore[method-assign]


def remove_old_downloads() -> None:
    """Forgets files that no page shows; one just made is kept until the second call."""
    get_instance().media_file_mgr.remove_orphaned_files()


def largest_upload() -> int:
    """Returns the bytes of the largest upload that arrives, its form included."""
    return int(st.get_option("server.maxUploadSize")) * 2**20 + _FRAMING


def receive_uploads_into(make: Callable[[int], IO[bytes]]) -> None:
    """Has each upload be written, as it arrives, to a file that `make` returns.

    Starlette would put it into a temporary file on disk as soon as it has more than 1 MB.

    Args:
        make: Takes how many bytes the file may have in memory, which is as many as can come.
    """
    starlette.formparsers.MultiPartParser.spool_max_size = largest_upload()
    starlette.formparsers.SpooledTemporaryFile = make  # type: ignore[attr-defined, assignment]


def on_upload(take: Callable[[str, UploadedFileRec], bool]) -> None:
    """Has each upload that arrived be shown to `take` with its session; it is kept if that is True.

    Called by the server's loop.
    """
    manager = _uploads()
    add = manager.add_file

    def add_if_taken(session_id: str, file: UploadedFileRec) -> None:
        if take(session_id, file):
            add(session_id, file)

    manager.add_file = add_if_taken  # type: ignore[method-assign]


def uploads() -> dict[str, list[UploadedFileRec]]:
    """Returns the uploads that the server holds, by session."""
    stored = _uploads().file_storage
    return {session: list(stored[session].values()) for session in list(stored)}


def remove_uploads(session: str) -> None:
    """Forgets a session's uploads; a widget that showed one has none from the next run on."""
    _uploads().remove_session_files(session)


def sessions() -> set[str]:
    """Returns the sessions whose tab is open, or was moments ago."""
    manager = _sessions()
    stored = [info.session.id for info in _stored(manager)._cache.values()]
    return {*manager._active_session_info_by_id, *stored}


def end_left_sessions() -> int:
    """Ends the sessions whose tab was closed `server.disconnectedSessionTTL` ago; returns how many.

    Streamlit does it only when the next tab is closed. To be called on the server's loop.
    """
    expired = _stored(_sessions())._cache.expire()  # type: ignore[attr-defined]
    for _, info in expired:
        info.session.shutdown()
    return len(expired)


def values_of(session: str) -> list[Any]:
    """Returns what pages keep for a session: in its state and in the caches of its scope."""
    app = _session(session)
    state = app._session_state if app else None
    values = [*state._new_session_state.values(), *state._old_state.values()] if state else []
    caches = caching.cache_resource_api._resource_caches._function_caches.get(session, {})
    for cache in list(caches.values()):
        values += [result.value for result in list(cache._mem_cache.values())]
    return values


def forget(session: str, is_large: Callable[[Any], bool]) -> bool:
    """Lets go of a session's uploads, caches and large values; its small ones and widgets stay.

    To be called on the server's loop, so that no run begins meanwhile.

    Args:
        session: Its id.
        is_large: Whether a value is one to let go.

    Returns:
        Whether it was done: not while a page of it runs.
    """
    app = _session(session)
    if app is not None and app._state == AppSessionState.APP_IS_RUNNING:
        return False
    remove_uploads(session)
    caching.clear_session_data_cache(session)
    caching.clear_session_resource_cache(session)
    if app is not None:
        state = app._session_state
        for values in (state._new_session_state, state._old_state):
            for key, value in list(values.items()):
                if is_large(value) or _is_upload(value):
                    del values[key]
        widgets = state._new_widget_state.states
        for key, held in list(widgets.items()):
            if _is_upload(getattr(held, "value", None)):
                del widgets[key]
    return True


def darkest_gray() -> str:
    """Returns the colour in a chart that the browser replaces by its theme's darkest gray."""
    from streamlit.elements.lib.streamlit_plotly_theme import GRAY_90

    return GRAY_90


def chart_scripts() -> list[str]:
    """Returns the addresses, from a page, of the script that draws charts: one if all is well."""
    folder = Path(st.__file__).parent / "static" / "static" / "js"
    return [f"./static/js/{script.name}" for script in folder.glob("PlotlyChart.*.js")]


def end_stream(context: Any) -> None:
    """Ends a stream of streamlit-webrtc's, even one that is still looking for its way."""
    from streamlit_webrtc.component import _reset_context

    _reset_context(context)


def uncached(function: Callable[..., Result]) -> Callable[..., Result]:
    """Returns the function that a cache of Streamlit's was put around, if one was."""
    result: Callable[..., Result] = unwrap(function)
    return result


def on_loop(function: Callable[[], Result]) -> Result:
    """Returns what the function returns, called on the server's loop; from any thread.

    Raises:
        TimeoutError: If the loop is too busy for it.
    """
    loop = get_instance()._get_async_objs().eventloop
    if _is_running(loop):
        return function()
    done = threading.Event()
    results: list[Result] = []
    errors: list[BaseException] = []

    def call() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)
        finally:
            done.set()

    loop.call_soon_threadsafe(call)
    if not done.wait(_PATIENCE):
        raise TimeoutError("The server's loop is busy.")
    if errors:
        raise errors[0]
    return results[0]


def _is_running(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


def _is_upload(value: Any) -> bool:
    files = value if isinstance(value, list) else [value]
    return any(isinstance(file, UploadedFile) for file in files)


def _uploads() -> MemoryUploadedFileManager:
    manager = get_instance().uploaded_file_mgr
    assert isinstance(manager, MemoryUploadedFileManager)
    return manager


def _sessions() -> WebsocketSessionManager:
    manager = get_instance()._session_mgr
    assert isinstance(manager, WebsocketSessionManager)
    return manager


def _stored(manager: WebsocketSessionManager) -> MemorySessionStorage:
    storage = manager._session_storage
    assert isinstance(storage, MemorySessionStorage)
    return storage


def _session(session: str) -> AppSession | None:
    info = _sessions().get_session_info(session)
    return info.session if info else None
