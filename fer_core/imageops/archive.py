"""The results of many pictures in one file."""

import io
import zipfile
from collections.abc import Iterable
from pathlib import PurePath

from fer_core.errors import FerError
from fer_core.imageops.pipeline import OperationPipeline
from fer_core.images import decoded, encode_png


def zip_results(pictures: Iterable[tuple[str, bytes]], pipeline: OperationPipeline) -> bytes:
    """Returns a zip with the result of each picture as PNG, numbered, and the pipeline's file.

    Args:
        pictures: File name and content of each.
        pipeline: Run on each at its full size. Pictures that it or the decoder refuses are named
            in `left_out.txt`, with the reason.
    """
    file = io.BytesIO()
    refused = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNGs are compressed already
        for number, (name, data) in enumerate(pictures, start=1):
            try:
                with decoded(data) as rgb:
                    result = encode_png(pipeline.run(rgb))
            except FerError as error:
                refused.append(f"{name}: {error}\n")
                continue
            archive.writestr(f"{number:02d}_{PurePath(name).stem}.png", result)
        archive.writestr("pipeline.json", pipeline.to_json())
        if refused:
            archive.writestr("left_out.txt", "".join(refused))
    return file.getvalue()
