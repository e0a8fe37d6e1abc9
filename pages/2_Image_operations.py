"""Image operations: a pipeline to try, the same in three libraries, Haar cascades."""

from studio.page import begin

begin("Image operations")  # The frame is on the screen while the rest is imported.

from studio.imageops.page import show_page

show_page()
