"""Which dataset the page is about: the one found, a path, an upload, or FER2013 fetched."""

from hashlib import sha256
from pathlib import Path

import streamlit as st

from fer_core.dataset import FaceDataset, load_upload
from fer_core.dataset.download import SOURCES, fetch_fer2013
from fer_core.dataset.load import UPLOADS
from fer_core.errors import FerError
from fer_core.settings import settings
from studio import memory
from studio.failure import show_failure
from studio.fetching import show_coming
from studio.markdown import plain
from studio.shared_datasets import Loaded, load_path, say_unreadable

CHOSEN = "dataset_path"
"""Key in the session's state: a path somebody named."""
UPLOADED = "dataset_uploaded"
"""Key in the session's state: a dataset somebody uploaded, with the digest of its file."""
_TAKEN = "dataset_upload_taken"
"""Key in the session's state: which upload was read, and is not again after going back."""


def choose_dataset() -> Loaded | None:
    """Draws where the faces come from and the ways to others; returns them, None without any."""
    loaded = _load_chosen()
    with st.container(horizontal=True, vertical_alignment="center"):
        if loaded is None:
            st.caption(
                "Statistics of FER2013, kept with the app; "
                "the faces themselves are not on this machine."
            )
            label = "Add the dataset"
        else:
            st.caption(f"{plain(loaded.dataset.source)}: {len(loaded.dataset):,} faces")
            label = "Another dataset"
        with st.popover(label, icon=":material/folder_open:"):
            _ways()
        _draw_way_back()
    if loaded is not None:
        _account(loaded.dataset)
    elif settings().dataset is None:
        show_coming()
    return loaded


def _draw_way_back() -> None:
    """Offers what the page showed before somebody named a path or uploaded a dataset."""
    if CHOSEN in st.session_state or UPLOADED in st.session_state:
        before = settings().dataset
        back = "FER2013's statistics" if before is None else plain(before.name)
        st.button(f"Back to {back}", icon=":material/undo:", on_click=_forget, key="dataset_back")


def _load_chosen() -> Loaded | None:
    uploaded: Loaded | None = st.session_state.get(UPLOADED)
    if uploaded is not None:
        return uploaded
    named = None if settings().hosted else st.session_state.get(CHOSEN)
    path = Path(named) if named else settings().dataset
    if path is None:
        return None
    try:
        return load_path(path)
    except FerError as error:
        say_unreadable(error)
        return None


def _ways() -> None:
    """Draws fetching, a path, an upload; the first two only where the disk is the user's own."""
    ways = ["Upload"] if settings().hosted else ["Fetch", "Path", "Upload"]
    icons = {"Fetch": "download", "Path": "folder", "Upload": "upload"}
    way = st.segmented_control(
        "How",
        ways,
        default=ways[0],
        required=True,
        format_func=lambda name: f":material/{icons[name]}: {name}",
        key="dataset_way",
        label_visibility="collapsed",
    )
    {"Fetch": _fetch, "Path": _name_path, "Upload": _upload}[way]()


def _fetch() -> None:
    titles = {name: source.title for name, source in SOURCES.items()}
    source = st.radio("FER2013 from", list(titles), format_func=titles.__getitem__, key="from")
    if not st.button("Fetch FER2013", type="primary", icon=":material/download:"):
        return
    bar = st.progress(0.0, "Asking for FER2013")

    def tell(done: int, total: int | None) -> None:
        of = f" of {total / 1e6:.0f}" if total else ""
        bar.progress(min(done / total, 1.0) if total else 0.0, f"{done / 1e6:.0f}{of} MB")

    try:
        fetch_fer2013(source, tell)
    except FerError as error:
        bar.empty()
        show_failure(error, ":material/cloud_off:")
        return
    _forget()
    st.rerun()


def _name_path() -> None:
    with st.form("dataset_path_form", border=False):
        path = st.text_input(
            "Path of fer2013.csv, icml_face_data.csv, a parquet, zip or tar.gz, or a folder of "
            "train/<class>/*.png",
            placeholder="~/Downloads/fer2013.csv",
        )
        if not st.form_submit_button("Read it", icon=":material/folder_open:") or not path:
            return
    try:
        load_path(Path(path))
    except FerError as error:
        show_failure(error, ":material/folder_off:")
        return
    _forget()
    st.session_state[CHOSEN] = path
    st.rerun()


def _upload() -> None:
    file = st.file_uploader(
        "A dataset",
        UPLOADS,
        max_upload_size=settings().max_dataset_mb,
        key="dataset_file",
        help="fer2013.csv itself has 287 MB: pack it as zip, or name its path.",
    )
    if file is None or file.file_id == st.session_state.get(_TAKEN):
        return
    data = file.getvalue()
    try:
        with st.spinner("Reading the upload"), memory.room_for_dataset(data):
            dataset = load_upload(file.name, data)
    except FerError as error:
        show_failure(error, ":material/upload_file:")
        return
    _forget()
    st.session_state[_TAKEN] = file.file_id
    st.session_state[UPLOADED] = Loaded(dataset, sha256(data).hexdigest(), is_upload=True)
    st.rerun()


def _forget() -> None:
    for key in (CHOSEN, UPLOADED):
        st.session_state.pop(key, None)


def _account(dataset: FaceDataset) -> None:
    """Says what the reader decided, and what it left out and why."""
    for note in dataset.notes:
        st.caption(plain(note))
    if dataset.problems:
        left_out = f"{len(dataset.problems):,} rows or files were left out."
        st.warning(left_out, icon=":material/rule:")
        with st.expander("Which, and why"):
            st.dataframe({"Left out": dataset.problems}, hide_index=True)
