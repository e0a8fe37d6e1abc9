"""Every architecture: one module each, which holds all that is known of it before training.

A module has `SPEC` and `build(classes)`, and imports Keras only when it builds.
"""
