"""Placing faces on a plane by what a saved model sees in them."""

import numpy as np

from fer_core.dataset.faces import FaceDataset
from fer_core.dataset.statistics import FaceMap
from fer_core.models import find
from fer_core.savedmodels import open_model
from fer_core.savedmodels.network import load_features

PERPLEXITY = 40.0


def feature_map(dataset: FaceDataset, name: str) -> FaceMap:
    """Returns PublicTest and PrivateTest laid out by t-SNE of a model's last hidden layer.

    Training is left out: there the features tell what the model was taught, not what it sees.
    The features are first reduced to 50 principal components, as van der Maaten & Hinton (2008)
    recommend. Imports TensorFlow; takes minutes.

    Args:
        dataset: FER2013.
        name: A saved model that ends in its classifying layer.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    rows = np.flatnonzero(dataset.usage > 0).astype(np.int32)
    features = load_features(open_model(name)).predict(
        dataset.images[rows][..., None].astype(np.float32), batch_size=256, verbose=0
    )
    reduced = PCA(min(50, features.shape[1]), random_state=0).fit_transform(features)
    points = TSNE(perplexity=PERPLEXITY, init="pca", random_state=0).fit_transform(reduced)
    method = f"t-SNE of the last hidden layer of {find(name).title}, on PublicTest and PrivateTest"
    return FaceMap(points.astype(np.float32), rows, dataset.labels[rows], method)
