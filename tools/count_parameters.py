"""Writes what is counted in each network's code: run it when an architecture is added or changed.

`fer_core/models/parameters.json` holds the parameters, `layers.json` the stages that a model's card
draws.

    python tools/count_parameters.py
"""

from typing import Any

import numpy as np

from fer_core.common.files import write_json
from fer_core.images import FACE_SIZE
from fer_core.models import REGISTRY
from fer_core.models.spec import COUNTS, LAYERS

_WORDS = {
    "Conv2D": "convolution",
    "SeparableConv2D": "separable convolution",
    "DepthwiseConv2D": "depthwise convolution",
    "Dense": "dense layer",
}


def count(network: Any) -> dict[str, int]:
    """Returns the number of parameters, all and trainable."""
    return {"parameters": network.count_params(), "trainable": _trainable(network)}


def stages(network: Any) -> list[dict[str, Any]]:
    """Returns the network from its input on, convolutions in a row with maps of one size together.

    Each stage has its `layers` (how many of each kind), the `side` of its maps (0 of a dense
    layer), their number, and its `parameters`, those of its normalisations included.
    """
    found = [_stage(FACE_SIZE, 1)]
    for layer in network.layers:
        if not layer.weights:
            continue
        shape = layer.output.shape
        side = int(shape[1]) if len(shape) == 4 else 0
        kind = _WORDS.get(type(layer).__name__)
        if kind:
            is_first = len(found) == 1
            if is_first or side == 0 or side != found[-1]["side"]:
                found.append(_stage(side, 0))
            name = f"{kind} {_kernel(layer)}".strip()
            layers = found[-1]["layers"]
            layers[name] = layers.get(name, 0) + 1
            found[-1]["maps"] = int(shape[-1])
        found[-1]["parameters"] += layer.count_params()
        found[-1]["trainable"] += _trainable(layer)
    return found


def _stage(side: int, maps: int) -> dict[str, Any]:
    return {"layers": {}, "side": side, "maps": maps, "parameters": 0, "trainable": 0}


def _kernel(layer: Any) -> str:
    return " × ".join(map(str, getattr(layer, "kernel_size", ())))


def _trainable(layer: Any) -> int:
    return sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights)


if __name__ == "__main__":
    built = {name: spec.build_untrained(len(spec.classes)) for name, spec in REGISTRY.items()}
    write_json(COUNTS, {name: count(network) for name, network in built.items()})
    write_json(LAYERS, {name: stages(network) for name, network in built.items()})
