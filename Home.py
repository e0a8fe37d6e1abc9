"""Home: what this is, how well it works, what to do next."""

from studio.page import begin

begin("Home", heading="FER Studio")  # The frame is on the screen while the rest is imported.

from studio.home.page import show_page
from studio.notice import notice

show_page()
notice()
