"""Whether a model is the network that its spec declares, and in what it differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.errors import Mark
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node

Aspect = Literal[
    "input", "kind", "attribute", "wiring", "sharing", "missing", "extra", "output", "shape"
]


@dataclass(frozen=True, slots=True)
class Departure:
    """One thing in which a model departs from its spec."""

    aspect: Aspect
    message: str
    """One sentence that names the layers of both and what each says."""
    in_spec: Node | None = None
    """The layer of the spec; nothing if the spec has none there."""
    in_model: Node | None = None
    """The layer of the model; nothing if the model has none there."""
    attribute: str = ""
    """The attribute that differs, if it is only that."""
    there: object = None
    """What the model has: the value of the attribute, or the kind."""
    mark: Mark | None = None
    """The place in the spec; of what only the model has, that of the layer before it."""
    instances: int = 1
    """How many layers written at the same place depart in the same way."""


class Departures(Tabular):
    """Whether something conforms to a spec: it does if nothing departs from it."""

    departures: tuple[Departure, ...]
    notes: tuple[str, ...]

    @property
    def holds(self) -> bool:
        """Whether nothing departs from the spec."""
        return not self.departures

    def __len__(self) -> int:
        return len(self.departures)

    def __iter__(self) -> Iterator[Departure]:
        return iter(self.departures)

    def __str__(self) -> str:
        if self.holds:
            return "\n".join((self.headline(), *self.notes))
        return "\n".join(departure.message for departure in self.departures)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {self.headline()}>"


@dataclass(frozen=True, repr=False)
class Conformance(Departures):
    """Whether a model is the network that its spec declares.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> spec = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{conv: {filters: 8, kernel: 3}}, relu]}")
    >>> model = cnn.loads("{cnn: 1, input: 9x9x4, layers: [{conv: {filters: 8, kernel: 5}}, relu]}")
    >>> print(cnn.check(spec, model))
    conv1: kernel 3x3 in the spec, 5x5 in conv1 of the model
    >>> cnn.check(spec, spec).holds
    True
    """

    spec: Network
    """What is declared."""
    model: Network
    """What is there."""
    partners: tuple[tuple[str, str], ...] = ()
    """Which operation of the spec is which of the model, by the ids of their layers."""
    departures: tuple[Departure, ...] = ()
    """In what the model differs; nothing if both are proved to be the same network."""
    notes: tuple[str, ...] = ()
    """What was left out of account."""

    def headline(self) -> str:
        """Say in one line whether they are the same."""
        if self.holds:
            alike = count_of(len(self.partners), "operation")
            return f"{self.spec.name}: the model is the network of the spec, {alike} alike"
        places = count_of(len(self.departures), "place")
        return f"{self.spec.name}: the model departs from the spec in {places}"

    def rows(self) -> Iterator[Row]:
        """Yield the departures."""
        for departure in self.departures:
            yield {
                "aspect": departure.aspect,
                "spec": departure.in_spec and departure.in_spec.id,
                "model": departure.in_model and departure.in_model.id,
                "attribute": departure.attribute,
                "instances": departure.instances,
                "message": departure.message,
            }
