"""Sections of the Image operations page."""
