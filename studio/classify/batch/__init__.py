"""Sections of Classify that read many pictures at once."""
