"""Slips: the ways of counting that make printed figures differ, each a small function.

A miscount takes the sums over the layers of a figure, and returns the number that somebody
who counts like that would print; nothing where it makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.analysis.result import NodeFacts, Total
from cnnanalyze.errors import ShapeError
from cnnanalyze.layers.conv import Sliding
from cnnanalyze.layers.traits import Trait

PARAMETERS = ("parameters", "trainable_parameters")
OPERATIONS = ("macs", "operations", "operations_so_far")


class Miscount(NamedTuple):
    """One way to count differently."""

    name: str
    words: str
    """What it does; the printed figure is that of a count with this."""
    quantities: tuple[str, ...]
    rank: float
    """How far-fetched it is, against the others."""
    reckon: Callable[[Total, int], int | None]
    """From the sums and the right number to the number that comes out."""


def _sizes(total: Total, keep: Callable[[NodeFacts, str], bool]) -> int:
    return sum(p.size for f in total.facts for p in f.params if keep(f, p.role))


def _layers(total: Total, keep: Callable[[NodeFacts, str], bool]) -> int:
    return sum(1 for f in total.facts for p in f.params if keep(f, p.role))


def _without_biases(total: Total, number: int) -> int:
    return number - _sizes(total, lambda _, role: role == "bias")


def _one_bias_per_layer(total: Total, number: int) -> int:
    biases = _layers(total, lambda _, role: role == "bias")
    return _without_biases(total, number) + biases


def _is_dense_bias(facts: NodeFacts, role: str) -> bool:
    return role == "bias" and Trait.DENSE in facts.node.layer.traits


def _one_bias_per_dense_layer(total: Total, number: int) -> int:
    return number - _sizes(total, _is_dense_bias) + _layers(total, _is_dense_bias)


def _flat_kernels(total: Total, number: int) -> int:
    """Take every filter of a convolution for as flat as one channel."""
    for facts in total.facts:
        depth = facts.node.input_shapes[0].channels
        if facts.node.layer.traits >= {Trait.CONVOLUTION, Trait.FULL_DEPTH} and depth > 1:
            depth //= int(facts.node.attributes.get("groups", 1))
            number -= sum(p.size - p.size // depth for p in facts.params if p.role == "kernel")
    return number


def _shared_once_each(total: Total, number: int) -> int:
    for facts in total.facts:
        if facts.node.share is not None:
            number += sum(
                p.size for p in facts.node.layer.params(*facts.node.input_shapes) if p.trainable
            )
    return number


TOWERS = 2


def _half_of_two_towers(total: Total, number: int) -> int | None:
    towers = any(f.node.attributes.get("groups") == TOWERS for f in total.facts)
    return number // 2 if towers else None


def _padding_left_out(total: Total, number: int) -> int | None:
    """Let every kernel slide over what its layer reads, and over nothing beside it."""
    for facts in total.facts:
        layer, inputs = facts.node.layer, facts.node.input_shapes
        if isinstance(layer, Sliding) and layer.padding != "valid":
            bare = layer.model_copy(update={"padding": "valid"})
            try:
                cost = bare.cost(bare.shape(*inputs), *inputs)
            except ShapeError:  # its kernel is larger than what it reads
                return None
            if cost is None or facts.cost is None:
                return None
            number += cost.mac - facts.cost.mac
    return number


SLIPS = (
    Miscount("no biases", "without the biases", PARAMETERS, 2, _without_biases),
    Miscount(
        "one bias a dense layer",
        "with one bias for each dense layer instead of one for each unit",
        (*PARAMETERS, "biases"),
        2,
        _one_bias_per_dense_layer,
    ),
    Miscount(
        "one bias a layer",
        "with one bias for each layer instead of one for each filter or unit",
        (*PARAMETERS, "biases"),
        2,
        _one_bias_per_layer,
    ),
    Miscount(
        "flat kernels",
        "with filters that forget the depth of their input",
        PARAMETERS,
        2,
        _flat_kernels,
    ),
    Miscount(
        "sharing ignored",
        "with shared tensors counted at each of their places",
        PARAMETERS,
        2,
        _shared_once_each,
    ),
    Miscount(
        "one tower",
        "for one of the two GPUs",
        (*PARAMETERS, *OPERATIONS),
        3,
        _half_of_two_towers,
    ),
    Miscount(
        "padding left out",
        "without the padding of each layer",
        ("macs",),
        3,
        _padding_left_out,
    ),
    Miscount("doubled", "doubled", OPERATIONS, 3, lambda _, number: 2 * number),
    Miscount("halved", "halved", OPERATIONS, 4, lambda _, number: number // 2),
    Miscount(
        "binary thousands",
        "in units of 1,024 instead of 1,000",
        (*PARAMETERS, "weights"),
        5,
        lambda _, number: number * 1000 // 1024,
    ),
    Miscount(
        "binary millions",
        "in powers of 1,024 instead of 1,000",
        (*PARAMETERS, *OPERATIONS),
        5,
        lambda _, number: _in_binary(number),
    ),
)


def _in_binary(number: int) -> int | None:
    """Return what a number looks like if its millions are 2^20, its billions 2^30."""
    for power in (3, 2):
        if number >= 1000**power:
            return int(Fraction(number * 1000**power, 1024**power))
    return None


def slipped(
    total: Total, quantity: str, number: int, among: Collection[str] | None = None
) -> Iterable[tuple[Miscount, int]]:
    """Return every slip, or those of some names, that makes another number of this one."""
    for slip in SLIPS:
        if quantity in slip.quantities and (among is None or slip.name in among):
            found = slip.reckon(total, number)
            if found is not None and found != number:
                yield slip, found
