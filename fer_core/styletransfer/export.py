"""A painting as a PNG file that tells how it was made, and back."""

import io
import json

import numpy as np
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from fer_core.errors import StyleError
from fer_core.styletransfer.engine import LossRecord, StyleResult
from fer_core.styletransfer.losses import Losses
from fer_core.styletransfer.options import StyleOptions

_RECORD = "Style transfer"


def to_png(result: StyleResult, paintings: tuple[str, ...] = ()) -> bytes:
    """Returns the picture as a PNG file with the settings in its text chunks.

    `Software` names this program, `Description` says it in words, and `Style transfer` holds JSON:
    options, paintings, network, seconds, and the losses of every evaluation.

    Args:
        result: A painting.
        paintings: Titles of the paintings it was made from.
    """
    record = {
        "options": result.options.as_dict(),
        "paintings": list(paintings),
        "network": result.network,
        "seconds": round(result.seconds, 1),
        "finished": result.finished,
        "losses": [[step.level, *_rounded(step.losses)] for step in result.history],
    }
    text = PngInfo()
    text.add_text("Software", "FER Studio")
    manner = f" in the style of {' and '.join(paintings)}" if paintings else ""
    text.add_itxt("Description", f"A photo painted{manner} by neural style transfer")
    text.add_itxt(_RECORD, json.dumps(record, ensure_ascii=False))
    file = io.BytesIO()
    Image.fromarray(result.picture).save(file, "PNG", pnginfo=text)
    return file.getvalue()


def from_png(data: bytes) -> tuple[StyleResult, tuple[str, ...]]:
    """Returns the painting that `to_png` wrote, and the titles of what it was made from.

    Raises:
        StyleError: If the file carries no such record.
    """
    image = Image.open(io.BytesIO(data))
    try:
        record = json.loads(image.text[_RECORD])  # type: ignore[attr-defined]
        options = StyleOptions(**{**record["options"], "blend": tuple(record["options"]["blend"])})
        history = tuple(LossRecord(level, Losses(*losses)) for level, *losses in record["losses"])
        rest = record["network"], options, record["seconds"], record["finished"]
        return StyleResult(np.asarray(image), history, *rest), tuple(record["paintings"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise StyleError("The file does not say how it was painted.") from error


def _rounded(losses: Losses) -> list[float]:
    numbers = (losses.total, losses.content, losses.style, losses.variation)
    return [float(f"{number:.5g}") for number in numbers]
