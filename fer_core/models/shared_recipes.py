"""What several recipes share: augmentations, and the ways of R1 and R4."""

from dataclasses import replace

from fer_core.models.recipe import Augmentation, Recipe

STRONG = Augmentation(rotation=10, shift=4, zoom=(0.85, 1.2), flip=True, brightness=0.15)
"""Strong: framing, light and pose."""

SLIGHT = Augmentation(rotation=10, shift=3, zoom=(0.9, 1.15), flip=True)
"""Slight changes of framing."""

R1 = Recipe(
    epochs=60,
    batch_size=64,
    learning_rate=5e-4,
    schedule="plateau",
    patience=12,
    plateau_patience=4,
    augmentation=SLIGHT,
    note="R1 names Adam with a lowered rate, EarlyStopping, ReduceLROnPlateau and augmentation "
    "but prints no values; these are ours.",
)
"""R1's way for its own network."""

FROZEN = Recipe(
    epochs=40,
    batch_size=256,
    learning_rate=5e-4,
    schedule="plateau",
    patience=8,
    plateau_patience=3,
    augmentation=SLIGHT,
    precision="mixed_bfloat16",
    note="The head is trained on the frozen trunk's features of five views of each face, "
    "the first as it is and four augmented, computed once.",
)
"""For the head of a frozen trunk."""

FROZEN_REPORT = replace(
    FROZEN,
    views=1,
    augmentation=Augmentation(),
    note="The head is trained on the frozen trunk's features of each face as it is.",
)
"""The same without augmentation."""

R4 = Recipe(epochs=20, batch_size=64, monitor="val_loss")
"""R4's own way."""

R4_AUGMENTED = replace(
    R4,
    epochs=40,
    monitor="val_accuracy",
    schedule="plateau",
    plateau_patience=3,
    augmentation=SLIGHT,
    note="Beyond the report: augmentation, a rate that falls, more epochs; selected on PublicTest.",
)
"""R4's, carried on."""

R4_FROZEN = replace(
    R4_AUGMENTED,
    batch_size=256,
    precision="mixed_bfloat16",
    note=R4_AUGMENTED.note + " " + FROZEN.note,
)
"""R4's frozen trunks."""

R4_COSINE = replace(
    R4_AUGMENTED,
    learning_rate=3e-3,
    schedule="cosine",
    warmup_epochs=2,
    ema=0.998,
    precision="mixed_bfloat16",
    augmentation=replace(SLIGHT, shift=4),
)
"""R4's deeper networks."""

CAMERA = Augmentation(
    rotation=20,
    shift=4,
    zoom=(0.85, 1.25),
    flip=True,
    erasing=0.1,
    camera=0.15,
    covered=0.4,
    gamma=1.8,
    gain=0.12,
    low_contrast=0.2,
    blur=1.6,
    resolution=3.0,
    noise=28.0,
    jpeg=12,
)
"""What detectors and cameras do; a third of the faces are spoilt by no camera."""
