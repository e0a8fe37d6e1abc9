"""S3 on 127.0.0.1: moto's server, which is not AWS, with answers of 503 where they are wanted."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import boto3
import pytest
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

BUSY = (
    b'<?xml version="1.0"?><Error><Code>SlowDown</Code>'
    b"<Message>Please reduce your request rate.</Message></Error>"
)


class BucketServer:
    """Has one bucket, `photos`.

    Attributes:
        url: Its address.
        client: Of boto3.
        busy: How often the next requests that get an object are answered with 503.
        asked: Method and path of each request.
    """

    def __init__(self) -> None:
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.busy = 0
        self.asked: list[tuple[str, str]] = []
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.client = boto3.client("s3", endpoint_url=self.url)
        self.client.create_bucket(Bucket="photos")

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket="photos", Key=key, Body=data)

    def close(self) -> None:
        self._server.shutdown()

    def _answer(self, environ, start_response):
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.asked.append((method, path))
        if self.busy and method == "GET" and path.count("/") > 1:
            self.busy -= 1
            start_response("503 Slow Down", [("Content-Type", "application/xml")])
            return [BUSY]
        return self._moto(environ, start_response)


@contextmanager
def serving() -> Iterator[BucketServer]:
    """Runs the server, and has whoever asks for S3 meanwhile ask it."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
        }.items():
            patch.setenv(name, value)
        server = BucketServer()
        patch.setitem(os.environ, "AWS_ENDPOINT_URL", server.url)
        yield server
        server.close()
