"""Style transfer: a face and a painting become one picture, and the model reads it again."""

from studio.page import begin

begin("Style transfer")  # The frame is on the screen while the rest is imported.

from studio.notice import notice
from studio.style.page import show_page

show_page()
notice()
