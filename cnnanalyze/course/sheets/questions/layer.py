"""Questions about one layer: what explains itself, and what is made of such."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import NamedTuple

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.expression import Name, given, made
from cnnanalyze.core.quantities import QUANTITIES, taught
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.shape import Shape
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.explanations.explanation import DerivationStep, Explanation
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Nested, Solution, Trees, Twist, plain, unfold
from cnnanalyze.course.sheets.questions.field import field_tree, jump_tree
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.course.sheets.questions.network_selection import About, variants
from cnnanalyze.course.sheets.questions.sizes import axes_of
from cnnanalyze.course.sheets.questions.topic import DOES_NOT_FIT, Asking
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.layers.traits import Trait

_MADE = ("doubled_macs", "exact_operations")
"""Counts of courses, which are called as the FLOPs are."""
_WORDS = {
    "doubled_macs": "How many FLOPs {do} {id} cost, two for each multiply-accumulate?",
    "exact_operations": "How many multiplications and additions {do} {id} cost exactly?",
    "operations_per_output": "How many multiplications and additions does one output of {id} cost?",
    "count": "How many such layers are there?",
}


def added_up() -> dict[str, str]:
    """Return what can be added up over layers, with the key of its name.

    Examples
    --------
    >>> added_up()["macs"], added_up()["doubled_macs"], "weight_memory" in added_up()
    ('mac', 'operations', False)
    """
    names = {word: row.name for word, row in taught().items() if not row.is_memory}
    return {**names, **dict.fromkeys(_MADE, QUANTITIES["flops"].name)}


def words_of(quantity: str, who: str, *, several: bool = False) -> str:
    """Return the question for something that is added up or made of others.

    Examples
    --------
    >>> words_of("stored", "conv1"), words_of("count", "")
    ('How many numbers does conv1 hold, statistics included?', 'How many such layers are there?')
    """
    if quantity in _WORDS:
        return _WORDS[quantity].format(id=who, do="do" if several else "does")
    return taught()[quantity].ask(who, several=several)


SIDES = ("receptive_field", "jump", "centre", "padding", "fit")
"""Quantities with a number for each axis, which is one number where all are equal."""


class _Own(NamedTuple):
    """A quantity of a layer that is made of others."""

    make: Callable[[About, Asking], tuple[list[DerivationStep], tuple[str, ...]]]


def _stored(about: About, asking: Asking) -> tuple[list[DerivationStep], tuple[str, ...]]:
    known = quantities(about.analysis, about.layer)
    parts = [q for q in ("parameters", "statistics") if q in known]
    found: list[DerivationStep] = []
    reasons: list[str] = []
    leaves = []
    for part in parts:
        worked = explain(about.analysis, about.layer, part, asking.notation)
        found += worked.steps
        reasons += worked.reasons
        leaves.append(given(worked.steps[-1].value, Name(part)))
    return [*found, DerivationStep(Name("stored"), made("+", *leaves))], tuple(reasons)


def _doubled(about: About, asking: Asking) -> tuple[list[DerivationStep], tuple[str, ...]]:
    worked = explain(about.analysis, about.layer, "macs", asking.notation)
    macs = given(worked.steps[-1].value, Name("mac"))
    found = [*worked.steps, DerivationStep(Name("operations"), made("*", given(2), macs))]
    return found, ("A multiply-accumulate is two operations: a multiplication and an addition.",)


def _exactly(about: About, asking: Asking) -> tuple[list[DerivationStep], tuple[str, ...]]:
    worked = explain(about.analysis, about.layer, "macs", asking.notation)
    facts = about.analysis[about.layer]
    macs = given(worked.steps[-1].value, Name("mac"))
    out = given(facts.activations, Name("activations"))
    terms = [made("*", given(2), macs), made("-", out)]
    if facts.biases:
        terms.append(out)
    reasons = ["The first product of an output is not added to anything: one addition less."]
    if facts.biases:
        reasons.append("The bias makes up for it: one addition for each output.")
    return [*worked.steps, DerivationStep(Name("operations"), made("+", *terms))], tuple(reasons)


def _per_output(about: About, asking: Asking) -> tuple[list[DerivationStep], tuple[str, ...]]:
    worked = explain(about.analysis, about.layer, "macs", asking.notation)
    facts = about.analysis[about.layer]
    each = made(
        "/",
        given(worked.steps[-1].value, Name("mac")),
        given(facts.activations, Name("activations")),
    )
    step = DerivationStep(Name("multiply"), each)
    terms = [given(each.value, Name("multiply")), given(each.value, Name("multiply")), given(-1)]
    terms += [given(facts.biases and 1, Name("biases"))] if facts.biases else []
    found = [*worked.steps, step, DerivationStep(Name("operations"), made("+", *terms))]
    return found, ("So many products, one addition less than products, and one for the bias.",)


def _learned(about: About, asking: Asking) -> tuple[list[DerivationStep], tuple[str, ...]]:
    if about.analysis[about.layer].node.frozen:
        step = DerivationStep(Name("trainable"), given(0))
        return [step], (f"{about.layer} is frozen: training changes nothing in it.",)
    worked = explain(about.analysis, about.layer, "parameters", asking.notation)
    leaf = given(worked.steps[-1].value, Name("parameters"))
    return [*worked.steps, DerivationStep(Name("trainable"), leaf)], worked.reasons


_OWN = {
    "stored": _Own(_stored),
    "doubled_macs": _Own(_doubled),
    "exact_operations": _Own(_exactly),
    "operations_per_output": _Own(_per_output),
    "trainable": _Own(_learned),
}


def of_layer(about: About, quantity: str, asking: Asking) -> Solution:
    """Work out a quantity of one layer."""
    facts = about.analysis[about.layer]
    known = quantities(about.analysis, about.layer)
    value: Nested
    if quantity in _OWN or (quantity == "statistics" and quantity not in known):
        worked, value = _made(about, quantity, asking)
    elif quantity in known:
        worked = explain(about.analysis, about.layer, quantity, asking.notation)
        value = worked.value
    else:
        raise unknown(about, quantity)
    form = "number"
    is_vector = isinstance(value, Shape) and not value.rank
    if isinstance(value, Shape):
        form = "shape" if value.rank else "number"
        value = value.extents if value.rank else value.channels
    elif isinstance(value, tuple):
        form = "list" if len(set(value)) > 1 else "number"
        value = value if form == "list" else value[0]

    def again(network: Network) -> Solution:
        return of_layer(replace(about, network=network), quantity, asking)

    return Solution(
        value,
        form,
        worked.unit,
        (worked,),
        lambda: layer_tree(about, quantity, value),
        about.scene,
        lambda: variants(about, quantity, again),
        lambda: _twists(facts, quantity, value),
        _hangs_over(facts, quantity, asking),
        is_vector=is_vector,
    )


def _hangs_over(facts: NodeFacts, quantity: str, asking: Asking) -> tuple[str, ...]:
    """Return what may be said of an output in a course that does not round: that it has none."""
    rounds = quantity == "output" and not all(fit.exact for fit in facts.fit)
    return (DOES_NOT_FIT,) if rounds and not asking.style.has_floor else ()


def _made(about: About, quantity: str, asking: Asking) -> tuple[Explanation, Nested]:
    """Work out what is made of other quantities; what a layer has none of is 0."""
    found: list[DerivationStep] = [DerivationStep(Name(quantity), given(0))]
    reasons: tuple[str, ...] = ()
    if quantity in _OWN:
        found, reasons = _OWN[quantity].make(about, asking)
    question = words_of(quantity, about.layer)
    subject = explain(about.analysis, about.layer, "output").subject
    value = plain(found[-1].value)
    return asking.explain(question, subject, found, value, reasons=reasons), value


def layer_tree(about: About, quantity: str, value: Nested = None) -> Trees:
    """Return how a quantity of a layer comes about, every name with its layer, to be varied."""
    layer = about.layer
    if quantity == "receptive_field":
        return field_tree(about.analysis, layer)
    if quantity == "jump" and about.analysis[layer].output.size:
        return jump_tree(about.analysis, layer)
    if quantity in _OWN:
        steps = tuple(_OWN[quantity].make(about, Asking())[0])
    elif quantity in quantities(about.analysis, layer):
        steps = explain(about.analysis, layer, quantity).steps
    else:
        return given(0)
    if quantity == "output":
        return _shape_tree(steps, about.analysis, layer)
    if quantity in SIDES or isinstance(value, tuple):
        return None
    tree = unfold(steps, layer)
    key = added_up().get(quantity)
    return tree._replace(name=Name(key, of=layer)) if key and not tree.is_given else tree


def _shape_tree(steps: tuple[DerivationStep, ...], analysis: Analysis, layer: str) -> Trees:
    shape = analysis[layer].output
    if shape.is_vector:
        return unfold(steps, layer)
    depth = unfold(steps[-1:], layer)
    each = axes_of(steps, analysis, layer)
    if not each or depth.value != shape.channels:
        return tuple(given(n) for n in shape.extents)
    return (*each, depth)


OVER_CHANNELS = kind(
    "averaged over the channels", "averaged over the channels instead of the positions"
)
WIDTH_FIRST = kind("width before height", "wrote the width before the height")
COUNTED = kind("number instead of a shape", "gave the number of activations")


STATISTICS_TOO = kind("statistics counted as parameters", "counted the moving statistics, too")
BOTH_SIDES = kind("the other padding", "gave the padding of both sides together")


def _twists(facts: NodeFacts, quantity: str, value: Nested) -> Iterator[Twist]:
    if quantity == "parameters" and facts.statistics:
        yield Twist(STATISTICS_TOO, facts.stored)
    if quantity == "padding" and isinstance(value, int) and facts.fit:
        yield Twist(BOTH_SIDES, facts.fit[0].before + facts.fit[0].after)
    if quantity == "output" and isinstance(value, tuple):
        *size, channels = value
        shape = facts.node.input_shapes[0]
        if facts.node.layer.is_any({Trait.GLOBAL_POOLING, Trait.ADAPTIVE_POOLING}):
            yield Twist(OVER_CHANNELS, (*shape.size, 1))
        yield Twist(WIDTH_FIRST, (*size[::-1], channels))
        yield Twist(COUNTED, facts.activations)


def unknown(about: About, quantity: str) -> UsageError:
    """Return the refusal of a quantity that there is not, with what there is."""
    known = [*added_up(), *PATTERN, "count"]
    if about.layer in about.network:
        known = [*quantities(about.analysis, about.layer), *_OWN]
    elif not about.over:
        known = list(dict.fromkeys([*quantities(about.analysis, about.layer), *known]))
    return UsageError(
        f"'{about.layer or about.network.name}' has no quantity '{quantity}'"
        f"{nearest(quantity, known)}",
        help=f"there are {', '.join(known)}",
    )
