import pytest

from fer_core.errors import VideoError
from fer_core.inference.camera import camera_frames


def test_camera_that_is_not_there_gets_one_sentence_and_no_warnings_of_opencv(capfd):
    with pytest.raises(VideoError, match="Camera 99 cannot be opened"):
        next(camera_frames(99))
    assert capfd.readouterr().err == ""
