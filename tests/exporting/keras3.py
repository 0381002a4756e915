"""Generated models of Keras, on the backend of PyTorch, given weights."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnnanalyze.exporting.assembly import Assembly
from cnnanalyze.exporting.keras.model import holder, write_model
from cnnanalyze.graph.network import Network
from tests.exporting.networks import Array, Tensors


def model(network: Network) -> tuple[Any, Assembly]:
    """Return the model that a network becomes."""
    text, assembly = write_model(network)
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), space)  # noqa: S102 - our own text
    return space[assembly.definitions[-1].name](), assembly


def counted(network: Network) -> tuple[int, list[tuple[int, ...]]]:
    """Return what can be trained, and the shapes of outputs."""
    made, _ = model(network)
    trained = sum(int(np.prod(w.shape)) for w in made.trainable_weights)
    return trained, [tuple(o.shape[1:]) for o in made.outputs]


def filled(network: Network, tensors: Tensors) -> Any:
    """Return the model with these weights."""
    made, assembly = model(network)
    wanted: dict[tuple[str, str], dict[int, list[Array]]] = {}
    for place in assembly.places:
        array = place.held.arranged(tensors[place.node][place.role])
        number = int(place.path.rpartition(".")[2])
        wanted.setdefault(holder(place.path), {}).setdefault(number, []).append(array)
    for (name, inner), arrays in wanted.items():
        layer = made.get_layer(name)
        for part in inner.split(".") if inner else ():
            layer = getattr(layer, part)
        layer.set_weights([np.concatenate(arrays[k]) for k in sorted(arrays)])
    held = sum(len(layer.weights) for layer in made.layers)
    assert held == sum(map(len, wanted.values()))
    return made


def outputs(made: Any, images: dict[str, Array]) -> list[Array]:
    """Return what a model makes of images, channels first."""
    given = [np.asarray(x, np.float32) for x in images.values()]
    found = made(given if len(given) > 1 else given[0], training=False)
    several = found if isinstance(found, list | tuple) else [found]
    return [np.moveaxis(o.detach().cpu().numpy(), -1, 1) for o in several]


def computed(network: Network, tensors: Tensors, images: dict[str, Array]) -> list[Array]:
    """Return what the model makes of images with these weights, channels first."""
    return outputs(filled(network, tensors), images)
