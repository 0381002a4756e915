"""Weights of a model of PyTorch, as the executor holds those of the same network.

The layers of a model are found in the order in which they run. Among layers of one form, that is
with tensors of the same shapes, this is the order of the network's own; so branches that run in
another order are no matter as long as they differ.
"""

from __future__ import annotations

from collections import defaultdict, deque
from typing import Any

import numpy as np

from cnnanalyze.execute.run import RunStep
from cnnanalyze.graph.network import Network

Array = np.ndarray[Any, Any]
Tensors = dict[str, Array]

NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving mean": "running_mean",
    "moving variance": "running_var",
}
EPSILON = {True: 1e-5, False: 1e-6}
"""What our normalisations add to a variance by default, with statistics and without."""


def prepare(torch: Any, model: Any) -> Any:
    """Return a model in double precision with statistics as after training, and our epsilons."""
    torch.manual_seed(7)
    for module in model.modules():
        if hasattr(module, "eps") and hasattr(module, "weight"):
            module.eps = EPSILON[hasattr(module, "running_var")]
            torch.nn.init.uniform_(module.weight, 0.5, 1.5)
            torch.nn.init.normal_(module.bias, std=0.1)
        if getattr(module, "running_var", None) is not None:
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
        if hasattr(module, "relative_position_bias_table"):
            torch.nn.init.normal_(module.relative_position_bias_table)
    return model.double().eval()


def _numpy(tensor: Any) -> Array:
    found: Array = np.ascontiguousarray(tensor.detach().numpy())
    return found


def _tensors(module: Any) -> Tensors:
    """Return the tensors of one layer by their roles, in the executor's order of axes."""
    if hasattr(module, "rel_pos"):  # attention of timm, whose heads hold query, key and value each
        heads, size = module.num_heads, module.dim_head
        split = module.qkv.weight[..., 0, 0].reshape(heads, 3, size, -1)
        biases = module.qkv.bias.reshape(heads, 3, size)
        found = {}
        for i, role in enumerate(("query", "key", "value")):
            found[f"{role} kernel"] = _numpy(split[:, i].reshape(heads * size, -1).T)
            found[f"{role} bias"] = _numpy(biases[:, i].reshape(-1))
        found["relative positions"] = _numpy(module.rel_pos.relative_position_bias_table)
        found["output kernel"] = _numpy(module.proj.weight[..., 0, 0].T)
        return found | {"output bias": _numpy(module.proj.bias)}
    if hasattr(module, "eps"):
        held = {role: getattr(module, name, None) for role, name in NORM.items()}
        return {role: _numpy(tensor) for role, tensor in held.items() if tensor is not None}
    kernel = module.weight.movedim((0, 1), (-1, -2))
    if getattr(module, "groups", 1) > 1 and module.groups == module.in_channels:
        kernel = kernel.movedim(-1, -2)  # depthwise: channels before the multiplier
    found = {"kernel": _numpy(kernel)}
    return found if module.bias is None else found | {"bias": _numpy(module.bias)}


def _is_layer(module: Any) -> bool:
    own = next(module.parameters(recurse=False), None)
    return own is not None or hasattr(module, "rel_pos")


def _form(shapes: dict[str, tuple[int, ...]]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """Return what layers of one form have in common; a kernel of 1x1 is a matrix."""

    def shortened(shape: tuple[int, ...]) -> tuple[int, ...]:
        while len(shape) > 2 and shape[0] == 1:  # a matrix is left
            shape = shape[1:]
        return shape

    return tuple((role, shortened(shape)) for role, shape in shapes.items())


def steps(network: Network, model: Any, image: Any) -> list[RunStep]:
    """Return what the executor runs: the network with the weights of a model.

    Every layer of the model must be one of the network, and the other way round.
    """
    found: dict[Any, deque[Tensors]] = defaultdict(deque)
    parts = [m for m in model.modules() if hasattr(m, "rel_pos")]
    inside = {id(m) for part in parts for m in part.modules() if m is not part}

    def note(module: Any, *_: Any) -> None:
        tensors = _tensors(module)
        found[_form({role: t.shape for role, t in tensors.items()})].append(tensors)

    hooks = [
        module.register_forward_hook(note)
        for module in model.modules()
        if _is_layer(module) and id(module) not in inside
    ]
    model(image)
    for hook in hooks:
        hook.remove()
    laid = []
    for node in network:
        weights = None
        shapes = {p.role: p.shape for p in node.layer.params(*node.input_shapes)}
        if shapes and node.share is None:
            given = found[_form(shapes)].popleft()
            weights = {role: given[role].reshape(shape) for role, shape in shapes.items()}
        laid.append(RunStep(node.id, node.kind, node.attributes, node.inputs, node.share, weights))
    assert not any(found.values()), "layers of the model that the network does not have"
    return laid
