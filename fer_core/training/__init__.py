"""Training: recipes, augmentation, the loop that can be killed and resumed, and what it saves."""
