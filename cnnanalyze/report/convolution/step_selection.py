"""What is shown of sections worked out by hand: which steps, and numbers in words."""

from __future__ import annotations

from fractions import Fraction
from math import lcm
from typing import NamedTuple

from cnnanalyze.core.exact_number import Number
from cnnanalyze.course.worked_steps.result_check import CheckResult
from cnnanalyze.course.worked_steps.volume import Plane, Volume
from cnnanalyze.course.worked_steps.window_steps import SlidingWindow, WindowStep
from cnnanalyze.course.worked_steps.worked_layer import WorkedLayer
from cnnanalyze.report.numbers import exact

FEW = 3
"""Steps that are shown of a walk unless more are asked for."""
WIDEST, HIGHEST = 24, 40
"""A plane with more columns or rows is a picture, not a table of numbers."""


class Shown(NamedTuple):
    """Sections, and what is to be seen of them."""

    title: str
    sections: tuple[WorkedLayer, ...]
    steps: int | None = None
    """How many windows of each walk; by default what suits the format."""
    place: tuple[int, int, int] | None = None
    """One window alone, of the last walk: row, column and channel of its output, from 0."""
    verdict: CheckResult | None = None
    """What is wrong with a printed result of the last section."""
    is_picture: bool = False
    """Whether the numbers were read from a picture, so that they are greys to be seen."""

    def chosen(self, section: WorkedLayer, otherwise: int = FEW) -> tuple[WindowStep, ...]:
        """Return the steps of a walk that are shown."""
        sliding_window = section.sliding_window
        if sliding_window is None:
            return ()
        if self.place is not None:
            last = next(s for s in reversed(self.sections) if s.sliding_window is not None)
            return (sliding_window.step(*self.place),) if section is last else ()
        wanted = otherwise if self.steps is None else self.steps
        return tuple(sliding_window.nth(n) for n in range(min(wanted, sliding_window.places)))


def is_large(volume: Volume) -> bool:
    """Whether there are too many numbers to be looked at one by one."""
    return volume.width > WIDEST or volume.height > HIGHEST


def number_of(sliding_window: SlidingWindow, step: WindowStep) -> int:
    """Return the number of a step, from 1."""
    rows, columns, _ = sliding_window.counts
    return (step.channel * rows + step.row) * columns + step.column + 1


# --- numbers --------------------------------------------------------------------------------------


def say(number: Number | None) -> str:
    """Return a number exactly: whole, in decimals if they end soon, or as a fraction.

    Examples
    --------
    >>> [say(n) for n in (-5, Fraction(11, 4), Fraction(44, 9), 0.0304592)]
    ['-5', '2.75', '44/9', '0.03046']
    """
    if number is None:
        return ""
    if isinstance(number, float):
        return _rounded(number)
    if isinstance(number, int):
        return str(number)
    return _decimal(number) if 10**_PLACES % number.denominator == 0 else str(number)


def show(number: Number | None) -> str:
    """Return a number for a cell of a table: short, rounded where it does not end.

    Examples
    --------
    >>> [show(n) for n in (-5, Fraction(11, 4), Fraction(44, 9), None)]
    ['-5', '2.75', '4.889', '']
    """
    text = say(number)
    if len(text) > _SHORT and number is not None and not isinstance(number, int):
        return _rounded(float(number))
    return _rounded(float(number)) if "/" in text and number is not None else text


_PLACES = 6
_SHORT = 7


def _decimal(number: Fraction) -> str:
    places = next(p for p in range(_PLACES + 1) if 10**p % number.denominator == 0)
    scaled = abs(number.numerator) * 10**places // number.denominator
    digits = f"{scaled:0{places + 1}d}"
    return f"{'-' * (number < 0)}{digits[:-places]}.{digits[-places:]}"


def _rounded(number: float) -> str:
    text = f"{number:.4g}"
    return "0" if text == "-0" else text


def factor(number: Number) -> str:
    """Return a number as it stands behind a sign: negative ones and fractions in parentheses.

    Examples
    --------
    >>> factor(3), factor(-1), factor(Fraction(1, 3))
    ('3', '(-1)', '(1/3)')
    """
    text = say(number)
    return f"({text})" if text.startswith("-") or "/" in text else text


