"""Specs: a network that came from a text, with everything that the text says besides."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.core.tree import Mapping, Tree, scalars
from cnnanalyze.graph.network import Network
from cnnanalyze.language.claims import Claim
from cnnanalyze.language.document import Document

if TYPE_CHECKING:
    from cnnanalyze.errors import Source
    from cnnanalyze.graph.training import Training
    from cnnanalyze.language.sections import Budgets, Lint

Settings = tuple[tuple[str, Any], ...]
"""Values for parameters of a spec."""
_WORD = re.compile(r"\w+")


def key_of(settings: Settings) -> str:
    """Return one text for equal settings, in whatever order.

    Examples
    --------
    >>> key_of((("width", 0.5), ("depths", (2, 3)))), key_of((("bias", True),))
    ('depths=[2, 3], width=0.5', 'bias=true')
    """
    return ", ".join(sorted(f"{name}={_plain(value)}" for name, value in settings))


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"[{', '.join(map(_plain, value))}]" if isinstance(value, list | tuple) else str(value)


@dataclass(frozen=True, repr=False)
class Spec(Network):
    """A network with what its text says besides: claims, training, budgets, parameters, a header.

    A spec is a network, and goes wherever one is taken. ``load`` and ``loads`` give one.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> spec = cnn.load("zoo:mobilenet_v1", settings={"width": 0.5})
    >>> spec.year, spec.settings, len(spec.claims) > 3, spec.input == spec.network.input
    (2017, (('width', 0.5),), True, True)
    """

    document: Document | None = field(default=None, repr=False)
    """The text as it is written; nothing if there is none."""
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    """The figures that others printed for it."""
    settings: Settings = ()
    """The parameters that were set from outside."""
    parameters: tuple[tuple[str, object], ...] = field(default=(), repr=False)
    """All parameters of the spec with their values."""
    notes: tuple[str, ...] = field(default=(), repr=False)
    """What a file of another program is that its network does not show: quantised, for one."""

    __hash__ = Network.__hash__

    @property
    def network(self) -> Network:
        """The network alone."""
        return Network(self.name, self.inputs, self.nodes, self.outputs)

    @property
    def source(self) -> Source | None:
        """The text; nothing if there is none."""
        return None if self.document is None else self.document.source

    @property
    def folder(self) -> Path | None:
        """The folder of the file, if it came from one."""
        return None if self.document is None else self.document.folder

    @property
    def training(self) -> Training | None:
        """How the network is trained."""
        return None if self.document is None else self.document.written.train

    @property
    def budgets(self) -> Budgets | None:
        """What the network may cost."""
        return None if self.document is None else self.document.budgets

    @property
    def lint(self) -> Lint | None:
        """Which lint rules speak up."""
        return None if self.document is None else self.document.written.lint

    @property
    def year(self) -> int | None:
        """The year in the header."""
        return None if self.document is None else self.document.written.year

    def text(self, key: str) -> str:
        """Return a header text such as ``family``, or nothing."""
        return "" if self.document is None else str(getattr(self.document.written, key))

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that the text says, but for its claims and the names of its parameters."""
        found: set[str] = set()
        for key, value in () if self.document is None else self.document.tree.entries:
            if key.text == "params" and isinstance(value, Mapping):
                trees: tuple[Tree, ...] = tuple(given for _, given in value.entries)
            else:
                trees = () if key.text == "expect" else (value,)
            for tree in trees:
                for scalar in scalars(tree):
                    found.update(_WORD.findall(scalar.text))
        return frozenset(found)

    def effective(self, settings: Settings) -> Settings:
        """Return the settings without those of parameters that the text never reads.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> net = cnn.loads(
        ...     "{cnn: 1, input: 5x5x1, params: {rate: 0.1, width: 2}, layers: [{dropout: $rate}]}"
        ... )
        >>> net.effective((("width", 3), ("rate", 0.5)))
        (('rate', 0.5),)
        """
        own = dict(self.parameters)
        return tuple((n, value) for n, value in settings if n in self.words or n not in own)

    @cached_property
    def claims_about(self) -> dict[str, tuple[Claim, ...]]:
        """The claims by the settings that they speak of, as :func:`key_of` writes them."""
        found: dict[str, list[Claim]] = {}
        for claim in self.claims:
            found.setdefault(key_of(claim.settings), []).append(claim)
        return {key: tuple(claims) for key, claims in found.items()}


def spec_of(network: Network) -> Spec:
    """Return a network with what its text says besides; without a text, nothing is said.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> spec = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu], train: {samples: 70}}")
    >>> spec_of(spec).training.samples, spec_of(spec.network).training
    (70, None)
    """
    if isinstance(network, Spec):
        return network
    return Spec(network.name, network.inputs, network.nodes, network.outputs)
