"""Finding faces in a picture and cutting them out as FER2013 does."""

from fer_core.faces.box import FaceBox
from fer_core.faces.crop import crop
from fer_core.faces.detector import (
    AUTO,
    BEST,
    DETECTORS,
    NAMES,
    Detector,
    detector,
    fallback_notice,
    fetch_file,
    is_here,
    prepare,
    resolve,
)
from fer_core.faces.haar import HaarDetector
from fer_core.faces.yunet import YuNetDetector

__all__ = [
    "AUTO",
    "BEST",
    "DETECTORS",
    "NAMES",
    "Detector",
    "FaceBox",
    "HaarDetector",
    "YuNetDetector",
    "crop",
    "detector",
    "fallback_notice",
    "fetch_file",
    "is_here",
    "prepare",
    "resolve",
]
