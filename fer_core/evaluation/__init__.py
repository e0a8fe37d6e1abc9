"""Judging models: predictions to metrics, intervals, significance, calibration and cost."""