def divisor(planes: tuple[Plane, ...]) -> int:
    """Return what stands before a kernel whose weights are whole numbers over one divisor.

    Examples
    --------
    >>> from cnnanalyze.core.filters import FILTERS
    >>> divisor((FILTERS["gaussian-3x3"],)), divisor((((1, Fraction(1, 2)),),))
    (16, 1)
    """
    weights = [w for plane in planes for row in plane for w in row]
    if any(isinstance(w, float) for w in weights):
        return 1
    common = lcm(*(Fraction(w).denominator for w in weights))
    return 1 if 100 % common == 0 or common > _COMMON else common


_COMMON = 1000


class Kernel(NamedTuple):
    """Kernels as they are written: whole numbers, with one over a divisor before them."""

    divisor: int
    planes: tuple[Plane, ...]


def kernel(step: WindowStep) -> Kernel:
    """Return the kernel of a step as it is written."""
    over = divisor(step.weights)
    planes = tuple(
        tuple(tuple(_times(w, over) for w in row) for row in plane) for plane in step.weights
    )
    return Kernel(over, planes)


def _times(weight: Number, over: int) -> Number:
    if over == 1:
        return weight
    scaled = Fraction(weight) * over
    return scaled.numerator


# --- sums -----------------------------------------------------------------------------------------

MOST_TERMS = 60
"""More products than this are not written out one by one."""


class Sum(NamedTuple):
    """How a step arrives at its result."""

    parts: tuple[str, ...]
    """The products of each channel, or the numbers of the window."""
    line: str
    """All in one line, if there is one channel."""
    ending: str
    """From the sums of the channels on, or from the sum on."""


def summation(sliding_window: SlidingWindow, step: WindowStep, times: str = "*") -> Sum:
    """Write out how a step arrives at its result.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import convolve
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image, read_kernel
    >>> section = convolve(read_image(["3 0 1"]), [read_kernel("[[1, 0, -1]]")], biases=[2])
    >>> summation(section.sliding_window, section.sliding_window.nth(0)).line
    '3*1 + 0*0 + 1*(-1) + 2 (bias) = 4'
    """
    if not sliding_window.kernels:
        return _pooled(sliding_window, step)
    written = kernel(step)
    many = sum(len(p) * len(p[0]) for p in written.planes) > MOST_TERMS
    parts: list[str] = []
    sums: list[Number] = []
    for window, plane in zip(step.windows, written.planes, strict=True):
        terms = [
            (v or 0, w)
            for values, weights in zip(window, plane, strict=True)
            for v, w in zip(values, weights, strict=True)
        ]
        sums.append(sum(v * w for v, w in terms))
        parts.append(
            f"sum of {len(terms)} products"
            if many
            else " + ".join(f"{factor(v)}{times}{factor(w)}" for v, w in terms)
        )
    over = written.divisor
    bias = f" + {factor(step.bias)} (bias)" if step.bias else ""
    ending = _chain(" + ".join(map(factor, sums)), sum(sums), over, bias, step.result)
    line = _chain(parts[0], sum(sums), over, bias, step.result)
    return Sum(tuple(parts), line, ending)


def _chain(terms: str, total: Number, over: int, bias: str, result: Number) -> str:
    """Return terms and what they come to, each side of an equals sign worth the same."""
    told = [f"({terms})/{over}{bias}" if over > 1 and " + " in terms else f"{terms}{bias}"]
    if over > 1:
        told.append(f"{say(total)}/{over}{bias}")
    text = say(result)
    if told[-1] != text:
        told.append(text)
    chained = " = ".join(dict.fromkeys(told))
    return f"{chained} ~ {show(result)}" if "/" in text else chained


def _pooled(sliding_window: SlidingWindow, step: WindowStep) -> Sum:
    numbers = step.numbers
    many = len(numbers) > MOST_TERMS
    if sliding_window.reduction == "max":
        inner = f" of {len(numbers)} numbers" if many else f"({', '.join(map(say, numbers))})"
        line = f"max{inner} = {say(step.result)}"
        return Sum((line,), line, say(step.result))
    if not numbers:
        return Sum(("0",), "nothing but padding: 0", "0")
    if sliding_window.reduction == "sum":
        inner = f"sum of {len(numbers)} numbers" if many else " + ".join(map(factor, numbers))
        line = " = ".join(dict.fromkeys((inner, say(step.result))))
        return Sum((line,), line, say(step.result))
    inner = f"sum of {len(numbers)} numbers" if many else " + ".join(map(factor, numbers))
    result = say(step.result)
    told = [f"({inner})/{len(numbers)}", f"{say(sum(numbers))}/{len(numbers)}", result]
    text = " = ".join(dict.fromkeys(told[1:] if len(numbers) == 1 else told))
    line = f"{text} ~ {show(step.result)}" if "/" in result else text
    return Sum((line,), line, result)


