"""Model comparison: which saved model to take, and how sure one may be of it."""

from studio.page import begin

begin("Model comparison", charts=True)  # The frame is on the screen while the rest is imported.

from studio.comparison.page import show_page
from studio.notice import notice

show_page()
notice()
