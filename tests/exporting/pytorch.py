"""Generated PyTorch modules, imported and given weights."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from cnnanalyze.exporting.assembly import Assembly
from cnnanalyze.exporting.torch.module import write_module
from cnnanalyze.graph.network import Network
from tests.exporting.networks import Array, Tensors

torch: Any = pytest.importorskip("torch", reason="generated modules: torch is not installed")

torch.set_num_threads(1)


def module_class(network: Network) -> tuple[type[Any], Assembly]:
    """Return the class that a network becomes."""
    text, assembly = write_module(network)
    space: dict[str, Any] = {"__name__": "generated"}
    exec(compile(text, "generated.py", "exec"), space)  # noqa: S102 - our own text
    return space[assembly.definitions[-1].name], assembly


def counted(network: Network) -> tuple[int, int, list[tuple[int, ...]]]:
    """Return parameters, multiply-accumulates and shapes, channels first, of PyTorch."""
    from torch.utils.flop_counter import FlopCounterMode

    cls, _ = module_class(network)
    with torch.device("meta"):
        module = cls().eval()
        inputs = [torch.empty(1, i.shape.channels, *i.shape.size) for i in network.inputs.values()]
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        made = module(*inputs)
    outputs = made if isinstance(made, tuple) else (made,)
    parameters = sum(p.numel() for p in module.parameters())
    return parameters, counter.get_total_flops() // 2, [tuple(o.shape[1:]) for o in outputs]


def computed(network: Network, tensors: Tensors, images: dict[str, Array]) -> list[Array]:
    """Return what the module makes of images with these weights."""
    cls, assembly = module_class(network)
    torch.set_default_dtype(torch.float64)
    try:
        module = cls().eval()
    finally:
        torch.set_default_dtype(torch.float32)
    state = {
        place.path: torch.tensor(np.ascontiguousarray(place.held.arranged(held[place.role])))
        for place in assembly.places
        if (held := tensors.get(place.node)) is not None
    }
    found = module.load_state_dict(state, strict=False)
    assert not found.unexpected_keys
    counters = [key for key in found.missing_keys if key.endswith("num_batches_tracked")]
    shared = _shared(module, state)
    assert {*found.missing_keys} <= {*counters, *shared}, found.missing_keys
    with torch.no_grad():
        made = module(*(torch.tensor(np.moveaxis(x, -1, 1)) for x in images.values()))
    outputs = made if isinstance(made, tuple) else (made,)
    return [o.numpy() for o in outputs]


def _shared(module: Any, state: dict[str, Any]) -> set[str]:
    """Return the other names of tensors that are loaded."""
    named = dict(module.named_parameters(remove_duplicate=False))
    loaded = {id(named[name]) for name in state if name in named}
    return {name for name, parameter in named.items() if id(parameter) in loaded}
