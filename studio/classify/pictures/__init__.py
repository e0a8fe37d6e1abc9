"""Sections of Classify that read pictures."""
