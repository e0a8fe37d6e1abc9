"""Sections of Classify that read a video."""
