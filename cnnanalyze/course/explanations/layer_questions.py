"""Questions about one layer: its output, what it holds and what it costs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from cnnanalyze.analysis.memory import bytes_of
from cnnanalyze.analysis.receptive_field import middle
from cnnanalyze.core.conventions import convention
from cnnanalyze.core.cost import Param
from cnnanalyze.core.expression import Expression, Name, given, made
from cnnanalyze.core.number import Num, remember
from cnnanalyze.core.quantities import QUANTITIES, Quantity, Terms, taught
from cnnanalyze.course.explanations.additive_quantities import COURSE_QUANTITIES
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.explanations.field_questions import (
    centre,
    field_tree,
    jump,
    jump_tree,
    receptive_field,
)
from cnnanalyze.course.explanations.symbolic_layer import Draft, SymbolicLayer, named_value, steps
from cnnanalyze.layers.traits import Trait

Trees = Expression | tuple[Expression, ...]
"""An expression, or one for each axis."""


class LayerQuestion(NamedTuple):
    """One quantity of a layer that can be asked for."""

    words: str
    """The question; ``{id}`` is the layer, and ``{do}`` what it does."""
    work: Callable[[SymbolicLayer], Draft]
    applies: Callable[[SymbolicLayer], bool] = lambda _: True
    is_told: Callable[[SymbolicLayer], bool] = lambda _: True
    """Whether it belongs to all that is told of the layer when nothing special is asked."""
    reasons: tuple[str, ...] = ()
    """The quantities whose reasons are its own, too."""
    tree: Callable[[SymbolicLayer], Trees | None] | None = None
    """How the answer comes about as one expression, where its equations do not say it."""
    of_input: bool = False
    """Whether it is about an input of the network: of several, each has an answer of its own."""


def output(asked: SymbolicLayer) -> Draft:
    """What size is the output?"""
    node = asked.node
    shape = asked.square or asked.shape
    rank = shape.rank
    found: list[DerivationStep] = []
    if asked.square is not None:
        found += asked.steps(Name("output", None, rank), shape.size[0])
    else:
        for axis, n in enumerate(shape.size):
            found += asked.steps(Name("output", axis, rank), n)
    found += asked.steps(asked.depth, shape.channels)
    return Draft(list(dict.fromkeys(found)), node.output)


def padding(asked: SymbolicLayer) -> Draft:
    """How much is padded before and after each axis?"""
    found: list[DerivationStep] = []
    fits, axes = asked.laid
    for axis, fit in zip(axes, fits, strict=True):
        rank = asked.rank
        before, after = asked.arranged(fit.before), asked.arranged(fit.after)
        if before.is_given and after.is_given and before == after:
            found.append(DerivationStep(Name("padding", axis, rank), given(before.value)))
            continue
        found += steps(Name("padding before", axis, rank), before)
        found += steps(Name("padding after", axis, rank), after)
    value = tuple(int(n) for f in asked.facts.fit for n in (f.before, f.after))
    return Draft(list(dict.fromkeys(found)), value)


def fit(asked: SymbolicLayer) -> Draft:
    """Do the windows fit, or is something left unread?"""
    found: list[DerivationStep] = []
    fits, axes = asked.laid
    for axis, one in zip(axes, fits, strict=True):
        found += asked.steps(Name("unread", axis, asked.rank), one.unread)
    return Draft(found, tuple(f.unread for f in asked.facts.fit))


def _sum(params: tuple[Param, ...]) -> int:
    return sum(p.size for p in params)


def _split(asked: SymbolicLayer) -> dict[str, tuple[Param, ...]]:
    trained = tuple(p for p in asked.params if p.trainable)
    return {
        "weights": tuple(p for p in trained if not p.is_bias),
        "biases": tuple(p for p in trained if p.is_bias),
        "statistics": tuple(p for p in asked.params if not p.trainable),
    }


def _told(quantity: Quantity) -> Callable[[SymbolicLayer], Draft]:
    """Return what works a quantity out by asking the table for it, on numbers that remember."""

    def work(asked: SymbolicLayer) -> Draft:
        assert quantity.of_layer is not None
        terms = Terms(bytes=Num(bytes_of("float32"), Name("bytes")))
        number = quantity.of_layer(asked.symbolic, terms)
        assert number is not None
        unit = "B" if quantity.is_memory else ""
        return Draft(asked.steps(Name(quantity.name), number), int(number), unit)

    return work


def parameters(asked: SymbolicLayer) -> Draft:
    """How many parameters does it learn?"""
    return _held(asked, "parameters", ("weights", "biases"))


def stored(asked: SymbolicLayer) -> Draft:
    """How many numbers does it hold, statistics included?"""
    return _held(asked, "stored", ("weights", "biases", "statistics"))


def _held(asked: SymbolicLayer, key: str, wanted: tuple[str, ...]) -> Draft:
    split = _split(asked)
    present = [k for k in wanted if split[k]]
    if len(present) < 2:  # noqa: PLR2004 - one part is the whole
        number = sum(_sum(split[k]) for k in present)
        return Draft(asked.steps(Name(key), number), int(number))
    found: list[DerivationStep] = []
    for part in present:
        found += asked.steps(Name(part), _sum(split[part]))
    number = sum(Num(_sum(split[part]), Name(part)) for part in present)
    return Draft([*found, *asked.steps(Name(key), number)], int(number))


def trainable(asked: SymbolicLayer) -> Draft:
    """How many of its parameters does training change?"""
    symbol = Name("trainable")
    if asked.node.frozen:
        reason = f"{asked.node.id} is frozen: training changes nothing in it."
        return Draft([DerivationStep(symbol, given(0))], 0, reasons=[reason])
    held = parameters(asked)
    number = _last(held, "parameters")
    return Draft([*held.steps, DerivationStep(symbol, number)], int(number.value))


def _last(draft: Draft, key: str) -> Expression:
    """Return the result of a draft under its name."""
    return given(draft.steps[-1].value, Name(key))


def macs(asked: SymbolicLayer) -> Draft:
    """How many multiply-accumulates does it cost?"""
    assert asked.cost is not None
    return Draft(asked.steps(Name("mac"), asked.cost.mac), int(asked.cost.mac))


def operations(asked: SymbolicLayer) -> Draft:
    """How many elementary operations does it cost, a multiply-accumulate counted as two?"""
    assert asked.cost is not None
    cost = asked.cost
    found: list[DerivationStep] = []
    number = 0
    formula = convention("flop").formula(asked.kind)
    assert formula is not None
    for weight, term in formula.terms:
        count = getattr(cost, term)
        if not count:
            continue
        found += asked.steps(Name(term), count)
        number = number + weight * remember(named_value(int(count), term))
    found += asked.steps(Name("operations"), number)
    return Draft(found, int(number))


def doubled_macs(asked: SymbolicLayer) -> Draft:
    """How many operations does it cost, two for each multiply-accumulate?"""
    found = macs(asked)
    number = made("*", given(2), _last(found, "mac"))
    return Draft(
        [*found.steps, DerivationStep(Name("operations"), number)],
        int(number.value),
        reasons=[
            "A multiply-accumulate is two operations: a multiplication and an addition.",
        ],
    )


def exact_operations(asked: SymbolicLayer) -> Draft:
    """How many multiplications and additions does it cost exactly?"""
    found = macs(asked)
    if not found.value:
        return doubled_macs(asked)
    outputs = given(asked.facts.activations, Name("activations"))
    terms = [made("*", given(2), _last(found, "mac")), made("-", outputs)]
    reasons = [
        (
            "The first product of an output is not added to anything, which saves one addition per "
            "output."
        )
    ]
    if asked.facts.biases:
        terms.append(outputs)
        reasons.append("The bias takes one addition per output.")
    number = made("+", *terms)
    steps_ = [*found.steps, DerivationStep(Name("operations"), number)]
    return Draft(steps_, int(number.value), reasons=reasons)


def operations_per_output(asked: SymbolicLayer) -> Draft:
    """How many multiplications and additions does one of its outputs cost?"""
    found = macs(asked)
    outputs = given(asked.facts.activations, Name("activations"))
    each = made("/", _last(found, "mac"), outputs)
    products = given(each.value, Name("multiply"))
    terms = [products, products, given(-1)]
    terms += [given(1, Name("biases"))] if asked.facts.biases else []
    number = made("+", *terms)
    steps_ = [
        *found.steps,
        DerivationStep(Name("multiply"), each),
        DerivationStep(Name("operations"), number),
    ]
    reason = "The additions are one fewer than the products, plus one for the bias."
    return Draft(steps_, int(number.value), reasons=[reason])


def weight_memory(asked: SymbolicLayer) -> Draft:
    """How many bytes do its weights take?"""
    held = stored(asked)
    each = Num(bytes_of("float32"), Name("bytes"))
    number = Num(asked.facts.stored, Name("stored")) * each
    return Draft([*held.steps, *asked.steps(Name("weight bytes"), number)], int(number), "B")


def _in_place(asked: SymbolicLayer) -> tuple[list[DerivationStep], int]:
    """Return what leads to the parameters of a dense layer in the place of a convolution."""
    from cnnanalyze.layers.linear import Dense  # noqa: PLC0415 - fills the registry where it is asked

    units = Num(asked.node.output.count, Name("dense units"))
    layer = Dense(units=1, bias=bool(asked.facts.biases)).model_copy(update={"units": units})
    number = _sum(layer.params(*asked.inputs))
    found = [
        *asked.steps(Name("dense units"), asked.output.count),
        *asked.steps(Name("dense parameters"), number),
    ]
    return found, int(number)


def dense(asked: SymbolicLayer) -> Draft:
    """How many parameters would a dense layer need that puts out as many activations?"""
    return Draft(*_in_place(asked))


def dense_ratio(asked: SymbolicLayer) -> Draft:
    """How many times as many parameters would such a dense layer need?"""
    found, number = _in_place(asked)
    own = Num(asked.facts.parameters, Name("parameters"))
    ratio = Num(number, Name("dense parameters")) / own
    steps_ = [*found, *parameters(asked).steps, *asked.steps(Name("ratio"), ratio)]
    return Draft(steps_, asked.arranged(ratio).value)


def _separated(asked: SymbolicLayer) -> tuple[list[DerivationStep], int]:
    """Return what leads to the multiply-accumulates of a depthwise separable convolution."""
    from cnnanalyze.layers.conv import Separable  # noqa: PLC0415 - as above

    node = asked.node
    words = ("filters", "kernel", "stride", "padding", "dilation", "bias")
    plain = Separable(**{w: getattr(node.layer, w) for w in words})
    layer = plain.model_copy(update={w: getattr(asked.layer, w) for w in words})
    cost = layer.cost(asked.output, *asked.inputs)
    return asked.steps(Name("separable macs"), cost.mac), int(cost.mac)


def separable(asked: SymbolicLayer) -> Draft:
    """How many multiply-accumulates would a depthwise separable convolution need?"""
    return Draft(*_separated(asked))


def separable_ratio(asked: SymbolicLayer) -> Draft:
    """How many times fewer multiply-accumulates would it need?"""
    found, number = _separated(asked)
    assert asked.cost is not None
    ratio = Num(int(asked.cost.mac), Name("mac")) / Num(number, Name("separable macs"))
    steps_ = [
        *asked.steps(Name("mac"), asked.cost.mac),
        *found,
        *asked.steps(Name("ratio"), ratio),
    ]
    return Draft(steps_, asked.arranged(ratio).value)


def _slides(asked: SymbolicLayer) -> bool:
    return bool(asked.facts.fit)


def _seen(asked: SymbolicLayer) -> bool:
    return bool(asked.facts.fields)  # a vector has no axes to see along


def _first_sees(asked: SymbolicLayer) -> bool:
    return _seen(asked) and all(middle(f.local) is not None for f in asked.facts.fields or ())


def _counted(asked: SymbolicLayer) -> bool:
    return asked.facts.cost is not None


def _is_plain_conv(asked: SymbolicLayer) -> bool:
    return asked.node.layer.traits >= _PLAIN and asked.facts.parameters > 0


_PLAIN = {Trait.CONVOLUTION, Trait.FULL_DEPTH}


def _question(
    key: str,
    work: Callable[[SymbolicLayer], Draft] | None = None,
    applies: Callable[[SymbolicLayer], bool] = lambda _: True,
    **more: Any,  # noqa: ANN401 - the rest of a question
) -> LayerQuestion:
    """Return the question for a quantity of the table, or for one that courses count besides."""
    quantity = QUANTITIES.get(key) or COURSE_QUANTITIES[key]
    return LayerQuestion(quantity.question, work or _told(quantity), applies, **more)


def _if_asked(_: SymbolicLayer) -> bool:
    return False


QUESTIONS: dict[str, LayerQuestion] = {
    "output": LayerQuestion("What size is the output of {id}?", output),
    "padding": LayerQuestion("How much does {id} pad on each side?", padding, _slides),
    "fit": LayerQuestion(
        "Do the windows of {id} fit, or is part of the input left unread?", fit, _slides
    ),
    "activations": _question("activations"),
    "parameters": _question("parameters", parameters),
    "weights": _question("weights"),
    "biases": _question("biases"),
    "statistics": _question("statistics", is_told=lambda asked: asked.facts.statistics > 0),
    "stored": _question("stored", stored, is_told=_if_asked, reasons=("parameters", "statistics")),
    "trainable": _question(
        "trainable_parameters", trainable, is_told=_if_asked, reasons=("parameters",)
    ),
    "macs": _question("macs", macs, _counted),
    "flops": _question("flops", operations, _counted),
    "doubled_macs": _question("doubled_macs", doubled_macs, _counted, is_told=_if_asked),
    "exact_operations": _question(
        "exact_operations", exact_operations, _counted, is_told=_if_asked
    ),
    "operations_per_output": LayerQuestion(
        "How many multiplications and additions does one output of {id} cost?",
        operations_per_output,
        _counted,
        _if_asked,
    ),
    "receptive_field": _question(
        "receptive_field", receptive_field, _seen, tree=field_tree, of_input=True
    ),
    "jump": _question("effective_stride", jump, _seen, tree=jump_tree, of_input=True),
    "centre": LayerQuestion(
        "Where is the centre of the field of the first unit of {id}?",
        centre,
        _first_sees,
        of_input=True,
    ),
    "weight_memory": _question("weight_memory", weight_memory),
    "dense": LayerQuestion(
        "How many parameters would a dense layer need in place of {id}?", dense, _is_plain_conv
    ),
    "dense_ratio": LayerQuestion(
        "How many times as many parameters would a dense layer need as {id}?",
        dense_ratio,
        _is_plain_conv,
    ),
    "separable": LayerQuestion(
        "How many multiply-accumulates would a depthwise separable convolution "
        "need in place of {id}?",
        separable,
        lambda asked: _is_plain_conv(asked) and not _pointwise(asked),
    ),
    "separable_ratio": LayerQuestion(
        "How many times fewer multiply-accumulates would a depthwise separable convolution need "
        "than {id}?",
        separable_ratio,
        lambda asked: _is_plain_conv(asked) and not _pointwise(asked),
    ),
}
"""The questions about a layer that its own rules answer, by the name of the quantity."""


def questions() -> dict[str, LayerQuestion]:
    """Return all questions about a layer: also those that the table alone answers.

    Examples
    --------
    >>> list(questions())[:4]
    ['output', 'padding', 'fit', 'activations']
    """
    others = {
        word: _question(quantity.key, applies=_has(quantity))
        for word, quantity in taught().items()
        if word not in QUESTIONS
    }
    return {**QUESTIONS, **others}


def _has(quantity: Quantity) -> Callable[[SymbolicLayer], bool]:
    def has(asked: SymbolicLayer) -> bool:
        return quantity.of_layer is not None and quantity.of_layer(asked.facts, Terms()) is not None

    return has


def _pointwise(asked: SymbolicLayer) -> bool:
    kernel = getattr(asked.node.layer, "kernel", 1)
    return kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})
