"""One layer before a witness: what we make of it, what the witness makes of it, where they differ.

A witness is a function per layer kind. It gets the layer's attributes, defaults filled in, and a
batch of inputs, channels last; it returns the output, channels last. It raises an error of its
framework where that refuses the layer, and :class:`Silent` where the framework has no such layer or
no such attribute, so that nothing follows. Tensors are asked for by role and shape: it is the
witness that says how large a tensor is, and ours must be as large.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from pydantic import ValidationError

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import ExecutionError, ShapeError
from cnnanalyze.execute.kernels import INIT, RUN, Tally
from cnnanalyze.layers.base import KINDS
from tests.strategies.case import Case

Array = np.ndarray[Any, Any]
TOLERANCE = 2e-4
IMAGES = 2


class Silent(Exception):  # noqa: N818 - no error: there is nothing to hear
    """The framework has no such layer, or cannot be asked."""


class SizeOnly(NamedTuple):
    """An output of which only the size is told."""

    array: Array


@dataclass
class Question:
    """What a witness may know of a layer."""

    inputs: list[Array]
    attributes: Mapping[str, Any]
    tensors: Mapping[str, Array]
    """Ours; none where we refuse the layer."""
    asked: dict[str, tuple[int, ...]] = field(default_factory=dict)

    def __getitem__(self, attribute: str) -> Any:
        return self.attributes[attribute]

    @property
    def x(self) -> Array:
        """The only input, or the first."""
        return self.inputs[0]

    @property
    def rank(self) -> int:
        """The number of spatial axes."""
        return self.x.ndim - 2

    @property
    def channels(self) -> int:
        """The channels of the first input."""
        return int(self.x.shape[-1])

    @property
    def axis(self) -> int:
        """The axis that is meant; the batch is 0."""
        words = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
        named = [*words.get(self.rank, ()), "channels"]
        known = {name: number for number, name in enumerate(named, 1)}
        axis: int = known.get(self["axis"], self["axis"])
        if axis not in known.values():
            raise ValueError("no such axis")
        return axis

    def each(self, attribute: str) -> tuple[int, ...]:
        """Return one number per axis."""
        value = self.attributes[attribute]
        return (value,) * self.rank if isinstance(value, int) else tuple(value)

    def sides(self, attribute: str = "padding") -> list[tuple[int, int]]:
        """Return the numbers before and after every axis; a word is none."""
        value = self.attributes[attribute]
        if isinstance(value, str):
            if value == "valid":
                return [(0, 0)] * self.rank
            raise Silent(f"{attribute} is a word")
        if isinstance(value, int):
            return [(value, value)] * self.rank
        return [(v, v) if isinstance(v, int) else (v[0], v[1]) for v in value]

    @property
    def is_paired(self) -> bool:
        """Whether some border is named on its own."""
        value = self.attributes["padding"]
        return not isinstance(value, str | int) and any(isinstance(v, Sequence) for v in value)

    def tensor(self, role: str, *shape: int) -> Array:
        """Return a tensor of ours, which must have the shape that the witness needs."""
        self.asked[role] = shape
        if role not in self.tensors:
            return np.zeros(shape, np.float32)
        assert self.tensors[role].shape == shape, (role, self.tensors[role].shape, shape)
        return self.tensors[role]


Witness = Callable[[Question], "Array | SizeOnly"]


class Verdict(NamedTuple):
    """What became of one case: did the witness speak, and did it refuse?"""

    spoke: bool
    refused: bool = False


def confront(case: Case, witness: Witness, refusals: tuple[type[Exception], ...]) -> Verdict:
    """Assert that a witness and we make the same of a layer.

    Parameters
    ----------
    case
        The layer, which may be one that nobody accepts.
    witness
        What the framework makes of it.
    refusals
        The errors with which the framework refuses.
    """
    cls = KINDS.get(case.kind)
    assert cls is not None
    generator = np.random.default_rng(7)
    inputs = [
        generator.standard_normal((IMAGES, *x.extents)).astype(np.float32) for x in case.inputs
    ]
    defaults = {
        name: info.default for name, info in cls.model_fields.items() if not info.is_required()
    }
    tensors: dict[str, Array] = {}
    output: Shape | None = None
    refused = ""
    try:
        layer = cls(**frozen(case.attributes))
        output = layer.shape(*case.inputs)
        tensors = _made(case, inputs, generator)
        assert {p.role: p.shape for p in layer.params(*case.inputs)} == {
            role: tensor.shape for role, tensor in tensors.items()
        }
    except (ValidationError, ShapeError) as error:
        refused = str(error)
    question = Question(inputs, {**defaults, **case.attributes}, tensors)
    why = "nothing is left"
    try:
        told = witness(question)
    except Silent:
        return Verdict(spoke=False)
    except refusals as error:
        told, why = np.empty(0), str(error)
    theirs = told.array if isinstance(told, SizeOnly) else told
    if theirs.size == 0:  # an empty output is none
        assert output is None, f"we make {output}, the witness refuses: {why}"
        return Verdict(spoke=True, refused=True)
    assert output is not None, f"the witness makes {theirs.shape[1:]}, we refuse: {refused}"
    assert theirs.shape[1:] == output.extents
    assert question.asked.keys() == tensors.keys()
    ours = _run(case, inputs, tensors)
    assert ours.shape == theirs.shape
    if not isinstance(told, SizeOnly):
        np.testing.assert_allclose(ours, theirs, rtol=TOLERANCE, atol=TOLERANCE)
    return Verdict(spoke=True)


def frozen(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return attributes as a spec hands them over: lists are tuples."""
    return {name: _tuple(value) for name, value in attributes.items()}


