"""What to doubt of a dataset: copies, labels, pictures that show no face."""
