"""Files that a command writes."""

from pathlib import Path


def is_same_file(path: Path, other: Path) -> bool:
    """Returns whether two paths mean one file, through links too; they need not be there yet."""
    try:
        return path.samefile(other)
    except OSError:
        return path.resolve() == other.resolve()
