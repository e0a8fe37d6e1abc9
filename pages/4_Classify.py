"""Classify: read the faces of pictures, of the webcam, of a video, of many pictures at once."""

from studio.page import begin

begin("Classify")  # The frame is on the screen while the rest is imported.

from studio.classify.page import show_page
from studio.notice import notice

show_page()
notice()
