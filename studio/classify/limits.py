"""How large a file Classify takes."""

import streamlit as st

from fer_core.settings import settings


def largest_file_mb() -> int:
    """Returns the largest video or zip file, MB: as it is set, but no more than Streamlit takes.

    More than `server.maxUploadSize` in `.streamlit/config.toml` never arrives.
    """
    result: int = min(settings().max_video_mb, st.get_option("server.maxUploadSize"))
    return result
