"""What a layer reads and gives: the same questions wherever a network is written."""

from __future__ import annotations

from cnnanalyze.core.shape import Shape
from cnnanalyze.errors import PluginError, ShapeError
from cnnanalyze.layers.base import Layer


def count_fault(kind: type[Layer], word: str, count: int) -> str:
    """Return what is wrong with how many inputs a layer gets; nothing if its kind takes so many.

    Examples
    --------
    >>> from cnnanalyze.layers.merge import Add
    >>> count_fault(Add, "add", 1), count_fault(Add, "add", 2)
    ("'add' takes at least 2 inputs, but 1 is given", '')
    """
    least, most = kind.arity
    if least <= count and (most is None or count <= most):
        return ""
    takes = f"{least}" if most == least else f"at least {least}"
    takes = takes if count < least or most == least else f"at most {most}"
    return (
        f"'{word}' takes {takes} input{'s' if takes != '1' else ''}, but {count} "
        f"{'is' if count == 1 else 'are'} given"
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
