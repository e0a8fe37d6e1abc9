"""Neural style transfer: a photo painted in the style of a painting."""
