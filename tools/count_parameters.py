"""Writes fer_core/models/parameters.json: run it when an architecture is added or changed.

python tools/count_parameters.py
"""

import numpy as np

from fer_core.common.files import write_json
from fer_core.models import REGISTRY
from fer_core.models.spec import COUNTS, ModelSpec


def count(spec: ModelSpec) -> dict[str, int]:
    """Returns the number of parameters under the architecture's protocol, all and trainable."""
    network = spec.build_untrained(len(spec.classes))
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    return {"parameters": network.count_params(), "trainable": trainable}


if __name__ == "__main__":
    write_json(COUNTS, {name: count(spec) for name, spec in REGISTRY.items()})
