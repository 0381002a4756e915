"""Tensors that belong together, in a spec and in a file of weights.

What a layer holds is held by one module of a framework, or by several; tensors of one module
(``conv1.weight`` and ``conv1.bias``) belong together by their names.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from cnnanalyze.comparison.conformance.recurrent_tensors import (
    KERNEL,
    RecurrentTensor,
    gates_of,
    order_of_gates,
    part_name,
    recurrent_tensors,
)
from cnnanalyze.core.cost import Param
from cnnanalyze.exchange.weights.tensors import StoredTensor, StoredTensors
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait

Shape = tuple[int, ...]
Key = tuple[tuple[str, Shape], ...]
_SUFFIX = re.compile(
    r"(?P<module>.*?)(?:[./_](?P<role>weight|kernel|gamma|scale|bias|beta"
    r"|(?:running|moving)_(?:mean|var|variance)))(?::0)?"
)
_ROLES = {
    "bias": "bias",
    "beta": "bias",
    "running_mean": "mean",
    "moving_mean": "mean",
    "running_var": "variance",
    "moving_variance": "variance",
    "moving_var": "variance",
    "moving mean": "mean",
    "moving variance": "variance",
}
"""What tensors of one kind are called; all others are weights."""


@dataclass(frozen=True, slots=True)
class TensorGroup:
    """Tensors that belong together, on either side."""

    name: str
    """The layer, and which part of it if it has several; or the module of the file."""
    shapes: Mapping[str, Shape]
    """By role the extents; of a layer in our order: those of the window, inputs, outputs."""

    @property
    def weight(self) -> Shape | None:
        """The extents of the weight; of a recurrent layer, of that for what it reads."""
        return self.shapes.get("weight", self.shapes.get(KERNEL))

    @property
    def is_recurrent(self) -> bool:
        """Whether these are kernels of gates."""
        return KERNEL in self.shapes

    @property
    def gates(self) -> tuple[int, int] | None:
        """How many gates there are, and the units of each, if it shows."""
        return gates_of(self.shapes)

    @property
    def key(self) -> Key:
        """What is equal for what may be matched: the extents in any order."""
        return _key(self.shapes)

    @property
    def key_of_weight(self) -> Key:
        """The same of the weight alone; nothing if that is one row of numbers."""
        weight = self.weight or ()
        return _key({"weight": weight}) if len(plain(weight)) > 1 else ()


@dataclass(frozen=True, slots=True)
class Part(TensorGroup):
    """Tensors of a layer that frameworks hold in one module."""

    node: Node


@dataclass(frozen=True, slots=True)
class Module(TensorGroup):
    """Tensors of a file that belong together."""

    tensors: Mapping[str, StoredTensor]
    """By role what the file holds."""
    layout: str = ""
    """Of a recurrent layer, whose names and order of axes it has."""

    @property
    def order_of_gates(self) -> str | None:
        """In which order the gates stand, by the names."""
        return order_of_gates(self.layout, self.gates[0]) if self.gates else None


def _key(shapes: Mapping[str, Shape]) -> Key:
    return tuple(sorted((role, tuple(sorted(plain(s)))) for role, s in shapes.items()))


def plain(shape: Shape) -> Shape:
    """Return the extents that say something."""
    return tuple(n for n in shape if n != 1)


def parts_of(spec: Network, *, fused: bool, joined: bool) -> list[Part]:
    """Return what the layers hold, module by module; shared tensors once.

    Parameters
    ----------
    spec
        The network.
    fused
        Whether queries, keys and values of an attention come from one matrix.
    joined
        Whether the filters of a depthwise convolution stand along one axis, as in PyTorch.
    """
    found: list[Part] = []
    for node in spec:
        if node.share is not None:
            continue
        if Trait.RECURRENT in node.layer.traits:
            found += _recurrent_parts(node)
            continue
        shapes: dict[str, dict[str, Shape]] = defaultdict(dict)
        for param in node.layer.params(*node.input_shapes):
            if param.trainable or param.role in _ROLES:
                part, role = _role(param)
                shapes[part][role] = param.shape
        if joined and Trait.DEPTHWISE in node.layer.traits:
            *window, channels, multiplier = shapes[""]["weight"]
            shapes[""]["weight"] = (*window, 1, channels * multiplier)
        three = [shapes.get(name, {}) for name in ("query", "key", "value")]
        if fused and all(three):
            one = {
                role: (*shape[:-1], sum(other[role][-1] for other in three))
                for role, shape in three[0].items()
                if all(role in other for other in three)
            }
            others = {p: s for p, s in shapes.items() if p not in {"query", "key", "value"}}
            shapes = defaultdict(dict, {"query, key and value": one, **others})
        for part, roles in shapes.items():
            name = f"{node.id} ({part})" if len(shapes) > 1 else str(node.id)
            found.append(Part(name, roles, node))
    return found


_OF_LAYER = re.compile(r"(?P<role>.+?)(?: of layer (?P<number>\d+))?")


def _recurrent_parts(node: Node) -> list[Part]:
    """Return what a recurrent layer holds: one part for each of the layers on one another."""
    shapes: dict[str, dict[str, Shape]] = defaultdict(dict)
    for param in node.layer.params(*node.input_shapes):
        said = _OF_LAYER.fullmatch(param.role)
        assert said is not None
        number = int(said["number"] or 1) - 1
        shapes[part_name(str(node.id), number)][said["role"]] = param.shape
    return [Part(name, roles, node) for name, roles in shapes.items()]


def _role(param: Param) -> tuple[str, str]:
    """Return the part of a layer that a tensor belongs to, and its role there."""
    if param.role in _ROLES:
        return "", _ROLES[param.role]
    part, _, word = param.role.rpartition(" ")
    if word in {"kernel", "bias"} and part:
        return part, _ROLES.get(word, "weight")
    return ("", "weight") if word in {"kernel", "gamma", "slope"} else (param.role, "weight")


def modules_of(stored: StoredTensors) -> list[Module]:
    """Return the tensors of a file, module by module; in the order in which people count."""
    found: dict[str, dict[str, StoredTensor]] = defaultdict(dict)
    learned = [tensor for tensor in stored.tensors if tensor.is_learned]
    shapes: dict[str, dict[str, Shape]] = defaultdict(dict)
    recurrent: dict[StoredTensor, list[RecurrentTensor]] = {}
    for one in recurrent_tensors(learned):
        recurrent.setdefault(one.tensor, []).append(one)
    layouts: dict[str, str] = {}
    for tensor in learned:
        if tensor in recurrent:
            for one in recurrent[tensor]:
                found[one.module][one.role] = tensor
                shapes[one.module][one.role] = one.shape
                layouts[one.module] = one.layout
            continue
        said = _SUFFIX.fullmatch(tensor.name)
        module, role = (said["module"], said["role"]) if said else (tensor.name, "weight")
        role = _ROLES.get(role, "weight")
        if role in found[module]:
            module, role = tensor.name, "weight"
        found[module][role] = tensor
        shapes[module][role] = tensor.shape
    names = [name for name in found if found[name]]
    if names == sorted(names):  # as safetensors writes them: nobody's order
        names.sort(key=_natural)
    return [Module(name, shapes[name], found[name], layouts.get(name, "")) for name in names]


def _natural(name: str) -> list[tuple[int, int, str]]:
    """Return by what names are sorted so that 10 comes behind 9."""
    return [
        (0, int(word), "") if word.isdecimal() else (1, 0, word)
        for word in re.findall(r"\d{1,9}|\D+", name)
    ]
