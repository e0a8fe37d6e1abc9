"""Errors that reach a person: each says what was wrong and what to do about it."""

from difflib import get_close_matches


class FerError(Exception):
    """Base of every error whose message is written for the user."""


class SettingsError(FerError):
    """An environment variable that holds what its setting cannot be."""


class FileError(FerError):
    """A file that cannot be read or written, or that is no regular file."""


class ImageError(FerError):
    """A picture that cannot be used: empty, corrupt, too large, not a picture."""


class NoFaceFound(ImageError):
    """A labelled photograph in which no face was found."""


class DatasetError(FerError):
    """A dataset that cannot be read, or is not of the expected form."""


class ModelNotFound(FerError):
    """No architecture or saved model of that name."""


class CorruptModel(FerError):
    """A saved model's folder misses a file, or a file is not the one that was saved."""


class DownloadError(FerError):
    """Something could not be fetched, or what came is not what was expected."""


class TrainingError(FerError):
    """A training that cannot start or continue."""


class DetectorError(FerError):
    """A face detector that is not available here."""


class EvaluationError(FerError):
    """Predictions or records that cannot be judged or compared."""


class VideoError(FerError):
    """A video that cannot be read or written."""


class BatchError(FerError):
    """A table of many pictures that cannot be written or continued."""


class StyleError(FerError):
    """A style transfer that cannot be made from what was given."""


class PipelineError(FerError):
    """A pipeline of image operations that cannot be read, or a step that cannot be run."""


class BudgetError(FerError):
    """More than this server has memory or time for."""


def unknown(name: str, names: list[str], kind: str) -> str:
    """Returns the sentence that says a name is not known, and which was perhaps meant."""
    near = get_close_matches(name, names, n=1)
    hint = f"Did you mean {near[0]!r}?" if near else f"There are: {', '.join(names) or 'none'}."
    return f"There is no {kind} named {name!r}. {hint}"
