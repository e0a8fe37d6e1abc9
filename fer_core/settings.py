"""Paths and limits, each set by an environment variable `FER_<NAME>`."""

from functools import cache
from pathlib import Path
from typing import Self

from pydantic import ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fer_core.common.budget import memory_limit
from fer_core.errors import SettingsError

ROOT = Path(__file__).resolve().parents[1]
"""The checkout; in an installation the folder that `fer_core` was installed into."""

PACKAGED_WEIGHTS = Path(__file__).resolve().parent / "weights"
"""The saved models that a wheel carries; a checkout has none here."""

HOSTED: dict[str, int] = {
    "max_upload_mb": 20,
    "max_pixels": 24_000_000,
    "max_jpeg_pixels": 100_000_000,
    "picture_seconds": 3,
    "max_archive_files": 50_000,
    "dataset_seconds": 30,
    "max_video_mb": 50,
    "job_frames": 9000,
    "job_gigapixels": 10,
    "job_seconds": 300,
    "pipeline_mb": 520,
    "pipeline_seconds": 30,
    "jobs_waiting": 12,
}
"""Limits of a public server, where strangers share one machine."""

_SHARE_OF_MEMORY = 0.4
_SHARE_OF_A_VISITOR = 0.5
_UNPACKED_PER_PACKED = 4  # `fer2013.csv` packs 3.2 to 1


