"""The review of chosen models as one file that needs no network."""
