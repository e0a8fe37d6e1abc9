"""What every part of the library leans on, and which leans on none of them."""