class Settings(BaseSettings):
    """What can differ from machine to machine.

    Attributes:
        data: FER2013 as parquet, csv or folder tree; None where there is none.
        backbones: Folder of ImageNet trunks named `<name>_imagenet_notop.weights.h5`.
        yunet: The YuNet face detector's ONNX file.
        weights: Folder of the saved models: the checkout's, or those that were installed.
        checkpoints: Folder of trainings under way, their trunk features included.
        cache: Folder of what can be made again (parsed csv files, downloads).
        max_upload_mb: Largest picture accepted, MB.
        max_pixels: Largest picture decoded, pixels; a larger JPEG is decoded at a reduced size.
        max_jpeg_pixels: Largest JPEG that is decoded so, pixels.
        picture_mb: Memory that decoding one picture may take, the result included, MB.
        picture_seconds: Processor time that it may take where it has a process of its own, s.
        pictures_mb: Memory that all pictures being decoded at once may take together, MB.
        max_video_mb: Largest video accepted, MB; more than `server.maxUploadSize` in
            `.streamlit/config.toml` has no effect, as it never arrives.
        max_dataset_mb: Largest dataset accepted as an upload, MB.
        max_archive_files: Files in a zip or a tarball, of pictures or of a dataset.
        dataset_reader_mb: Memory that reading an uploaded dataset, or the list of files in a zip,
            may take, MB, if `reader_mb` allows it; it is in a process of its own
            (`common.isolated`).
        dataset_seconds: Processor time that it may take, s.
        predictions_reader_mb: Memory that reading uploaded predictions may take, MB, likewise.
        predictions_seconds: Processor time that it may take, s.
        video_reader_mb: Memory that decoding a video may take, MB, likewise.
        frame_seconds: Time that decoding its next frame may take, s.
        job_frames: Frames read of one video; None for all.
        job_gigapixels: Thousand million pixels read of one video, as decoded; None for all.
        job_seconds: Time that one video, painting or batch of pictures may take, s; None for as
            long as it takes.
        pipeline_mb: Memory that a pipeline of image operations may take for one picture, MB.
        pipeline_seconds: Time that it may take, s;
            None likewise.
        jobs_waiting: How many videos may wait for their turn, and how many paintings.
        stream_seconds: Time that the webcam's video stream may take to come up, s; then, and where
            no relay is set, the page goes on over its own connection.
        memory_mb: What visitors may hold in memory together (uploads, datasets, results), MB; None
            for 40 % of the machine's memory, or of its container's.
        fetch: True has the app fetch FER2013, YuNet and the trunk that paints by itself, in the
            background, from its first visit on.
        offline: True forbids to fetch what a face detector needs.
        hosted: True on a public server: no path on the server's disk is ever taken from a user, and
            limits that are not set are those of `HOSTED`.
    """

    model_config = SettingsConfigDict(env_prefix="FER_")

    data: Path | None = None
    backbones: Path | None = None
    yunet: Path | None = None
    weights: Path = PACKAGED_WEIGHTS if PACKAGED_WEIGHTS.is_dir() else ROOT / "weights"
    cache: Path = Path.home() / ".cache" / "fer-studio"
    checkpoints: Path = Path.home() / ".cache" / "fer-studio" / "checkpoints"
    max_upload_mb: int = 100
    max_pixels: int = 50_000_000
    max_jpeg_pixels: int = 250_000_000
    picture_mb: int = 400
    picture_seconds: int = 20
    pictures_mb: int = 400
    max_video_mb: int = 200
    max_dataset_mb: int = 150
    max_archive_files: int = 200_000
    dataset_reader_mb: int = 1500
    dataset_seconds: int = 120
    predictions_reader_mb: int = 600
    predictions_seconds: int = 20
    video_reader_mb: int = 1000
    frame_seconds: int = 20
    job_frames: int | None = None
    job_gigapixels: int | None = None
    job_seconds: int | None = None
    pipeline_mb: int = 1500
    pipeline_seconds: int | None = None
    jobs_waiting: int = 100
    stream_seconds: float = 5
    memory_mb: int | None = None
    fetch: bool = False
    offline: bool = False
    hosted: bool = False

    @model_validator(mode="after")
    def _be_careful_where_hosted(self) -> Self:
        if self.hosted:
            for name in HOSTED.keys() - self.model_fields_set:
                setattr(self, name, HOSTED[name])
        return self

    @property
    def memory(self) -> int:
        """What visitors may hold in memory together, bytes."""
        if self.memory_mb is not None:
            return self.memory_mb * 2**20
        return int(memory_limit() * _SHARE_OF_MEMORY)

    def reader_mb(self, most: int) -> int:
        """Returns the memory that a process which reads a file may take, MB.

        Args:
            most: As a setting says; where there is little memory it is 40 % of that.
        """
        return min(most, int(memory_limit() * _SHARE_OF_MEMORY) // 2**20)

    @property
    def weights_to_write(self) -> Path:
        """`weights`, for whoever changes what is in there.

        Raises:
            SettingsError: If they are those of an installed package.
        """
        if self.weights.resolve() == PACKAGED_WEIGHTS:
            raise SettingsError(
                f"{self.weights} belongs to the installed package, so nothing is written there. "
                "Set FER_WEIGHTS to a folder of your own, as a copy of that one."
            )
        return self.weights

    @property
    def visitor_memory(self) -> int:
        """What one visitor may hold of it, bytes."""
        return int(self.memory * _SHARE_OF_A_VISITOR)

    @property
    def max_unpacked_mb(self) -> int:
        """To how many MB an archive or a parquet may unpack.

        No more than half of what one visitor may hold: the file and another dataset are there.
        """
        half = self.visitor_memory // 2 // 2**20
        return min(self.max_dataset_mb * _UNPACKED_PER_PACKED, half)

    @property
    def fetched(self) -> Path:
        """Where a fetched FER2013 is kept."""
        return self.cache / "fer2013.parquet"

    @property
    def dataset(self) -> Path | None:
        """Where the dataset is: `data`, else what was fetched, else None."""
        return self.data or (self.fetched if self.fetched.exists() else None)


@cache
def settings() -> Settings:
    """Returns the settings, read once; tests call `settings.cache_clear()` after changing them.

    Raises:
        SettingsError: If an environment variable holds what its setting cannot be.
    """
    try:
        return Settings()
    except ValidationError as error:
        wrong = error.errors()[0]
        name = f"FER_{wrong['loc'][0]}".upper()
        raise SettingsError(f"{name} is {wrong['input']!r}: {wrong['msg']}.") from error
