from fer_core.faces import FaceBox


def iou(box: FaceBox, other: FaceBox) -> float:
    """Returns the intersection of two boxes over their union, 0..1."""
    width = min(box.right, other.right) - max(box.left, other.left)
    height = min(box.bottom, other.bottom) - max(box.top, other.top)
    both = max(width, 0) * max(height, 0)
    return both / (box.width * box.height + other.width * other.height - both)
