"""What the tensors of recurrent layers are called, and how frameworks lay them out.

PyTorch, Keras and ONNX hold the same numbers: for every layer and direction one kernel for what is
read, one for the state, and biases, with the gates one behind another. They have other names, other
orders of axes and other orders of gates. The names say which of them a file follows, so which axis
is which; the order of the gates no extent shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from cnnanalyze.exchange.weights.tensors import StoredTensor

Shape = tuple[int, ...]
KERNEL, STATE_KERNEL, BIAS, STATE_BIAS = "kernel", "recurrent kernel", "bias", "recurrent bias"
"""Roles, as the layers of ours have them."""
_PYTORCH = re.compile(
    r"(?:(?P<module>.*)\.)?(?P<kind>weight|bias)_(?P<side>ih|hh)"
    r"(?:_l(?P<layer>\d{1,4}))?(?P<backward>_reverse)?"
)
_PYTORCH_ROLES = {
    ("weight", "ih"): KERNEL,
    ("weight", "hh"): STATE_KERNEL,
    ("bias", "ih"): BIAS,
    ("bias", "hh"): STATE_BIAS,
}
_KERAS = frozenset({"kernel", "recurrent_kernel", "bias"})
_ONNX = frozenset({"W", "R", "B"})
_WAY = re.compile(r"(?:(?P<outer>.*)/)?(?P<way>forward|backward)_(?P<name>[^/]+)")
_CELL = re.compile(r"(?P<layer>.+)/(?:\w*_)?cell")
_ORDERS = {
    ("PyTorch", 4): "input, forget, news, output",
    ("Keras", 4): "input, forget, news, output",
    ("ONNX", 4): "input, output, forget, news",
    ("PyTorch", 3): "reset, update, news",
    ("Keras", 3): "update, reset, news",
    ("ONNX", 3): "update, reset, news",
}
"""By who writes it and how many gates there are: in which order they stand."""


@dataclass(frozen=True, slots=True)
class RecurrentTensor:
    """A tensor of a recurrent layer, or a part of one, that has a role of its own."""

    module: str
    role: str
    """Its role in a layer of ours, the direction included."""
    shape: Shape
    """Its extents in our order: what is read, then the sums of all gates."""
    tensor: StoredTensor
    layout: str
    """Whose names and order it has."""


def recurrent_tensors(tensors: Iterable[StoredTensor]) -> Iterator[RecurrentTensor]:
    """Yield the tensors that names show to be those of recurrent layers.

    Examples
    --------
    >>> tensors = (StoredTensor("rnn.weight_ih_l1_reverse", (80, 10)),)
    >>> [found] = recurrent_tensors(tensors)
    >>> found.module, found.role, found.shape
    ('rnn (layer 2)', 'backward kernel', (10, 80))
    """
    by_base: dict[str, dict[str, StoredTensor]] = {}
    for tensor in tensors:
        if said := _PYTORCH.fullmatch(tensor.name):
            yield _of_pytorch(said, tensor)
        elif word := _last_word(tensor.name):
            by_base.setdefault(word[0], {})[word[1]] = tensor
    for base, words in by_base.items():
        if "recurrent_kernel" in words:
            yield from _of_keras(base, {w: t for w, t in words.items() if w in _KERAS})
        elif {"W", "R"} <= words.keys():
            yield from _of_onnx(base, {w: t for w, t in words.items() if w in _ONNX})


def _last_word(name: str) -> tuple[str, str] | None:
    """Return the name without the word of Keras or ONNX that it ends with, and that word."""
    plain = name.removesuffix(":0")
    for word in ("recurrent_kernel", *_KERAS, *_ONNX):
        base = plain.removesuffix(word)
        if base != plain and (not base or base[-1] in "./_"):
            return base[:-1], word
    return None


def _of_pytorch(said: re.Match[str], tensor: StoredTensor) -> RecurrentTensor:
    way = "backward " if said["backward"] else ""
    role = f"{way}{_PYTORCH_ROLES[said['kind'], said['side']]}"
    module = part_name(said["module"] or "the recurrent layer", int(said["layer"] or 0))
    return RecurrentTensor(module, role, tensor.shape[::-1], tensor, "PyTorch")


def part_name(layer: str, number: int) -> str:
    """Return what one of several layers on one another is called, counted from zero."""
    return f"{layer} (layer {number + 1})" if number else layer


def _of_keras(base: str, words: dict[str, StoredTensor]) -> Iterator[RecurrentTensor]:
    cell = _CELL.fullmatch(base)
    module, way = cell["layer"] if cell else base, ""
    if twin := _WAY.fullmatch(module):
        module = twin["outer"] or twin["name"]
        way = "backward " if twin["way"] == "backward" else ""
    for word, tensor in words.items():
        role = f"{way}{word.replace('_', ' ')}"
        if word == "bias" and len(tensor.shape) > 1 and tensor.shape[0] == len((BIAS, STATE_BIAS)):
            for kind in (BIAS, STATE_BIAS):
                shape = tensor.shape[1:]
                yield RecurrentTensor(module, f"{way}{kind}", shape, tensor, "Keras")
        else:
            yield RecurrentTensor(module, role, tensor.shape, tensor, "Keras")


def _of_onnx(base: str, words: dict[str, StoredTensor]) -> Iterator[RecurrentTensor]:
    module = base or "the recurrent layer"
    for word, tensor in words.items():
        directions, *rest = tensor.shape or (1,)
        for way in ("", "backward ")[:directions]:
            if word == "B":
                half = (rest[-1] // 2,) if rest else ()
                for kind in (BIAS, STATE_BIAS):
                    yield RecurrentTensor(module, f"{way}{kind}", half, tensor, "ONNX")
            else:
                role = KERNEL if word == "W" else STATE_KERNEL
                yield RecurrentTensor(module, f"{way}{role}", (*rest[::-1],), tensor, "ONNX")


def order_of_gates(layout: str, gates: int) -> str | None:
    """Return in which order somebody lays out gates.

    Examples
    --------
    >>> order_of_gates("Keras", 3)
    'update, reset, news'
    """
    return _ORDERS.get((layout, gates))


def gates_of(shapes: Mapping[str, Shape]) -> tuple[int, int] | None:
    """Return how many gates there are, and the units of each, as the kernel of the state shows.

    Examples
    --------
    >>> gates_of({STATE_KERNEL: (20, 80)})
    (4, 20)
    """
    match shapes.get(STATE_KERNEL):
        case (units, sums) if units and sums % units == 0:
            return sums // units, units
        case _:
            return None
