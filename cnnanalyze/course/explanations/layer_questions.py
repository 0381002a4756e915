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
    """A question about one quantity of a layer."""

    words: str
    """The question; ``{id}`` is the layer, and ``{do}`` what it does."""
    work: Callable[[SymbolicLayer], Draft]
    applies: Callable[[SymbolicLayer], bool] = lambda _: True
    is_listed: Callable[[SymbolicLayer], bool] = lambda _: True
    """Whether it belongs to all that is told of the layer when nothing special is asked."""
    reasons: tuple[str, ...] = ()
    """The quantities whose reasons are its own, too."""
    tree: Callable[[SymbolicLayer], Trees | None] | None = None
    """How the answer comes about as one expression, where its equations do not say it."""
    of_input: bool = False
    """Whether it is about an input of the network: of several, each has an answer of its own."""


def output(symbolic: SymbolicLayer) -> Draft:
    """What size is the output?"""
    node = symbolic.node
    shape = symbolic.square or symbolic.shape
    rank = shape.rank
    found: list[DerivationStep] = []
    if symbolic.square is not None:
        found += symbolic.steps(Name("output", None, rank), shape.size[0])
    else:
        for axis, n in enumerate(shape.size):
            found += symbolic.steps(Name("output", axis, rank), n)
    found += symbolic.steps(symbolic.depth, shape.channels)
    return Draft(list(dict.fromkeys(found)), node.output)


def padding(symbolic: SymbolicLayer) -> Draft:
    """How much is padded before and after each axis?"""
    found: list[DerivationStep] = []
    fits, axes = symbolic.windows
    for axis, fit in zip(axes, fits, strict=True):
        rank = symbolic.rank
        before, after = symbolic.as_written(fit.before), symbolic.as_written(fit.after)
        if before.is_given and after.is_given and before == after:
            found.append(DerivationStep(Name("padding", axis, rank), given(before.value)))
            continue
        found += steps(Name("padding before", axis, rank), before)
        found += steps(Name("padding after", axis, rank), after)
    value = tuple(int(n) for f in symbolic.facts.fit for n in (f.before, f.after))
    return Draft(list(dict.fromkeys(found)), value)


def fit(symbolic: SymbolicLayer) -> Draft:
    """Do the windows fit, or is something left unread?"""
    found: list[DerivationStep] = []
    fits, axes = symbolic.windows
    for axis, one in zip(axes, fits, strict=True):
        found += symbolic.steps(Name("unread", axis, symbolic.rank), one.unread)
    return Draft(found, tuple(f.unread for f in symbolic.facts.fit))


def _sum(params: tuple[Param, ...]) -> int:
    return sum(p.size for p in params)


def _split(symbolic: SymbolicLayer) -> dict[str, tuple[Param, ...]]:
    trained = tuple(p for p in symbolic.params if p.trainable)
    return {
        "weights": tuple(p for p in trained if not p.is_bias),
        "biases": tuple(p for p in trained if p.is_bias),
        "statistics": tuple(p for p in symbolic.params if not p.trainable),
    }


def _told(quantity: Quantity) -> Callable[[SymbolicLayer], Draft]:
    """Return a function that works a quantity out from its table row, on symbolic numbers."""

    def work(symbolic: SymbolicLayer) -> Draft:
        assert quantity.of_layer is not None
        terms = Terms(bytes=Num(bytes_of("float32"), Name("bytes")))
        number = quantity.of_layer(symbolic.symbolic_facts, terms)
        assert number is not None
        unit = "B" if quantity.is_memory else ""
        return Draft(symbolic.steps(Name(quantity.name), number), int(number), unit)

    return work


def parameters(symbolic: SymbolicLayer) -> Draft:
    """How many parameters does it learn?"""
    return _held(symbolic, "parameters", ("weights", "biases"))


def stored(symbolic: SymbolicLayer) -> Draft:
    """How many numbers does it hold, statistics included?"""
    return _held(symbolic, "stored", ("weights", "biases", "statistics"))


def _held(symbolic: SymbolicLayer, key: str, wanted: tuple[str, ...]) -> Draft:
    split = _split(symbolic)
    present = [k for k in wanted if split[k]]
    if len(present) < 2:  # noqa: PLR2004 - one part is the whole
        number = sum(_sum(split[k]) for k in present)
        return Draft(symbolic.steps(Name(key), number), int(number))
    found: list[DerivationStep] = []
    for part in present:
        found += symbolic.steps(Name(part), _sum(split[part]))
    number = sum(Num(_sum(split[part]), Name(part)) for part in present)
    return Draft([*found, *symbolic.steps(Name(key), number)], int(number))


