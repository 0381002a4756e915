"""Formulas: what a convention counts of a layer, as a sum of weighted terms.

A tool counts the elements that a layer reads or writes, the weights that it holds, the area of its
windows. These *terms* are few, and every count of every known tool is a sum of them with whole
factors: ``2*mac + add`` or ``3*output - positions``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.core.registry import nearest

SIZES = {
    "input": "elements of the (first) input",
    "output": "elements of the output",
    "positions": "positions of the output: its elements in one channel",
    "window": "elements of all windows of a pool; for LRN, of all neighbourhoods",
    "side": "elements of the output times the first side of the window of a pool",
    "step": "elements of the output times the area of the stride",
    "affine": "elements that a learned γ or β changes",
    "learned": "learnable parameters, biases included",
    "kernel": "weights of the kernel, biases and gains aside",
    "stepped": "learnable parameters of a recurrent layer, each once for every step",
    "states": "numbers of all states of a recurrent layer: of all steps, layers and directions",
    "applied": "weights, each once for every position of the output",
    "slices": "flat kernels of a layer without bias: pairs of an input channel and a filter",
    "spread": "elements of the output times the weights of one input channel",
    "shrunk": "elements that get a bias if a transposed convolution is taken for a plain one, of "
    "one group",
    "regrouped": "multiply-accumulates of a transposed convolution, its filters divided by its "
    "groups twice",
    "binned": "elements of the output times what an adaptive pool reads for each, plus one, cut "
    "off in floating point",
    "products": "multiply-accumulates of an attention between what it projects: queries with keys, "
    "weights with values",
    "contracted": "what NumPy prints of the path of a product of two branches: its operations and "
    "one more, to four digits",
    "layer": "one, for the layer",
    "stretched": "elements of a map with size - 1 more channels, as LRN is padded by PyTorch",
}
"""Terms that speak of sizes; how each is found stands in :mod:`cnnanalyze.analysis.terms`."""

TERMS = (*OPERATIONS, *SIZES)
"""All terms: the elementary operations that the executor carries out, and sizes."""

PARTS = {
    "learned": "what training can change: weights, biases, γ and β",
    "trained": "of these, the ones that are not frozen",
    "statistics": "moving means and variances",
    "constants": "other numbers that are kept but never trained",
    "norm": "γ and β of all normalisations",
    "gamma": "γ alone",
    "bias": "biases of convolutions and dense layers",
    "layers": "layers that hold a bias",
}
"""Terms of what a parameter count may include."""


class Formula(NamedTuple):
    """A sum of weighted terms.

    Examples
    --------
    >>> parse("2*mac + add - slices")
    Formula(terms=((2, 'mac'), (1, 'add'), (-1, 'slices')))
    """

    terms: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        return " + ".join(t if n == 1 else f"{n}*{t}" for n, t in self.terms) or "0"


NOTHING = Formula(())

# Each part takes the blanks behind it, so that no blank could belong to two of them.
_TERM = re.compile(r"(?:(?P<sign>[+-])\s*)?(?:(?P<factor>[0-9]{1,6})\s*\*\s*)?(?P<term>[a-z]+)\s*")


def parse(text: str, known: tuple[str, ...] = TERMS) -> Formula:
    """Read a formula.

    Raises
    ------
    ValueError
        If it is none, or names a term that is not known.

    Examples
    --------
    >>> parse("0")
    Formula(terms=())
    >>> parse("2*macs")
    Traceback (most recent call last):
    ...
    ValueError: there is no term 'macs'; did you mean 'mac'?
    """
    if text.strip() == "0":
        return NOTHING
    terms: list[tuple[int, str]] = []
    at = len(text) - len(text.lstrip())
    while at < len(text) or not terms:
        found = _TERM.match(text, at)
        if found is None or (terms and not found["sign"]):
            raise ValueError(
                f"'{text}' is not a sum of terms such as '2*mac + add'; "
                f"it cannot be read from '{text[at:].strip()}' on"
            )
        if found["term"] not in known:
            raise ValueError(f"there is no term '{found['term']}'{nearest(found['term'], known)}")
        factor = int(found["factor"] or 1)
        terms.append((-factor if found["sign"] == "-" else factor, found["term"]))
        at = found.end()
    return Formula(tuple(terms))
