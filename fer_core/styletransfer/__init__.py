"""Neural style transfer: a photo painted in the manner of a painting."""
