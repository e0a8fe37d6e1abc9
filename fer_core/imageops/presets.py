"""Pipelines to start from."""

from fer_core.imageops.pipeline import Pipeline, Step

PRESETS = {
    "Edges": Pipeline((Step("grayscale"), Step("gaussian_blur", {"sigma": 1.5}), Step("canny"))),
    "Blurred": Pipeline((Step("gaussian_blur", {"sigma": 8.0}),)),
    "Lettered": Pipeline((Step("draw_text"),)),
    "Gray": Pipeline((Step("grayscale"),)),
    "Faces found": Pipeline((Step("face_boxes"),)),
    "Evenly lit": Pipeline((Step("clahe"), Step("sharpen"))),
    "Spoilt and mended": Pipeline(
        (Step("salt_and_pepper", {"share": 8.0}), Step("median_blur", {"size": 5}))
    ),
}
"""Name -> pipeline; the second to the fifth are what report R1 shows on paintings."""
