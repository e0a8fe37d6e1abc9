"""Sections of the Style transfer page."""
