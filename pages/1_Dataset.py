"""Dataset: know the faces before trusting a model trained on them."""

from studio.page import begin

begin("Dataset", charts=True)  # The frame is on the screen while the rest is imported.

from studio.dataset.page import show_page
from studio.notice import notice

show_page()
notice()
