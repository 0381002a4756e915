"""Quantities: the numbers of layers and networks, one row for each.

Columns, JSON, comparisons, budgets, claims, declared lint rules, drawings, sheets and answers are
views of this table: each asks it for keys, titles, explanations and numbers, and keeps nothing but
which quantities it shows unasked. A new quantity is a new row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cnnanalyze.core.conventions.convention import DEFAULT
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import UsageError

BYTES = "bytes"
"""The unit of memory: numbers held, times the bytes of a number."""
CONVENTION = "flop"
"""How operations are counted where somebody prints or limits them and does not say how."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a quantity is measured: how operations are counted, for how many images, in what type.

    Examples
    --------
    >>> Terms().convention, Terms().batch, Terms().bytes
    ('mac', 1, 4)
    """

    convention: str = DEFAULT
    batch: int = 1
    bytes: int = 4
    """The bytes of one number."""


# The table lies below the analysis, whose facts and totals it reads, since budgets and claims are
# read with it: the types of these are not known here.
Facts = Any
"""The facts of one layer: :class:`~cnnanalyze.analysis.result.NodeFacts`, or what looks so."""
Total = Any
"""What several layers have together: :class:`~cnnanalyze.analysis.result.Total`."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number of a layer, of a block, of a network."""

    key: str
    title: str
    """What it is called where a number or a column of numbers is shown."""
    about: str
    """What it is, for documentation, schemas and help."""
    of_layer: Callable[[Facts, Terms], int | None] | None = None
    """The number of one layer; nothing (the number) where it is not known."""
    of_layers: Callable[[Total, Terms], int | None] | None = None
    """The number of several layers, where it is not a sum of theirs, or a sum that is known."""
    unit: str = ""
    """``bytes``, or what is counted."""
    adds_up: bool = True
    """Whether several layers have the sum of what each has; otherwise the most of it."""
    counted: str = ""
    """``operations`` or ``parameters`` where a convention says what is counted."""
    convention: str = ""
    """The convention that counts it; nothing if that is chosen."""
    of_axes: Callable[[Facts], tuple[Any, ...] | None] | None = None
    """The numbers along the axes of the input, where there is one for each."""
    means_several: bool = False
    """Whether papers print other numbers under its name, so that a claim or a limit says which."""
    of_place: bool = False
    """Whether equal layers differ in it because of their places."""
    dtype: str = ""
    """The type of its numbers, where that is always the same."""
    needs_network: bool = False
    """Whether it is known of a network alone, and of no part that stands by itself."""
    is_exact: bool = True
    """Whether it is a count; a model is no promise, so nothing is claimed or limited by it."""
    short: str = ""
    """The word for it in tables of layers, where it is another one."""
    also: tuple[str, ...] = ()
    """Further words for it."""
    symbol: str = ""
    """The key of its name in formulas, where it is another one."""
    of_tensors: bool = False
    """Whether it counts numbers that layers hold, whatever they compute."""
    question: str = ""
    """How one asks for it, with ``{id}`` and ``{do}``."""
    explanation: str = ""
    """By which question it is worked out, where that has another name."""

    @property
    def topic(self) -> str:
        """The word by which it is asked for in exercises."""
        return self.explanation or self.key

    @property
    def column(self) -> str:
        """Its key in tables of layers."""
        return self.short or self.key

    @property
    def words(self) -> tuple[str, ...]:
        """All words by which it can be asked for."""
        return tuple(filter(None, (self.key, self.short, *self.also)))

    @property
    def heading(self) -> str:
        """The title of its column in tables of layers."""
        return self.short.replace("_", "-") or self.title

    @property
    def name(self) -> str:
        """The key of its name in formulas."""
        return self.symbol or self.key

    @property
    def is_memory(self) -> bool:
        """Whether it is measured in bytes, so that the type of the numbers matters."""
        return self.unit == BYTES

    def under(self, terms: Terms) -> str:
        """Return the convention by which operations are counted; nothing if none are."""
        return (self.convention or terms.convention) if self.counted == "operations" else ""

    def ask(self, who: str, *, several: bool = False) -> str:
        """Return the question for it.

        Examples
        --------
        >>> find("biases").ask("conv1"), find("biases").ask("both", several=True)
        ('How many biases does conv1 have?', 'How many biases do both have?')
        """
        words = self.question or f"What {'are' if several else 'is'} the {self.title} of {{id}}?"
        return words.format(id=who, do="do" if several else "does")


