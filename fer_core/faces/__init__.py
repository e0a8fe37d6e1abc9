"""Finding faces in a picture and cutting them out as FER2013 does."""

from fer_core.faces.box import FaceBox
from fer_core.faces.crop import crop
from fer_core.faces.detector import DETECTORS, Detector, detector, resolve
from fer_core.faces.haar import HaarDetector
from fer_core.faces.yunet import YuNetDetector, fetch_yunet, yunet_file

__all__ = [
    "DETECTORS",
    "Detector",
    "FaceBox",
    "HaarDetector",
    "YuNetDetector",
    "crop",
    "detector",
    "fetch_yunet",
    "resolve",
    "yunet_file",
]
