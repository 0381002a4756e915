"""A convolution by hand from Python: numbers in, numbers and frames out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from cnnanalyze.core.exact_number import exact
from cnnanalyze.course.worked_steps.matrix_parser import plain_text, read_image, read_kernel
from cnnanalyze.course.worked_steps.network import WindowAttributes
from cnnanalyze.course.worked_steps.network import convolve as work_out
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.report.convolution.blocks import document
from cnnanalyze.report.convolution.step_selection import Shown, heading
from cnnanalyze.report.writers import render


def convolve(
    image: Sequence[Any],
    *kernels: str | Sequence[Any],
    stride: int | tuple[int, int] = 1,
    padding: str | int | tuple[int, int] = "valid",
    dilation: int | tuple[int, int] = 1,
    bias: Sequence[float] = (),
    flip: bool = False,
) -> ByHand:
    """Lay filters over given numbers, step by step.

    Parameters
    ----------
    image
        Rows of numbers, or of lists of channels.
    *kernels
        Names of filters, matrices, or lists with one of these for each channel.
    stride, padding, dilation, bias
        As in a spec.
    flip
        Whether the kernels are rotated by 180 degrees first: a convolution in the strict sense.

    Returns
    -------
    ByHand
        The output, and every step to it; exact.

    Raises
    ------
    UsageError
        If these are no numbers, or a filter is not as deep as the image.

    Examples
    --------
    >>> image = [[3, 0, 1, 2], [1, 5, 8, 9], [2, 7, 2, 5]]
    >>> edges = convolve(image, "vertical-edge")
    >>> edges.output
    [[-5, -4]]
    >>> convolve(image, [[1, 0], [0, -1]], stride=2, flip=True).output
    [[2, 8]]
    """
    section = work_out(
        read_image([plain_text(image)]),
        [read_kernel(k if isinstance(k, str) else plain_text(k)) for k in kernels],
        WindowAttributes(stride, padding, dilation),
        biases=tuple(map(exact, bias)),
        flip=flip,
    )
    return ByHand(section)


@dataclass(frozen=True, repr=False)
class ByHand:
    """Numbers worked out by hand, ready to be looked at.

    Examples
    --------
    >>> from cnnanalyze import convolve
    >>> by_hand = convolve([[3, 0, 1], [1, 5, 8]], [[1, 0], [0, -1]])
    >>> by_hand.output
    [[-2, -8]]
    >>> by_hand
    <ByHand: conv: cross-correlation, kernel 2x2, stride 1, 2x3x1 -> 1x2x1>
    """

    section: WorkedLayer
    """What was laid over what, and every step."""

    @property
    def output(self) -> Any:  # noqa: ANN401 - lists in lists
        """What comes out: rows of numbers, or of lists of channels; exact."""
        return self.section.after.nested()

    def render(self, format: str = "text", *, steps: int | None = None) -> str:  # noqa: A002
        """Return the steps in a format of ``cnnanalyze convolve --format``."""
        return render(document(Shown("Convolution by hand", (self.section,), steps)), format)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.render())}</pre>"

    def __repr__(self) -> str:
        return f"<ByHand: {heading(self.section)}>"

    def __str__(self) -> str:
        return self.render()
