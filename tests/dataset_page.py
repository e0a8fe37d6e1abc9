"""What the tests of the Dataset page read and press."""

import json
from collections.abc import Callable
from pathlib import Path

from streamlit.testing.v1 import AppTest

from fer_core.dataset import FaceDataset
from fer_core.dataset.parquet_form import write_parquet

Open = Callable[..., AppTest]


def texts(page: AppTest) -> str:
    """All Markdown and captions of the page."""
    told = "\n".join(element.value for element in [*page.markdown, *page.caption])
    return told.replace("\N{NO-BREAK SPACE}", " ")


def grid(page: AppTest) -> list[dict]:
    """The faces of the page's first grid, as the browser gets them."""
    for element in page.get("bidi_component"):
        return json.loads(element.proto.json)["faces"]
    raise AssertionError("there is no grid of faces")


def upload(page: AppTest, name: str, data: bytes) -> AppTest:
    page.button_group(key="dataset_way").set_value("Upload").run()
    return page.file_uploader(key="dataset_file").set_value([(name, data, "")]).run()


def parquet(dataset: FaceDataset, tmp_path: Path) -> bytes:
    write_parquet(dataset, tmp_path / "upload.parquet")
    return (tmp_path / "upload.parquet").read_bytes()