def trainable(symbolic: SymbolicLayer) -> Draft:
    """How many of its parameters does training change?"""
    symbol = Name("trainable")
    if symbolic.node.frozen:
        reason = f"{symbolic.node.id} is frozen: training changes nothing in it."
        return Draft([DerivationStep(symbol, given(0))], 0, reasons=[reason])
    held = parameters(symbolic)
    number = _last(held, "parameters")
    return Draft([*held.steps, DerivationStep(symbol, number)], int(number.value))


def _last(draft: Draft, key: str) -> Expression:
    """Return the result of a draft, named."""
    return given(draft.steps[-1].value, Name(key))


def macs(symbolic: SymbolicLayer) -> Draft:
    """How many multiply-accumulates does it cost?"""
    assert symbolic.cost is not None
    return Draft(symbolic.steps(Name("mac"), symbolic.cost.mac), int(symbolic.cost.mac))


def operations(symbolic: SymbolicLayer) -> Draft:
    """How many elementary operations does it cost, a multiply-accumulate counted as two?"""
    assert symbolic.cost is not None
    cost = symbolic.cost
    found: list[DerivationStep] = []
    number = 0
    formula = convention("flop").formula(symbolic.kind)
    assert formula is not None
    for weight, term in formula.terms:
        count = getattr(cost, term)
        if not count:
            continue
        found += symbolic.steps(Name(term), count)
        number = number + weight * remember(named_value(int(count), term))
    found += symbolic.steps(Name("operations"), number)
    return Draft(found, int(number))


def doubled_macs(symbolic: SymbolicLayer) -> Draft:
    """How many operations does it cost, two for each multiply-accumulate?"""
    found = macs(symbolic)
    number = made("*", given(2), _last(found, "mac"))
    return Draft(
        [*found.steps, DerivationStep(Name("operations"), number)],
        int(number.value),
        reasons=[
            "A multiply-accumulate is two operations: a multiplication and an addition.",
        ],
    )


def exact_operations(symbolic: SymbolicLayer) -> Draft:
    """How many multiplications and additions does it cost exactly?"""
    found = macs(symbolic)
    if not found.value:
        return doubled_macs(symbolic)
    outputs = given(symbolic.facts.activations, Name("activations"))
    terms = [made("*", given(2), _last(found, "mac")), made("-", outputs)]
    reasons = [
        (
            "The first product of an output is not added to anything, which saves one addition per "
            "output."
        )
    ]
    if symbolic.facts.biases:
        terms.append(outputs)
        reasons.append("The bias takes one addition per output.")
    number = made("+", *terms)
    steps_ = [*found.steps, DerivationStep(Name("operations"), number)]
    return Draft(steps_, int(number.value), reasons=reasons)


def operations_per_output(symbolic: SymbolicLayer) -> Draft:
    """How many multiplications and additions does one of its outputs cost?"""
    found = macs(symbolic)
    outputs = given(symbolic.facts.activations, Name("activations"))
    each = made("/", _last(found, "mac"), outputs)
    products = given(each.value, Name("multiply"))
    terms = [products, products, given(-1)]
    terms += [given(1, Name("biases"))] if symbolic.facts.biases else []
    number = made("+", *terms)
    steps_ = [
        *found.steps,
        DerivationStep(Name("multiply"), each),
        DerivationStep(Name("operations"), number),
    ]
    reason = "The additions are one fewer than the products, plus one for the bias."
    return Draft(steps_, int(number.value), reasons=[reason])


def weight_memory(symbolic: SymbolicLayer) -> Draft:
    """How many bytes do its weights take?"""
    held = stored(symbolic)
    each = Num(bytes_of("float32"), Name("bytes"))
    number = Num(symbolic.facts.stored, Name("stored")) * each
    return Draft([*held.steps, *symbolic.steps(Name("weight bytes"), number)], int(number), "B")


def _in_place(symbolic: SymbolicLayer) -> tuple[list[DerivationStep], int]:
    """Return what leads to the parameters of a dense layer in the place of a convolution."""
    from cnnanalyze.layers.linear import Dense  # noqa: PLC0415 - fills the registry where it is asked

    units = Num(symbolic.node.output.count, Name("dense units"))
    layer = Dense(units=1, bias=bool(symbolic.facts.biases)).model_copy(update={"units": units})
    number = _sum(layer.params(*symbolic.inputs))
    found = [
        *symbolic.steps(Name("dense units"), symbolic.output.count),
        *symbolic.steps(Name("dense parameters"), number),
    ]
    return found, int(number)


