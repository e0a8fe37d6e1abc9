"""Faces with labels: loading them in the forms users have, splitting and counting them."""

from fer_core.dataset.faces import USAGES, FaceDataset
from fer_core.dataset.load import load, load_upload
from fer_core.dataset.protocols import PROTOCOLS, Protocol, Split, find_protocol

__all__ = [
    "PROTOCOLS",
    "USAGES",
    "FaceDataset",
    "Protocol",
    "Split",
    "find_protocol",
    "load",
    "load_upload",
]