QUANTITIES: dict[str, Quantity] = {
    row.key: row
    for row in (
        Quantity(
            "layers",
            "layers",
            "how many layers there are",
            of_layers=lambda t, _: t.layers,
            unit="layers",
        ),
        Quantity(
            "parameters",
            "parameters",
            "weights and biases, frozen ones included; batch-norm statistics are none",
            lambda f, _: f.parameters,
            lambda t, _: t.parameters,
            counted="parameters",
            question="How many parameters {do} {id} learn?",
            of_tensors=True,
        ),
        Quantity(
            "trainable_parameters",
            "trainable parameters",
            "parameters that training changes",
            lambda f, _: f.trainable,
            lambda t, _: t.trainable,
            short="trainable",
            symbol="trainable",
            question="How many parameters of {id} does training change?",
            explanation="trainable",
            of_tensors=True,
        ),
        Quantity(
            "non_trainable_parameters",
            "non-trainable parameters",
            "frozen parameters, statistics and constants",
            lambda f, _: f.stored - f.trainable,
            lambda t, _: t.non_trainable,
            short="non_trainable",
            of_tensors=True,
        ),
        Quantity(
            "weights",
            "weights",
            "learnable numbers that are no biases",
            lambda f, _: f.weights,
            lambda t, _: t.weights,
            question="How many weights {do} {id} have?",
            of_tensors=True,
        ),
        Quantity(
            "biases",
            "biases",
            "biases, and the shifts of normalisations",
            lambda f, _: f.biases,
            lambda t, _: t.biases,
            question="How many biases {do} {id} have?",
            of_tensors=True,
        ),
        Quantity(
            "statistics",
            "statistics",
            "numbers that are kept and never learned: statistics of batch norm, constants",
            lambda f, _: f.statistics,
            lambda t, _: t.stored - t.parameters,
            also=("buffers",),
            question="How many non-trainable numbers {do} {id} keep?",
            of_tensors=True,
        ),
        Quantity(
            "stored",
            "stored numbers",
            "all numbers that are held, statistics included",
            lambda f, _: f.stored,
            lambda t, _: t.stored,
            question="How many numbers {do} {id} store, statistics included?",
            of_tensors=True,
        ),
        Quantity(
            "macs",
            "MACs",
            "multiply-accumulates of convolutions and matrix products, for one image",
            lambda f, _: f.operations("mac"),
            lambda t, _: t.operations("mac"),
            unit="operations",
            counted="operations",
            convention="mac",
            symbol="mac",
            question="How many multiply-accumulates {do} {id} cost?",
        ),
        Quantity(
            "flops",
            "FLOPs",
            "two per multiply-accumulate and one per other operation, for one image",
            lambda f, _: f.operations("flop"),
            lambda t, _: t.operations("flop"),
            unit="operations",
            counted="operations",
            convention="flop",
            means_several=True,
            symbol="operations",
            question="How many FLOPs {do} {id} cost, two for each multiply-accumulate and one for "
            "each other operation?",
        ),
        Quantity(
            "operations",
            "operations",
            "operations for one image under the chosen convention",
            lambda f, terms: f.operations(terms.convention),
            lambda t, terms: t.operations(terms.convention),
            unit="operations",
            counted="operations",
        ),
        Quantity(
            "alpha",
            "α-MACs",
            "multiply-accumulates discounted by a cost model, in which large maps are cheap",
            lambda f, _: round(f.discounted_macs),
            lambda t, _: round(sum(f.discounted_macs for f in t.facts)),
            is_exact=False,
        ),
        Quantity(
            "activations",
            "activations",
            "numbers in the outputs of all layers, for one image",
            lambda f, _: f.activations,
            lambda t, _: t.activations,
            question="How many activations {do} {id} have?",
        ),
        Quantity(
            "conv_activations",
            "conv activations",
            "numbers in the outputs of convolutions, dense layers and others with kernels",
            lambda f, _: f.activations if f.weighted_layers else 0,
            also=("acts",),
        ),
        Quantity(
            "live_activations",
            "live activations",
            "most activations alive at a time, for one image",
            lambda f, _: f.live,
            lambda t, _: t.live,
            adds_up=False,
            of_place=True,
        ),
        Quantity(
            "weight_memory",
            "weight memory",
            "memory of all numbers that the layers hold, statistics included",
            lambda f, terms: f.stored * terms.bytes,
            lambda t, terms: t.stored * terms.bytes,
            unit=BYTES,
            also=("size_on_disk",),
            question="How many bytes do the weights of {id} take?",
        ),
        Quantity(
            "peak_memory",
            "peak memory",
            "most memory of the activations alive at a time, for the batch",
            lambda f, terms: f.live * terms.batch * terms.bytes,
            lambda t, terms: t.live * terms.batch * terms.bytes,
            unit=BYTES,
            adds_up=False,
            of_place=True,
            short="live",
            also=("peak",),
            question="How many bytes do the activations take that are alive at once?",
            explanation="memory",
        ),
        Quantity(
            "memory",
            "memory",
            "bytes of the weights and of the most activations alive at a time, for one image",
            lambda f, terms: (f.stored + f.live * terms.batch) * terms.bytes,
            lambda t, terms: (t.stored + t.live * terms.batch) * terms.bytes,
            unit=BYTES,
            adds_up=False,
            of_place=True,
        ),
        Quantity(
            "flash",
            "flash",
            "bytes of weights and biases as int8, biases of 32 bits, batch norm folded",
            lambda f, _: f.flash,
            unit=BYTES,
            of_place=True,
            dtype="int8",
            needs_network=True,
        ),
        Quantity(
            "arena",
            "arena",
            "bytes of one buffer for all activations as int8, as TensorFlow Lite Micro plans it",
            lambda f, _: f.arena,
            unit=BYTES,
            adds_up=False,
            of_place=True,
            dtype="int8",
            needs_network=True,
        ),
        Quantity(
            "depth",
            "depth in weighted layers",
            "layers with weights on the longest path",
            of_layers=lambda t, _: t.depth,
            unit="layers",
            adds_up=False,
            short="depth",
        ),
        Quantity(
            "receptive_field",
            "receptive field",
            "extent of the theoretical receptive field before global layers, in pixels",
            lambda f, _: f.field_extent,
            unit="pixels",
            adds_up=False,
            of_axes=lambda f: f.field_size,
            short="field",
            question="How large is the receptive field of a unit of {id}?",
        ),
        Quantity(
            "effective_stride",
            "effective stride",
            "effective stride in the input",
            unit="pixels",
            adds_up=False,
            of_axes=lambda f: f.field_stride,
            short="stride",
            question="How many input indices are there between two units of {id}?",
            explanation="jump",
        ),
        Quantity(
            "effective_padding",
            "effective padding",
            "effective padding of the input",
            unit="pixels",
            adds_up=False,
            of_axes=lambda f: f.field_padding,
        ),
    )
}
"""All quantities by key, in the order in which tables have them."""


