"""Paints the pictures that ship in `fer_core/assets/paintings`, stroke by stroke."""