def dense(symbolic: SymbolicLayer) -> Draft:
    """How many parameters would a dense layer need that puts out as many activations?"""
    return Draft(*_in_place(symbolic))


def dense_ratio(symbolic: SymbolicLayer) -> Draft:
    """How many times as many parameters would such a dense layer need?"""
    found, number = _in_place(symbolic)
    own = Num(symbolic.facts.parameters, Name("parameters"))
    ratio = Num(number, Name("dense parameters")) / own
    steps_ = [*found, *parameters(symbolic).steps, *symbolic.steps(Name("ratio"), ratio)]
    return Draft(steps_, symbolic.as_written(ratio).value)


def _separated(symbolic: SymbolicLayer) -> tuple[list[DerivationStep], int]:
    """Return what leads to the multiply-accumulates of a depthwise separable convolution."""
    from cnnanalyze.layers.depthwise import Separable  # noqa: PLC0415 - as above

    node = symbolic.node
    words = ("filters", "kernel", "stride", "padding", "dilation", "bias")
    plain = Separable(**{w: getattr(node.layer, w) for w in words})
    layer = plain.model_copy(update={w: getattr(symbolic.layer, w) for w in words})
    cost = layer.cost(symbolic.output, *symbolic.inputs)
    return symbolic.steps(Name("separable macs"), cost.mac), int(cost.mac)


def separable(symbolic: SymbolicLayer) -> Draft:
    """How many multiply-accumulates would a depthwise separable convolution need?"""
    return Draft(*_separated(symbolic))


def separable_ratio(symbolic: SymbolicLayer) -> Draft:
    """How many times fewer multiply-accumulates would it need?"""
    found, number = _separated(symbolic)
    assert symbolic.cost is not None
    ratio = Num(int(symbolic.cost.mac), Name("mac")) / Num(number, Name("separable macs"))
    steps_ = [
        *symbolic.steps(Name("mac"), symbolic.cost.mac),
        *found,
        *symbolic.steps(Name("ratio"), ratio),
    ]
    return Draft(steps_, symbolic.as_written(ratio).value)


def _slides(symbolic: SymbolicLayer) -> bool:
    return bool(symbolic.facts.fit)


def _seen(symbolic: SymbolicLayer) -> bool:
    return bool(symbolic.facts.fields)  # a vector has no axes to see along


def _first_sees(symbolic: SymbolicLayer) -> bool:
    return _seen(symbolic) and all(middle(f.local) is not None for f in symbolic.facts.fields or ())


def _counted(symbolic: SymbolicLayer) -> bool:
    return symbolic.facts.cost is not None


def _is_plain_conv(symbolic: SymbolicLayer) -> bool:
    return symbolic.node.layer.traits >= _PLAIN and symbolic.facts.parameters > 0


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
    "statistics": _question("statistics", is_listed=lambda symbolic: symbolic.facts.statistics > 0),
    "stored": _question(
        "stored", stored, is_listed=_if_asked, reasons=("parameters", "statistics")
    ),
    "trainable": _question(
        "trainable_parameters", trainable, is_listed=_if_asked, reasons=("parameters",)
    ),
    "macs": _question("macs", macs, _counted),
    "flops": _question("flops", operations, _counted),
    "doubled_macs": _question("doubled_macs", doubled_macs, _counted, is_listed=_if_asked),
    "exact_operations": _question(
        "exact_operations", exact_operations, _counted, is_listed=_if_asked
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
        lambda symbolic: _is_plain_conv(symbolic) and not _pointwise(symbolic),
    ),
    "separable_ratio": LayerQuestion(
        "How many times fewer multiply-accumulates would a depthwise separable convolution need "
        "than {id}?",
        separable_ratio,
        lambda symbolic: _is_plain_conv(symbolic) and not _pointwise(symbolic),
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
    def has(symbolic: SymbolicLayer) -> bool:
        return (
            quantity.of_layer is not None and quantity.of_layer(symbolic.facts, Terms()) is not None
        )

    return has


def _pointwise(symbolic: SymbolicLayer) -> bool:
    kernel = getattr(symbolic.node.layer, "kernel", 1)
    return kernel == 1 or (isinstance(kernel, tuple) and set(kernel) == {1})
