"""Results of pictures at their full size, each made in a process of its own with limits.

Some steps take seconds and hundreds of megabytes for a large picture: the process is ended when
that is too much, or nobody waits any more.
"""

import io
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from fer_core.common import isolated
from fer_core.common.isolated import Limits
from fer_core.errors import FerError, PipelineError
from fer_core.imageops.pipeline import OperationPipeline, StepMemoryError
from fer_core.images import decoded, encode_png, room_for
from fer_core.settings import settings


def result_png(picture: bytes, pipeline: OperationPipeline) -> bytes:
    """Returns the PNG file of a picture after all steps of a pipeline.

    Args:
        picture: The picture's file.
        pipeline: What is done with it.

    Raises:
        FerError: If the picture cannot be read, a step cannot be done, or it would take more than
            `pipeline_mb` or `pipeline_seconds` of the settings.
    """
    limits = Limits(settings().pipeline_mb, seconds=settings().pipeline_seconds)
    with room_for(settings().pipeline_mb * 2**20):
        return isolated.call(
            _result_png,
            picture,
            pipeline,
            limits=limits,
            error=PipelineError,
            subject="The picture",
            purpose="worked on",
        )


def _result_png(picture: bytes, pipeline: OperationPipeline) -> bytes:
    with decoded(picture) as rgb:
        image = rgb
        try:
            for stage in pipeline.stages(rgb):
                image = stage.image
        except StepMemoryError as error:  # told as where else it runs out, with the limit
            raise MemoryError from error
        return encode_png(image)


def zip_results(
    pictures: Sequence[tuple[str, bytes]], pipeline: OperationPipeline, most: int | None = None
) -> Iterator[bytes]:
    """Makes a zip with the result of each picture as PNG, numbered, and the pipeline's file.

    Args:
        pictures: File name and content of each.
        pipeline: Run on each at its full size. Pictures that it or the decoder refuses are named
            in `left_out.txt`, with the reason.
        most: Bytes of all results together; who would go beyond it is left out. None for any.

    Yields:
        After each picture nothing, b"", and at the end the zip file.
    """
    file = io.BytesIO()
    left_out = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:  # PNGs are compressed already
        for number, (name, data) in enumerate(pictures, start=1):
            try:
                result = result_png(data, pipeline)
                if most is not None and file.tell() + len(result) > most:
                    raise PipelineError(
                        f"The zip would have more than {most // 2**20} MB. Download this picture "
                        "by itself."
                    )
                archive.writestr(f"{number:02d}_{PurePath(name).stem}.png", result)
            except FerError as error:
                left_out.append(f"{name}: {error}\n")
            yield b""
        archive.writestr("pipeline.json", pipeline.to_json())
        if left_out:
            archive.writestr("left_out.txt", "".join(left_out))
    yield file.getvalue()
