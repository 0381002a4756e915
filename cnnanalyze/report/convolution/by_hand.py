"""A convolution by hand from Python: numbers in, numbers and frames out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from cnnanalyze.core.exact_number import Number, exact
from cnnanalyze.course.worked_steps.backward import (
    INPUT,
    Gradients,
    go_back,
    go_back_through,
)
from cnnanalyze.course.worked_steps.matrix_parser import (
    plain_text,
    read_image,
    read_kernel,
    read_result,
)
from cnnanalyze.course.worked_steps.network import WindowAttributes, work_out
from cnnanalyze.course.worked_steps.network import convolve as lay
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.exchange.network_source import read
from cnnanalyze.graph.network import Network
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
    section = lay(
        read_image([plain_text(image)]),
        [read_kernel(k if isinstance(k, str) else plain_text(k)) for k in kernels],
        WindowAttributes(stride, padding, dilation),
        biases=tuple(map(exact, bias)),
        flip=flip,
    )
    return ByHand(section)


def gradients(
    network: Network | str | Path,
    upstream: Sequence[Any] | None = None,
    *,
    image: Sequence[Any] | None = None,
) -> GradientsByHand:
    """Work a network with given numbers out, forward and backward.

    Parameters
    ----------
    network
        The network, or where to load it from; its spec holds numbers.
    upstream
        The gradient of the loss by the output, in its shape; without it ones.
    image
        Other numbers for the input.

    Returns
    -------
    GradientsByHand
        Each gradient by its name: ``conv1.kernel``, and ``input`` or the name of an input.

    Raises
    ------
    UsageError
        If numbers are missing or do not fit, or a layer has no gradient.

    Examples
    --------
    >>> found = gradients("zoo:edge_detection")
    >>> list(found), found["input"][0]
    (['edges.kernel', 'input'], [1, 1, 0, 0, -1, -1])
    """
    found = read(network)
    given = None if image is None else read_image([plain_text(image)])
    sections = work_out(found, given)
    behind = None if upstream is None else read_result([plain_text(upstream)], "the gradient")
    worked = go_back_through(found, sections, behind)
    names = {
        f"{owner}.{role}": nested(t.shape, t.numbers) for (owner, role), t in worked.tensors.items()
    }
    names |= {n: worked.volumes[n].nested() for n in found.inputs if n in worked.volumes}
    return GradientsByHand(names, worked)


def nested(shape: tuple[int, ...], numbers: Sequence[Number]) -> Any:  # noqa: ANN401
    """Return the numbers of a tensor as lists; of one channel and one filter as a matrix.

    Examples
    --------
    >>> nested((2, 1, 1, 1), (3, 5)), nested((2,), (3, 5))
    ([[3], [5]], [3, 5])
    """
    if len(shape) > 2 and shape[-2:] == (1, 1):  # noqa: PLR2004 - what is no matrix by itself
        shape = shape[:-2]
    return _lists(shape, numbers)


def _lists(shape: tuple[int, ...], numbers: Sequence[Number]) -> Any:  # noqa: ANN401
    if len(shape) == 1:
        return list(numbers)
    each = len(numbers) // shape[0]
    return [_lists(shape[1:], numbers[n * each : (n + 1) * each]) for n in range(shape[0])]


class GradientsByHand(Mapping[str, Any]):
    """Gradients worked out by hand, by name: lists of exact numbers in the shapes of tensors.

    Examples
    --------
    >>> from cnnanalyze import convolve
    >>> found = convolve([[1, 2], [3, 4]], [[1]]).gradients()
    >>> sorted(found), found["kernel"]
    (['input', 'kernel'], [[10]])
    """

    def __init__(self, names: Mapping[str, Any], found: Gradients) -> None:
        self._names = dict(names)
        self._found = found

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - lists in lists
        return self._names[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def render(self, format: str = "text", *, steps: int | None = None) -> str:  # noqa: A002
        """Return the steps in a format of ``cnnanalyze convolve --format``."""
        return render(document(Shown("Gradients by hand", self._found.sections, steps)), format)

    def __repr__(self) -> str:
        return f"<GradientsByHand: {', '.join(self)}>"

    def __str__(self) -> str:
        return self.render()


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

    def gradients(self, upstream: Sequence[Any] | None = None) -> GradientsByHand:
        """Go back: the gradients by the input, the kernel and the bias.

        Parameters
        ----------
        upstream
            The gradient of the loss by the output, in its shape; without it ones.

        Returns
        -------
        GradientsByHand
            Each gradient by its name, exact.

        Examples
        --------
        >>> found = convolve([[1, 2, 3], [4, 5, 6]], [[1, 0], [0, -1]]).gradients([[1, 2]])
        >>> found["kernel"], found["input"]
        ([[5, 8], [14, 17]], [[1, 2, 0], [0, -1, -2]])
        """
        given = None if upstream is None else read_result([plain_text(upstream)], "the gradient")
        found = go_back((self.section,), given)
        names: dict[str, Any] = {"input": found.volumes[INPUT].nested()}
        names |= {role: nested(t.shape, t.numbers) for (_, role), t in found.tensors.items()}
        return GradientsByHand(names, found)

    def render(self, format: str = "text", *, steps: int | None = None) -> str:  # noqa: A002
        """Return the steps in a format of ``cnnanalyze convolve --format``."""
        return render(document(Shown("Convolution by hand", (self.section,), steps)), format)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(self.render())}</pre>"

    def __repr__(self) -> str:
        return f"<ByHand: {heading(self.section)}>"

    def __str__(self) -> str:
        return self.render()
