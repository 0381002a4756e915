"""Claims: figures that somebody printed for a network, kept in the spec beside it (``expect:``)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from cnnanalyze.core.quantities import OF, QUANTITIES, stated
from cnnanalyze.errors import Mark

if TYPE_CHECKING:
    from cnnanalyze.core.printed_number import PrintedNumber

OUTPUT = "output"
"""The shape that comes out of a layer."""
SO_FAR = "operations_so_far"
"""The operations of a layer and of all that it depends on."""


def claimed(*, of_layer: bool = False) -> tuple[str, ...]:
    """Return what can be claimed of a whole network, or of a layer or a block.

    Examples
    --------
    >>> claimed(of_layer=True)[len(claimed()) :]
    ('operations_so_far', 'output', 'receptive_field', 'effective_stride', 'effective_padding')
    """
    numbers = [row.key for row in stated() if row.of_axes is None]
    if not of_layer:
        return tuple(numbers)
    axes = [row.key for row in QUANTITIES.values() if row.of_axes is not None and row.is_exact]
    return (*numbers, SO_FAR, OUTPUT, *axes)


def is_extents(quantity: str) -> bool:
    """Whether a figure is printed as a shape, or as one number per axis.

    Examples
    --------
    >>> is_extents("output"), is_extents("receptive_field"), is_extents("macs")
    (True, True, False)
    """
    row = QUANTITIES.get(quantity)
    return quantity == OUTPUT or (row is not None and row.of_axes is not None)


VERDICTS = ("holds", "wrong")


class Claim(NamedTuple):
    """One printed figure."""

    quantity: str
    layer: str
    """A layer's or a block's path; empty for the whole network."""
    printed: str
    figure: PrintedNumber | None
    """The number with its printed precision; nothing for shapes and pairs."""
    extents: tuple[int, ...]
    """The numbers of a shape, or of a quantity with one number per axis."""
    source: str
    mark: Mark
    convention: str = ""
    verdict: str = "holds"
    reason: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    """Parameters of the spec under which the figure was printed, other than the defaults."""
    input: str = ""
    """The input of the network in which a layer sees so much; empty for each that it sees."""

    @property
    def key(self) -> str:
        """What was printed, as it is written: ``receptive_field of left``."""
        return self.quantity + (f"{OF}{self.input}" if self.input else "")

    @property
    def words(self) -> str:
        """What was printed, in words.

        Examples
        --------
        >>> import cnnanalyze as cnn
        >>> cnn.load("zoo:lenet5_common").claims[0].words
        'parameters'
        """
        return self.quantity.replace("_", " ") + (f" in {self.input}" if self.input else "")