# --- words ----------------------------------------------------------------------------------------


def heading(section: WorkedLayer) -> str:
    """Return the line above a section.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import apply
    >>> from cnnanalyze.course.worked_steps.volume import vector
    >>> heading(apply(vector([1, 2]), "relu"))
    'relu, 2 -> 2'
    """
    shapes = " and ".join(str(v.shape) for v in section.before)
    what = section.title if section.title == section.name else f"{section.name}: {section.title}"
    return f"{what}, {shapes} -> {section.shape_text}"


def where(sliding_window: SlidingWindow, step: WindowStep) -> str:
    """Return where in the output a step is.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import pool
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image
    >>> sliding_window = pool(read_image(["1 2 3 4"]), "max", (1, 2)).sliding_window
    >>> where(sliding_window, sliding_window.nth(1))
    'step 2 of 2: output row 1, column 2'
    """
    text = (
        f"step {exact(number_of(sliding_window, step))} of {exact(sliding_window.places)}: "
        f"{sliding_window.names.output} "
    )
    if sliding_window.image.rank == 0:
        return text + f"{step.channel + 1}"
    place = f"row {step.row + 1}, column {step.column + 1}"
    if sliding_window.image.rank == 1:
        place = f"{step.column + 1}"
    if sliding_window.names.planes:
        name = sliding_window.names.planes[step.channel]
        place += f", {name}" if name else ""
    elif sliding_window.counts[2] > 1:
        name = "filter" if sliding_window.kernels else "channel"
        place += f", {name} {step.channel + 1}"
    return text + place


def input_name(window: SlidingWindow, channel: int) -> str:
    """Return what a plane is called that a window slides over.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.network import pool
    >>> from cnnanalyze.course.worked_steps.matrix_parser import read_image
    >>> input_name(pool(read_image(["1 2 3 4"]), "max", (1, 2)).sliding_window, 0)
    'image'
    """
    names, several = window.names, window.image.channels > 1
    if several:
        plane = f"{names.channel} {channel + 1}"
        return f"{names.image}, {plane}" if names.image else plane
    return names.image or ("image" if window.image.rank else "input")


def output_name(section: WorkedLayer) -> str:
    """Return what the numbers are called that come out of a section."""
    if not section.gradient_of:
        return "output"
    return SYMBOLS.get(section.gradient_of, f"dL/d{section.gradient_of}")


SYMBOLS = {"input": "dL/dx", "kernel": "dL/dW", "rotated kernel": "dL/dW", "bias": "dL/db"}
"""What gradients are called."""


def judged(verdict: CheckResult) -> list[str]:
    """Return what is wrong of a printed result, line by line.

    Examples
    --------
    >>> from cnnanalyze.course.worked_steps.result_check import compare
    >>> from cnnanalyze.course.worked_steps.network import apply
    >>> from cnnanalyze.course.worked_steps.volume import vector
    >>> judged(compare(apply(vector([-1, 2]), "relu"), vector([1, 2])))
    ['1 of 2 cells of what was expected is wrong', 'number 1: 1 is printed, 0 is right']
    """
    wrong = len(verdict.mistakes)
    if not wrong:
        return [f"as expected, {'every cell of' if verdict.cells > 1 else 'the'} result"]
    verb = "is" if wrong == 1 else "are"
    lines = [f"{exact(wrong)} of {exact(verdict.cells)} cells of what was expected {verb} wrong"]
    if verdict.why:
        lines.append(f"this is the result {verdict.why}")
    printed = verdict.printed
    for m in verdict.mistakes[:_MOST_MISTAKES]:
        place = f"row {m.row + 1}, column {m.column + 1}"
        if printed.rank == 1:
            place = f"number {m.column + 1}"
        if not printed.rank:
            place = f"number {m.channel + 1}"
        elif printed.channels > 1:
            place += f", channel {m.channel + 1}"
        why = f": {m.why}" if m.why and not verdict.why else ""
        lines.append(f"{place}: {say(m.printed)} is printed, {say(m.right)} is right{why}")
    if wrong > _MOST_MISTAKES:
        lines.append(f"... and {wrong - _MOST_MISTAKES} more")
    return lines


_MOST_MISTAKES = 20
