"""Sections of the Classify page."""
