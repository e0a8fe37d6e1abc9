"""Sections of Classify that read a webcam."""