def _tuple(value: Any) -> Any:
    return tuple(map(_tuple, value)) if isinstance(value, list | tuple) else value


def _made(case: Case, inputs: list[Array], generator: np.random.Generator) -> dict[str, Array]:
    """Return tensors of both signs; variances are positive."""

    def draw(shape: Sequence[int], fan: int = 1) -> Array:
        return generator.standard_normal(tuple(shape)).astype(np.float32) / np.float32(fan**0.5)

    make = INIT.get(case.kind)
    if make is None:
        return {}
    tensors = make(draw, [x.shape for x in inputs], **frozen(case.attributes))
    return {
        role: np.abs(t) + np.float32(0.1) if role == "moving variance" else t
        for role, t in tensors.items()
    }


def _run(case: Case, inputs: list[Array], tensors: dict[str, Array]) -> Array:
    copies = [x.copy() for x in inputs]
    try:
        with np.errstate(all="ignore"):
            return RUN[case.kind](Tally(), copies, tensors, **frozen(case.attributes))
    except ExecutionError as error:
        raise AssertionError(f"the rules take it, the kernel refuses: {error.message}") from None


def outer(value: Sequence[tuple[int, int]]) -> Iterator[int]:
    """Yield borders as PyTorch wants them: from the last axis on."""
    for before, after in reversed(value):
        yield before
        yield after


def reduced(q: Question) -> tuple[int, ...]:
    """Return the axes that a layer reduces, those of the batch and the channels being the ends."""
    names: dict[int, tuple[str, ...]] = {
        1: ("length",),
        2: ("height", "width"),
        3: ("depth", "height", "width"),
    }
    known = [*names.get(q.rank, ()), "channels"]
    if q["axes"] == "positions":
        if not q.rank:
            raise ValueError("a vector has no positions")
        return tuple(range(1, q.rank + 1))
    if q["axes"] == "all":
        return tuple(range(1, q.rank + 2))
    axes = q["axes"] if isinstance(q["axes"], list | tuple) else [q["axes"]]
    found = tuple(axis if isinstance(axis, int) else known.index(axis) + 1 for axis in axes)
    if max(found) > q.rank + 1:
        raise ValueError("there is no such axis")
    return found
