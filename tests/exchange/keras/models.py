"""Models of Keras for tests, as its configurations have them, in both versions."""

from __future__ import annotations

from typing import Any

from cnnanalyze.exchange.keras.network import network
from cnnanalyze.language.spec import Spec, spec_of


def layer(kind: str, name: str, *reads: Any, **config: Any) -> dict[str, Any]:
    """Return a layer of Keras 3; each thing that it reads is a call of its own."""
    return {
        "module": "keras.layers",
        "class_name": kind,
        "name": name,
        "config": {"name": name, **config},
        "inbound_nodes": [{"args": [_tensors(one)], "kwargs": {}} for one in reads],
    }


def tensor(name: str, shape: Any = None, call: int = 0) -> dict[str, Any]:
    """Return a tensor that a layer gives."""
    history = {"keras_history": [name, call, 0], "dtype": "float32"}
    return {
        "class_name": "__keras_tensor__",
        "config": history | ({} if shape is None else {"shape": [None, *shape]}),
    }


def _tensors(one: Any) -> Any:
    if isinstance(one, str):
        return tensor(one)
    return [_tensors(each) for each in one] if isinstance(one, list) else one


def start(name: str = "x", *shape: Any) -> dict[str, Any]:
    """Return an input."""
    return layer("InputLayer", name, batch_shape=[None, *(shape or (13, 11, 3))])


def model(*layers: dict[str, Any], out: Any = None, name: str = "net") -> dict[str, Any]:
    """Return a model whose last layer gives the output."""
    ends = [out] if isinstance(out, str) else out or [layers[-1]["name"]]
    inputs = [one["name"] for one in layers if one["class_name"] == "InputLayer"]
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "name": name,
        "config": {
            "name": name,
            "layers": list(layers),
            "input_layers": [[one, 0, 0] for one in inputs],
            "output_layers": [[one, 0, 0] if isinstance(one, str) else one for one in ends],
        },
    }


def row(*layers: dict[str, Any], shape: Any = (13, 11, 3)) -> dict[str, Any]:
    """Return a model in which each layer reads the one before."""
    first = layer("InputLayer", "x", batch_shape=[None, *shape])
    plain = [{**one, "inbound_nodes": []} for one in (first, *layers)]
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "net", "layers": plain},
    }


def read(given: dict[str, Any], **options: Any) -> Spec:
    """Return the network of a model."""
    return spec_of(network(given, **options))


def shown(given: dict[str, Any], **options: Any) -> list[str]:
    """Return the layers of a model's network, each as a line."""
    return [
        f"{node.id} {node.kind} {' '.join(node.inputs)} {node.output}"
        for node in read(given, **options)
    ]
