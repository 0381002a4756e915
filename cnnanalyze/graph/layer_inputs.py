"""What a layer reads and gives: the same questions wherever a network is written."""

from __future__ import annotations

from cnnanalyze.core.shape import Shape
from cnnanalyze.core.spelling import count_of
from cnnanalyze.errors import Fault, PluginError, ShapeError
from cnnanalyze.layers.base import Layer


def count_fault(kind: type[Layer], word: str, count: int, several: str) -> Fault | None:
    """Return what is wrong with how many inputs a layer gets, if its kind does not take so many.

    Parameters
    ----------
    kind, word
        The kind, and the word for it that is written.
    count
        How many inputs are given.
    several
        How several are given where the layer is written: the help where some are missing.

    Examples
    --------
    >>> from cnnanalyze.layers.merge import Add
    >>> print(count_fault(Add, "add", 1, "b.add(x, y)"))
    error: 'add' takes at least 2 inputs, but 1 is given
      help: b.add(x, y)
    >>> count_fault(Add, "add", 2, "")
    """
    least, most = kind.arity
    if least <= count and (most is None or count <= most):
        return None
    bound, help_ = least, several
    if most is not None and count > most:
        bound, help_ = most, "join them first with 'add' or 'concat'"
    side = "" if least == most else "at least " if count < least else "at most "
    return Fault(
        f"'{word}' takes {side}{count_of(bound, 'input')}, but {count} "
        f"{'is' if count == 1 else 'are'} given",
        help=help_,
        code="GR011",
    )


def output_of(layer: Layer, shapes: tuple[Shape, ...], told: str) -> Shape:
    """Return the shape that a layer gives.

    Parameters
    ----------
    layer
        The layer.
    shapes
        What it reads.
    told
        What the user wrote, a spec or a network, which is not to blame where the kind fails.

    Raises
    ------
    ShapeError
        If the layer refuses its input.
    PluginError
        If its rule fails.
    """
    try:
        return layer.shape(*shapes)
    except ShapeError:
        raise
    except Exception as error:
        said = ", ".join(map(str, shapes))
        raise PluginError(
            f"the rule for the shape of layer kind '{layer.kind}' fails on {said}: "
            f"{type(error).__name__}: {error}",
            help=f"this is a fault of the layer kind, not of the {told}",
        ) from error
