"""The numbers of quantities: of several layers, of a block, of a network."""

from __future__ import annotations

from cnnanalyze.analysis.depth import last_spatial
from cnnanalyze.analysis.memory import bytes_of
from cnnanalyze.analysis.result import Analysis, Total
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.core.conventions import DEFAULT, convention
from cnnanalyze.core.diagnostics import show_value
from cnnanalyze.core.quantities import Quantity, Terms
from cnnanalyze.errors import UsageError

OURS = Terms()
"""One image, numbers of 32 bits."""

COMES_OUT = frozenset({"activations"})
"""What is meant of a block or a layer as what comes out of it; of a network it is the sum."""


def read_terms(counting: str = DEFAULT, batch: int = 1, dtype: str = "float32") -> Terms:
    """Return how quantities are measured, from what users say of it.

    Parameters
    ----------
    counting
        The name of a convention.
    batch
        Images at a time.
    dtype
        The type of the numbers.

    Raises
    ------
    UsageError
        If a name is not known, or the batch is no number of images.

    Examples
    --------
    >>> read_terms("torchinfo", 16, "float16")
    Terms(convention='torchinfo', batch=16, bytes=2)
    """
    for name, word in (("convention", counting), ("dtype", dtype)):
        if not isinstance(word, str):
            raise UsageError(f"{name} must be a word, not {show_value(word)}")
    check_count("batch", batch)
    return Terms(convention(counting).name, batch, bytes_of(dtype))


def check_count(name: str, value: object) -> None:
    """Refuse what is no whole number of at least 1.

    Raises
    ------
    UsageError
        If it is none.
    """
    if type(value) is not int:
        raise UsageError(f"{name} must be a whole number, not {show_value(value)}")
    if value < 1:
        raise UsageError(f"{name} must be at least 1, not {value}")


def measure(
    quantity: Quantity, total: Total, terms: Terms = OURS, *, least: bool = False
) -> int | None:
    """Return a quantity of several layers; nothing if it cannot be told of all of them.

    Parameters
    ----------
    quantity
        What is asked for.
    total
        The layers.
    terms
        The convention, the batch, the bytes of a number.
    least
        Whether a sum of what can be told will do.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.core.quantities import find
    >>> total = cnn.analyze("zoo:lenet5_common").total
    >>> measure(find("biases"), total), measure(find("weight_memory"), total)
    (236, 246824)
    """
    if not least and lacking(quantity, total, terms):
        return None
    if quantity.of_layers is not None:
        return quantity.of_layers(total, terms)
    if (of_layer := quantity.of_layer) is None:
        return None
    if quantity.adds_up and not quantity.of_place:
        return sum(n * (of_layer(f, terms) or 0) for f, n in total.distinct())
    each = [number for f in total.facts if (number := of_layer(f, terms)) is not None]
    return sum(each) if quantity.adds_up else max(each, default=None)


def lacking(quantity: Quantity, total: Total, terms: Terms = OURS) -> tuple[str, ...]:
    """Return the kinds of layers of which a sum cannot be told: without them it is a lower bound.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.core.quantities import find
    >>> total = cnn.analyze(cnn.loads("{cnn: 1, input: 9x7x2, layers: [selu]}")).total
    >>> lacking(find("macs"), total), lacking(find("operations"), total, Terms("onnx-tool"))
    ((), ('selu',))
    """
    if quantity.counted == "operations":
        return total.uncounted(quantity.under(terms))
    if quantity.of_layers is not None or not quantity.adds_up or quantity.of_layer is None:
        return ()
    of_layer = quantity.of_layer
    unknown = (f.node.kind for f, _ in total.distinct() if of_layer(f, terms) is None)
    return tuple(dict.fromkeys(unknown))


def of_network(
    quantity: Quantity, analysis: Analysis, terms: Terms = OURS, *, least: bool = False
) -> int | None:
    """Return a quantity of a network; what its axes have, of the last layer that sees by place.

    Of several inputs it is the most that is seen of one.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> from cnnanalyze.core.quantities import find
    >>> lenet = cnn.analyze("zoo:lenet5_common").analysis
    >>> of_network(find("depth"), lenet), of_network(find("receptive_field"), lenet)
    (5, 16)
    """
    if quantity.of_axes is None:
        return measure(quantity, analysis.total, terms, least=least)
    of_layer = quantity.of_layer
    seen = [last_spatial(image) for image in seen_inputs(analysis)]
    told = [of_layer(facts, terms) for facts in seen if facts is not None and of_layer is not None]
    return max((number for number in told if number is not None), default=None)
