"""Fetching a file over HTTP: resumed where it broke off, checked before it is used.

requests is imported where a file is fetched: most visits to the app fetch none.
"""

from collections.abc import Callable
from pathlib import Path

from filelock import FileLock

from fer_core.common.digest import sha256 as sha256_of
from fer_core.common.files import put, unwritable
from fer_core.errors import DownloadError

CHUNK = 1 << 16
TIMEOUT_SECONDS = 30

Progress = Callable[[int, int | None], None]
"""Called with the bytes there so far and the bytes expected (None where the server is silent)."""


def fetch(
    url: str,
    destination: Path,
    sha256: str | None = None,
    on_progress: Progress | None = None,
) -> Path:
    """Returns `destination`, downloaded unless it is there already.

    What has come so far is kept in `<destination>.part`; a later call asks only for the rest
    (an HTTP range request). A file whose sha256 is not the expected one is deleted.

    Args:
        url: An http or https address.
        destination: File to write; its folder is made.
        sha256: Expected digest, 64 hexadecimal digits; without it only the length is checked.
        on_progress: Told how far it is, after each chunk.

    Raises:
        DownloadError: If the server cannot be reached, the transfer breaks off, what came is
            not what was expected, or the file cannot be written.
    """
    if _is_there(destination, sha256):
        return destination
    lock = destination.with_name(destination.name + ".lock")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        # Another thread or process may fetch it: who waited for that finds it.
        with FileLock(lock):
            try:
                if not _is_there(destination, sha256):
                    _fetch(url, destination, sha256, on_progress)
            finally:  # filelock sees that what others wait for is gone, and makes it anew
                lock.unlink(missing_ok=True)
        return destination
    except OSError as error:
        raise DownloadError(unwritable(destination, error)) from error


def _is_there(destination: Path, sha256: str | None) -> bool:
    return destination.is_file() and (sha256 is None or sha256_of(destination) == sha256)


def _fetch(url: str, destination: Path, sha256: str | None, on_progress: Progress | None) -> None:
    part = destination.with_name(destination.name + ".part")
    _transfer(url, part, on_progress, f"Or download it by hand and save it as {destination}.")
    if sha256 is not None and sha256_of(part) != sha256:
        part.unlink()
        raise DownloadError(
            f"What {url} sent is not the expected file (its sha256 differs); it was deleted. "
            f"Try again later, or save the right file as {destination}."
        )
    put(part, destination)


def published_sha256(url: str) -> str:
    """Returns the sha256 that Hugging Face publishes for a large file.

    It stands in the `X-Linked-ETag` header of the first answer, before any redirect.

    Raises:
        DownloadError: If the server cannot be reached, or names none: nothing is then fetched
            that could not be checked.
    """
    import requests

    try:
        answer = requests.head(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise DownloadError(f"{url} cannot be reached.") from error
    tag: str = answer.headers.get("X-Linked-ETag", "").strip('"').lower()
    if len(tag) != 64:
        raise DownloadError(
            f"{url} answered {answer.status_code} without the file's sha256, so that it could not "
            "be checked. Try again later."
        )
    return tag


def _transfer(url: str, part: Path, on_progress: Progress | None, by_hand: str) -> None:
    import requests

    have = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={have}-"} if have else {}
    # identity: a compressed transfer would make lengths and ranges those of the compressed bytes.
    headers["Accept-Encoding"] = "identity"
    try:
        with requests.get(url, headers=headers, stream=True, timeout=TIMEOUT_SECONDS) as answer:
            if answer.status_code == requests.codes.range_not_satisfiable:
                return  # All of it is there; the sha256 decides.
            answer.raise_for_status()
            if answer.status_code != requests.codes.partial_content:
                have = 0
            length = answer.headers.get("Content-Length")
            total = have + int(length) if length else None
            with part.open("ab" if have else "wb") as file:
                for chunk in answer.iter_content(CHUNK):
                    file.write(chunk)
                    have += len(chunk)
                    if on_progress:
                        on_progress(have, total)
    except requests.HTTPError as error:
        raise DownloadError(
            f"{url} answered {error.response.status_code} {error.response.reason}. {by_hand}"
        ) from error
    except requests.RequestException as error:
        if have:
            raise DownloadError(
                f"The transfer from {url} broke off after {have / 1e6:.1f} MB. "
                "Run the same again to continue from there."
            ) from error
        raise DownloadError(f"{url} cannot be reached. {by_hand}") from error
    if total is not None and have != total:
        raise DownloadError(
            f"The transfer from {url} broke off after {have / 1e6:.1f} of {total / 1e6:.1f} MB. "
            "Run the same again to continue from there."
        )
