"""Which files a batch is of: uploads, or a sample."""

from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from fer_core.inference.sample_batch import sample_batch
from studio.classify.limits import largest_file_mb

_IS_SAMPLE = "batch_is_sample"


@dataclass(frozen=True)
class SampleFile:
    """A picture of the sample, as an upload is.

    Attributes:
        name: Of the file.
        data: The whole file.
    """

    name: str
    data: bytes

    @property
    def file_id(self) -> str:
        """Tells it from uploads."""
        return f"sample {self.name}"

    def getvalue(self) -> bytes:
        """Returns the file."""
        return self.data


def choose_files() -> list[UploadedFile] | list[SampleFile]:
    """Draws the choice of files; returns them, the sample only where no others are chosen."""
    files = st.file_uploader(
        "Pictures, or zip files of them",
        accept_multiple_files=True,
        max_upload_size=largest_file_mb(),
        key="batch_files",
    )
    if files:
        st.session_state.pop(_IS_SAMPLE, None)
        return files
    if st.session_state.get(_IS_SAMPLE):
        sample = [SampleFile(name, data) for name, data in sample_batch()]
        st.caption(
            f"The sample: {len(sample)} pictures made from two portraits in the public domain, of "
            "Eileen Collins (NASA) and Grace Hopper (U.S. Navy), as they are and as cameras spoil "
            "them."
        )
        return sample
    st.button(
        "Try a sample batch", icon=":material/photo_library:", key="batch_sample", on_click=_take
    )
    return []


def _take() -> None:
    st.session_state[_IS_SAMPLE] = True