def rows(*, exact: bool = False, layers: bool = False) -> Iterator[Quantity]:
    """Yield the quantities that are numbers: the exact ones, those that a layer has, or all.

    Examples
    --------
    >>> "alpha" in [q.key for q in rows()], "alpha" in [q.key for q in rows(exact=True)]
    (True, False)
    """
    for row in QUANTITIES.values():
        if (row.of_layer or (row.of_layers and not layers)) and (row.is_exact or not exact):
            yield row


def stated() -> Iterator[Quantity]:
    """Yield the quantities that a claim or a limit may name: exact, and of one meaning.

    Examples
    --------
    >>> [key in [q.key for q in stated()] for key in ("macs", "operations", "flops", "alpha")]
    [True, True, False, False]
    """
    return (row for row in rows(exact=True) if not row.means_several)


def by_convention() -> tuple[str, ...]:
    """Return the keys of the quantities that the chosen convention counts, operations first.

    Examples
    --------
    >>> by_convention()
    ('operations', 'parameters')
    """
    chosen = [row for row in rows() if row.counted and not row.convention]
    return tuple(row.key for row in sorted(chosen, key=lambda row: row.counted != "operations"))


def known(word: str) -> Quantity | None:
    """Return the quantity of a key or another word; nothing if there is none.

    Examples
    --------
    >>> known("size_on_disk").key, known("colour")
    ('weight_memory', None)
    """
    found = QUANTITIES.get(word)
    return found or next((row for row in QUANTITIES.values() if word in row.words), None)


def find(word: str, among: Sequence[Quantity] = ()) -> Quantity:
    """Return the quantity of a key or another word, or refuse it with the nearest known.

    Parameters
    ----------
    word
        What it is called.
    among
        Which quantities may be meant; by default all.

    Examples
    --------
    >>> find("field").title, find("macs").convention
    ('receptive field', 'mac')
    """
    meant = {row.key: row for row in among} or QUANTITIES
    if (row := known(word)) is None or row.key not in meant:
        raise UsageError(
            f"there is no quantity '{word}'{nearest(word, list(meant))}",
            help=f"the quantities are {', '.join(meant)}",
        )
    return meant[row.key]


OF = " of "
"""Between a quantity and the input that it is of: ``receptive_field of left``."""


def seen() -> dict[str, Quantity]:
    """Return the quantities that say what a layer sees of an input, by every word for them.

    Examples
    --------
    >>> list(seen())
    ['receptive_field', 'field', 'effective_stride', 'stride', 'effective_padding']
    """
    return {
        word: row
        for row in QUANTITIES.values()
        if row.of_axes is not None
        for word in (row.key, *row.words)
    }


def taught() -> dict[str, Quantity]:
    """Return the quantities of layers that one asks for in exercises, wherever a layer stands.

    Examples
    --------
    >>> list(taught())[:6]
    ['parameters', 'trainable', 'weights', 'biases', 'statistics', 'stored']
    """
    return {
        row.topic: row
        for row in rows(exact=True, layers=True)
        if row.question and row.of_axes is None and not row.of_place
    }


def counted_under(convention: str) -> Quantity:
    """Return the quantity that counts operations under a convention, called by its name.

    Examples
    --------
    >>> counted_under("mac").key, counted_under("torchinfo").title
    ('macs', 'torchinfo')
    """
    fixed = (q for q in QUANTITIES.values() if q.convention and q.convention == convention)
    return next(fixed, None) or replace(QUANTITIES["operations"], title=convention)
