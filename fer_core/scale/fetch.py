"""The file of one picture, from wherever it lies."""

from typing import Any

from fer_core.common.files import read_bytes
from fer_core.errors import FileError
from fer_core.scale import archives
from fer_core.scale.manifest import UNKNOWN, Entry
from fer_core.scale.places import (
    changed,
    etag_of,
    filesystem,
    is_local,
    local_path,
    patiently,
    shown,
    why,
)
from fer_core.settings import settings


def fetch(entry: Entry) -> bytes:
    """Returns a picture's file.

    What may pass (an answer of 503, a broken connection) is tried again.

    Raises:
        FileError: If it cannot be read, is larger than a picture may be, or has changed since the
            manifest was written.
    """
    name = shown(entry.uri)
    limit = settings().max_upload_mb
    if entry.size > limit * 2**20:
        raise FileError(f"{name} has more than {limit} MB.")
    if is_local(entry.uri):
        return _local(entry)
    try:
        if "::" in entry.uri:
            data, etag = archives.member(entry), entry.etag
        else:
            data, etag = patiently(lambda: _remote(entry.uri))
    except FileError:
        raise
    except Exception as error:  # each provider has errors of its own
        raise FileError(f"{name} {why(error)}.") from error
    if (entry.etag and etag and etag != entry.etag) or entry.size not in (UNKNOWN, len(data)):
        raise FileError(changed(name))
    return data


def _local(entry: Entry) -> bytes:
    path = local_path(entry.uri)
    data = read_bytes(path)
    if entry.etag and etag_of(path.stat()) != entry.etag:
        raise FileError(changed(shown(entry.uri)))
    return data


def _remote(uri: str) -> tuple[bytes, str]:
    """Returns a file, and its etag where the answer carries it."""
    files, path = filesystem(uri)
    if "s3" in files.protocol:
        return _of_s3(files, path)
    return files.cat_file(path), ""


def _of_s3(files: Any, path: str) -> tuple[bytes, str]:
    from fsspec.asyn import sync

    bucket, key, _ = files.split_path(path)
    answer = files.call_s3("get_object", Bucket=bucket, Key=key, **files.req_kw)
    return sync(files.loop, answer["Body"].read), answer["ETag"].strip('"')
