"""Windows on one axis: output sizes, whether they fit, paddings that keep a size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from pydantic import Field

from cnnanalyze.core.expression import Name
from cnnanalyze.core.number import Num
from cnnanalyze.core.section import Section
from cnnanalyze.course.explanations.convention_notes import approximate_text
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.explanations.simplify import exact
from cnnanalyze.course.explanations.symbolic_layer import steps
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution, plain, substituted
from cnnanalyze.course.sheets.questions.topic import (
    DOES_NOT_FIT,
    ExplanationBuilder,
    Misreading,
    Topic,
    TopicQuantity,
)
from cnnanalyze.errors import UsageError
from cnnanalyze.layers.attributes import Count, Flag, Natural, Padding
from cnnanalyze.layers.base import Fit
from cnnanalyze.layers.window import slide


class WindowQuestion(Section):
    """A window that slides over one axis."""

    input: Count | None = Field(default=None, description="size of the input")
    kernel: Count = Field(description="size of the window")
    stride: Count = Field(default=1, description="step of the window")
    padding: Padding = Field(default="valid", description="padding per side")
    total_padding: Natural | None = Field(
        default=None, description="padding of both sides together"
    )
    dilation: Count = Field(default=1, description="distance of the taps")
    ceil_mode: Flag = Field(default=False, description="whether the division is rounded up")
    output: Count | None = Field(default=None, description="size of the output that is wanted")

    @property
    def size(self) -> int:
        """The size of the input, without which most questions have no answer."""
        if self.input is None:
            raise UsageError("'window' needs 'input'", help="input: size of the input")
        return self.input


def _name(key: str) -> Name:
    return Name(key)


def _laid(w: WindowQuestion) -> Fit:
    """Place the windows, with a name for every number."""
    n, k, s, d = (
        Num(v, _name(key))
        for v, key in (
            (w.size, "input"),
            (w.kernel, "kernel"),
            (w.stride, "stride"),
            (w.dilation, "dilation"),
        )
    )
    return slide(n, k, s, d, _padding(w), ceil=w.ceil_mode, axis="size")


def _padding(w: WindowQuestion) -> tuple[int, int] | str:
    if w.total_padding is not None:
        return Num(w.total_padding, _name("total padding")), Num(0)
    if isinstance(w.padding, int):
        border = Num(w.padding, _name("padding"))
        return border, border
    if w.padding not in {"same", "valid"}:
        raise UsageError(
            "a window has one axis, so its padding is a number, 'same' or 'valid'",
            help="for uneven padding pose the question about a layer",
        )
    return "same" if w.padding == "same" else (Num(0), Num(0))


def _subject(w: WindowQuestion) -> str:
    words = [] if w.input is None else [f"input {w.input}"]
    words += [f"kernel {w.kernel}", f"stride {w.stride}"]
    if w.total_padding is not None:
        words.append(f"padding {w.total_padding} in all")
    elif w.padding == "same":
        words.append("padding 'same'")
    else:
        words.append(f"padding {w.padding if isinstance(w.padding, int) else 0} per side")
    if w.dilation > 1:
        words.append(f"dilation {w.dilation}")
    return ", ".join(words)


def _solution(
    builder: ExplanationBuilder,
    w: WindowQuestion,
    question: str,
    found: list[DerivationStep],
    reasons: tuple[str, ...],
) -> Solution:
    tree = substituted(found)
    value = plain(tree.value)
    return Solution(
        value,
        explanations=(builder.explain(question, _subject(w), found, value, reasons=reasons),),
        trees=lambda: tree,
    )


ROUNDED = "Only whole windows count, so the division is rounded down."
SAME = "'same' pads so much that there is one output for each stride of inputs, rounded up."


def output(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """What size is the output?"""
    fit = _laid(w)
    tree = builder.as_written(fit.output)
    rounds = any(t.op == "floor" for t in (tree, *tree.args))
    reasons = (SAME,) if w.padding == "same" else (ROUNDED,) if rounds else ()
    found = _solution(builder, w, "What size is the output?", steps(_name("output"), tree), reasons)
    ideal = builder.as_written(_unrounded(w))
    if w.padding == "same" or ideal.value.denominator == 1 or w.ceil_mode:
        return found
    note = (
        f"Before rounding it is {approximate_text(ideal.value)}: the windows do not fit (CS231n)."
    )
    worked = tuple(replace(e, remarks=(note,)) for e in found.explanations)
    also = () if builder.style.has_floor else (DOES_NOT_FIT,)
    return replace(found, explanations=worked, also=also)


def _unrounded(w: WindowQuestion) -> Num:
    tree = exact(ExplanationBuilder().as_written(_laid(w).output))
    number = Num(int(tree.value))
    number.tree = tree
    return number


def unrounded(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """What does the size formula give before rounding?"""
    found = steps(_name("output"), builder.as_written(_unrounded(w)))
    words = "What does the size formula give without rounding?"
    return _solution(builder, w, words, found, ())


def unread(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """How many indices at the far border does no window read?"""
    found = steps(_name("unread"), builder.as_written(_laid(w).unread))
    words = "How many rows or columns at the far border are never read?"
    return _solution(builder, w, words, found, ())


def fits(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """Do the windows fit, or is something left over?"""
    value = bool(_laid(w).exact)
    found = steps(_name("output"), builder.as_written(_unrounded(w)))
    reason = (
        "The windows end exactly at the border."
        if value
        else "The size formula gives no whole number: the last window would not fit."
    )
    one = builder.explain("Do the windows fit?", _subject(w), found, value, reasons=(reason,))
    return Solution(value, "choice", explanations=(one,))


def _keeping(w: WindowQuestion) -> int:
    if w.stride != 1:
        raise UsageError(
            f"no padding keeps the size at stride {w.stride}",
            help="ask for the padding that keeps a size at stride 1, or use padding: same",
        )
    extent = Num(w.dilation, _name("dilation")) * (Num(w.kernel, _name("kernel")) - 1) + 1
    total: int = extent - 1
    n = max(w.input or 1, int(extent))
    before = int(total) // 2
    assert slide(n, w.kernel, 1, w.dilation, (before, int(total) - before)).output == n
    return total


KEEPS = "Each axis shrinks by k - 1 at stride 1; the padding has to make up for that."


def total_padding(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """How much padding, both sides together, keeps the size?"""
    found = steps(_name("total padding"), builder.as_written(_keeping(w)))
    words = "How much padding in all keeps the size?"
    return _solution(builder, w, words, found, (KEEPS,))


def same_padding(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """How much padding per side keeps the size?"""
    total = _keeping(w)
    found = steps(_name("padding"), builder.as_written(total / Num(2)))
    words = "Which padding per side keeps the size?"
    if total % 2 == 0:
        return _solution(builder, w, words, found, (KEEPS,))
    halves = total // 2
    reasons = (
        KEEPS,
        (
            f"{approximate_text(Fraction(total, 2))} is not whole, so no padding works that is the "
            f"same on both sides; the total of {int(total)} has to be split into {halves} and "
            f"{total - halves}."
        ),
    )
    one = builder.explain(words, _subject(w), found, None, reasons=reasons)
    return Solution(
        None, "number", explanations=(one,), also=("not possible", "does not exist", "no padding")
    )


def _side(which: str) -> TopicQuantity:
    def solve(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
        fit = _laid(w)
        number = {"before": fit.before, "after": fit.after}[which]
        found = steps(_name(f"padding {which}"), builder.as_written(number))
        where = "before the first index" if which == "before" else "behind the last index"
        reason = "An odd number of zeros puts one more at the end (TensorFlow, Keras)."
        return _solution(builder, w, f"How much is padded {where}?", found, (reason,))

    return TopicQuantity(f"padding {which}", solve)


def padded(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """How much is padded on both sides together?"""
    fit = _laid(w)
    found = steps(_name("total padding"), builder.as_written(fit.before + fit.after))
    words = "How much is padded on both sides together?"
    return _solution(builder, w, words, found, ())


def smallest_input(w: WindowQuestion, builder: ExplanationBuilder) -> Solution:
    """What is the smallest input that gives an output of the wanted size?"""
    wanted = 1 if w.output is None else w.output
    k, s, d = (
        Num(v, _name(key))
        for v, key in ((w.kernel, "kernel"), (w.stride, "stride"), (w.dilation, "dilation"))
    )
    m = Num(wanted, _name("output"))
    border = _padding(w)
    if isinstance(border, str):
        raise UsageError("with padding 'same' an input of 1 is enough", help="give a padding")
    size = (m - 1) * s + (d * (k - 1) + 1) - border[0] - border[1]
    plain_border = (int(border[0]), int(border[1]))
    reached = slide(int(size), w.kernel, w.stride, w.dilation, plain_border).output
    assert reached == wanted
    found = steps(_name("input"), builder.as_written(size))
    words = f"What is the smallest input with an output of {wanted}?"
    reason = "The first window covers k inputs, and each further one s more."
    return _solution(builder, w, words, found, (reason,))


def _idle(quantity: str) -> tuple[str, ...]:
    """Return the keys that do not affect a quantity."""
    idle: tuple[str, ...] = ("input",) if quantity == "smallest_input" else ("output",)
    if quantity in {"keeping_padding", "keeping_total"}:
        idle += ("padding", "total_padding", "ceil_mode")
    if quantity in {"unrounded", "fits", "smallest_input"}:
        idle += ("ceil_mode",)
    return idle


# --- read wrongly ---------------------------------------------------------------------------------

Read = Iterator[tuple[WindowQuestion, str]]


def _per_side(w: WindowQuestion, quantity: str) -> Read:
    if w.total_padding:
        yield w.model_copy(update={"total_padding": None, "padding": w.total_padding}), quantity


def _same_assumed(w: WindowQuestion, quantity: str) -> Read:
    if w.padding in {"valid", 0} and not w.total_padding and quantity in _OF_SAME:
        yield w.model_copy(update={"padding": "same"}), quantity


_OF_SAME = frozenset({"output", "padding_before", "padding_after", "padding_in_all"})


def _valid_taken(w: WindowQuestion, quantity: str) -> Read:
    if w.padding == "same":
        yield w.model_copy(update={"padding": "valid"}), quantity


def _other_border(w: WindowQuestion, quantity: str) -> Read:
    for other in _BORDERS.get(quantity, ()):
        yield w, other


_BORDERS = {
    "padding_before": ("padding_after", "padding_in_all"),
    "padding_after": ("padding_before", "padding_in_all"),
    "padding_in_all": ("padding_after", "padding_before"),
    "keeping_padding": ("keeping_total",),
    "keeping_total": ("keeping_padding",),
}


MISREADINGS = (
    Misreading(
        kind("total padding taken per side", "took the total padding for the padding of each side"),
        _per_side,
    ),
    Misreading(
        kind("padding 'same' assumed", "assumed padding that keeps the size ('same')"),
        _same_assumed,
    ),
    Misreading(
        kind("formula of 'valid'", "used the formula of 'valid', although the padding is 'same'"),
        _valid_taken,
    ),
    Misreading(
        kind("the other padding", "gave another padding: one side, the other one, or both"),
        _other_border,
        is_of_answer=True,
    ),
)

TOPIC = Topic(
    "a window that slides over one axis",
    WindowQuestion,
    {
        "output": TopicQuantity("size of the output", output),
        "unrounded": TopicQuantity("the size formula without rounding", unrounded),
        "fits": TopicQuantity("whether the windows fit", fits),
        "unread": TopicQuantity("rows or columns that are never read", unread),
        "padding_before": _side("before"),
        "padding_after": _side("after"),
        "padding_in_all": TopicQuantity("padding of both sides", padded),
        "keeping_padding": TopicQuantity("padding per side that keeps the size", same_padding),
        "keeping_total": TopicQuantity("padding in all that keeps the size", total_padding),
        "smallest_input": TopicQuantity("smallest input for an output", smallest_input),
    },
    "output",
    {
        "n": "input",
        "f": "kernel",
        "k": "kernel",
        "F": "kernel",
        "K": "kernel",
        "s": "stride",
        "S": "stride",
        "p": "padding",
        "P": "padding",
        "d": "dilation",
    },
    {"padding": ("total_padding",), "total_padding": ("padding",)},
    lambda quantity, _: _idle(quantity),
    MISREADINGS,
)
