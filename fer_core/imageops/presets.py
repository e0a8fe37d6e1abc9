"""Pipelines to start from."""

from fer_core.imageops.pipeline import OperationPipeline, Step

PRESETS = {
    "Edges": OperationPipeline(
        (Step("grayscale"), Step("gaussian_blur", {"sigma": 1.5}), Step("canny"))
    ),
    "Blurred": OperationPipeline((Step("gaussian_blur", {"sigma": 8.0}),)),
    "Lettered": OperationPipeline((Step("draw_text"),)),
    "Gray": OperationPipeline((Step("grayscale"),)),
    "Faces found": OperationPipeline((Step("face_boxes"),)),
    "Evenly lit": OperationPipeline((Step("clahe"), Step("sharpen"))),
    "Spoilt and mended": OperationPipeline(
        (Step("salt_and_pepper", {"share": 8.0}), Step("median_blur", {"size": 5}))
    ),
}
"""Name -> pipeline; the second to the fifth are what report R1 shows on paintings."""
