"""Questions about a whole network, a stage or a block: totals, memory, training."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

from cnnanalyze.analysis.memory import alive_at, bytes_of
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total, total_of
from cnnanalyze.analysis.training import exactly, plan
from cnnanalyze.core.expression import Name, given, made
from cnnanalyze.core.number import Num, Ratio, tree
from cnnanalyze.core.quantities import QUANTITIES, Quantity, Terms, taught
from cnnanalyze.course.explanations.additive_quantities import COURSE_QUANTITIES
from cnnanalyze.course.explanations.explanation import DerivationRow, DerivationStep
from cnnanalyze.course.explanations.notation import Notation
from cnnanalyze.course.explanations.simplify import textbook_form
from cnnanalyze.course.explanations.symbolic_layer import Draft, steps
from cnnanalyze.graph.node import NodeId
from cnnanalyze.language.spec import spec_of


class QuestionScope(NamedTuple):
    """A network, a stage, a block or some layers, and the notation of the answer."""

    analysis: Analysis
    group: str
    notation: Notation
    layers: tuple[NodeFacts, ...] = ()
    """The layers that are chosen; nothing for all of the network or of the group."""
    subject: str = ""
    """What the chosen layers are called."""

    @property
    def facts(self) -> tuple[NodeFacts, ...]:
        """The layers."""
        if self.layers:
            return self.layers
        return self.analysis.group(self.group) if self.group else tuple(self.analysis)

    @property
    def total(self) -> Total:
        """What the layers have together."""
        if self.layers:
            return total_of(self.layers)
        return self.analysis.total_below(self.group) if self.group else self.analysis.total

    @property
    def name(self) -> str:
        """What the question is about, in words."""
        return self.subject or self.group or self.analysis.network.name

    def ask(self, words: str) -> str:
        """Return a question about it."""
        return words.format(id=self.name, do="do" if self.layers else "does")


class NetworkQuestion(NamedTuple):
    """A question about one quantity of a network."""

    words: str
    """The question; ``{id}`` is the network, and ``{do}`` what it does."""
    work: Callable[[QuestionScope], Draft]
    applies: Callable[[QuestionScope], bool] = lambda _: True
    is_listed: Callable[[QuestionScope], bool] = lambda _: True
    """Whether it belongs to all that is told of the network when nothing special is asked."""


LONGEST = 20
"""A table of more layers is folded by stages."""


def addends(scope: QuestionScope, quantity: Quantity) -> list[tuple[str, int]]:
    """Return the number of each layer that has any."""
    count, terms = quantity.of_layer, Terms()
    assert count is not None
    return [(f.node.id, number) for f in scope.facts if (number := count(f, terms))]


def group_terms(
    terms: list[tuple[str, int]],
    group: str = "",
    most: int = LONGEST,
    together: Callable[[list[int]], int] = sum,
) -> list[tuple[str, int]]:
    """Put the terms of each stage together, if there are too many to read.

    Examples
    --------
    >>> group_terms([("a/x", 1), ("a/y", 2), ("b", 3)], most=2)
    [('a', 3), ('b', 3)]
    >>> group_terms([("a/x", 1), ("a/y", 2), ("b", 3)], most=2, together=max)
    [('a', 2), ('b', 3)]
    """
    if len(terms) <= most:
        return terms
    lead = f"{group}/" if group else ""
    stages: dict[str, list[int]] = {}
    for label, number in terms:
        stage = lead + label.removeprefix(lead).split("/")[0]
        stages.setdefault(stage, []).append(number)
    return [(stage, together(numbers)) for stage, numbers in stages.items()]


def _total(quantity: Quantity) -> Callable[[QuestionScope], Draft]:
    key = quantity.name
    operation, together = ("+", sum) if quantity.adds_up else ("max", max)

    def work(scope: QuestionScope) -> Draft:
        folded = group_terms(addends(scope, quantity), scope.group, together=together)
        leaves = [given(number, Name(key, of=label)) for label, number in folded]
        found = made(operation, *leaves) if leaves else given(0)
        table = tuple(
            DerivationRow(label, (leaf,)) for (label, _), leaf in zip(folded, leaves, strict=True)
        )
        reasons = []
        if len(folded) > 1:
            reasons.append(_TOGETHER[operation])
        if not all(f.cost is not None for f in scope.facts) and quantity.counted == "operations":
            reasons.append("Some layers cannot be counted, so the sum is a lower bound.")
        return Draft(
            [DerivationStep(Name(key), found)],
            int(found.value),
            "B" if quantity.is_memory else "",
            reasons=reasons,
            heads=(Name(key),),
            table=table,
        )

    return work


_TOGETHER = {
    "+": "The total of a network is the sum over its layers.",
    "max": "The number of a network is the largest among its layers.",
}


def weight_memory(scope: QuestionScope) -> Draft:
    """How many bytes do all weights take?"""
    draft = _total(QUANTITIES["stored"])(scope)
    number = Num(int(draft.steps[-1].value), Name("stored")) * Num(
        bytes_of("float32"), Name("bytes")
    )
    found = textbook_form(tree(number), scope.notation)
    return replace(
        draft,
        steps=[*draft.steps, *steps(Name("weight bytes"), found)],
        value=int(number),
        unit="B",
        reasons=["A 32-bit floating-point number takes 4 bytes."],
    )


def peak_memory(scope: QuestionScope) -> Draft:
    """How many bytes do the activations take that are alive at the same time?"""
    network, memory = scope.analysis.network, scope.analysis.memory
    leaves = [
        given(network.shape_of(id_).count, Name("activations", of=id_))
        for id_ in alive_at(network, NodeId(memory.peak_at))
    ]
    live = made("+", *leaves) if len(leaves) > 1 else leaves[0]
    number = Num(memory.peak, Name("live")) * Num(bytes_of("float32"), Name("bytes"))
    return Draft(
        [
            DerivationStep(Name("live"), live),
            *steps(Name("memory"), textbook_form(tree(number), scope.notation)),
        ],
        int(number),
        "B",
        [
            (
                f"Memory is largest while {memory.peak_at} is computed: its inputs, its output, "
                "and what later layers still read. Activations that no layer reads any more are "
                "freed."
            ),
        ],
        heads=(Name("activations"),),
        table=tuple(DerivationRow(x.name.of, (x,)) for x in leaves if x.name is not None),
    )


def _training(key: str) -> Callable[[QuestionScope], Draft]:
    def work(scope: QuestionScope) -> Draft:
        section = spec_of(scope.analysis.network).training
        assert section is not None
        total = scope.analysis.total
        share: Fraction = exactly(section.validation_split)
        named = section.model_copy(
            update={
                "samples": Num(section.samples, Name("samples")),
                "batch": Num(section.batch, Name("batch")),
                "epochs": Num(section.epochs, Name("epochs")),
                "validation_split": Ratio(share, Name("validation share")) if share else share,
            }
        )
        result = plan(
            named,
            trained=Num(total.trainable, Name("trainable")),
            stored=Num(total.stored, Name("stored")),
            macs=Num(total.operations("mac"), Name("mac")),
            saved=Num(scope.analysis.memory.saved, Name("saved")),
        )
        symbol, number, reason = TRAINING[key](result)
        return Draft(
            steps(Name(symbol), textbook_form(tree(number), scope.notation)),
            int(number),
            reasons=[reason],
        )

    return work


TRAINING: dict[str, Callable[..., tuple[str, int, str]]] = {
    "iterations": lambda r: (
        "iterations",
        r.iterations_per_epoch,
        (
            "An epoch is one pass over the training examples, one batch per iteration; an "
            "incomplete last batch counts as an iteration unless it is dropped."
        ),
    ),
    "updates": lambda r: (
        "updates",
        r.updates,
        (
            "Each iteration updates the weights once, and every epoch has the same number of "
            "iterations."
        ),
    ),
    "training_macs": lambda r: (
        "forward",
        r.forward_macs,
        (
            "Every training example passes forward through the network once per epoch. The "
            "backward pass costs about twice as much."
        ),
    ),
    "training_numbers": lambda r: (
        "numbers",
        r.numbers_kept,
        (
            "Training keeps the parameters, a gradient for each trainable one, the state of the "
            "optimizer, and the activations of one batch for the backward pass."
        ),
    ),
}


def _trains(scope: QuestionScope) -> bool:
    return not scope.group and spec_of(scope.analysis.network).training is not None


def _is_all(scope: QuestionScope) -> bool:
    return not scope.group


def _has(quantity: Quantity) -> Callable[[QuestionScope], bool]:
    """Return a predicate: does any layer add something to the quantity?"""
    count, terms = quantity.of_layer, Terms()
    assert count is not None

    def has(scope: QuestionScope) -> bool:
        if quantity.of_place:
            return any(count(f, terms) for f in scope.facts)
        return any(count(f, terms) for f, _ in scope.total.distinct())

    return has


def _question(
    key: str,
    work: Callable[[QuestionScope], Draft] | None = None,
    applies: Callable[[QuestionScope], bool] = lambda _: True,
    is_listed: Callable[[QuestionScope], bool] = lambda _: True,
) -> NetworkQuestion:
    """Return the question for a quantity of the table, put together from its layers."""
    quantity = QUANTITIES[key]
    return NetworkQuestion(quantity.question, work or _total(quantity), applies, is_listed)


def _if_asked(_: QuestionScope) -> bool:
    return False


QUESTIONS: dict[str, NetworkQuestion] = {
    "parameters": _question("parameters"),
    "trainable": _question(
        "trainable_parameters", is_listed=lambda w: any(f.node.frozen for f in w.facts)
    ),
    "weights": _question("weights"),
    "biases": _question("biases"),
    "statistics": _question("statistics", is_listed=_has(QUANTITIES["statistics"])),
    "activations": NetworkQuestion(
        "How many activations do the layers of {id} have?", _total(QUANTITIES["activations"])
    ),
    "macs": _question("macs"),
    "flops": _question("flops"),
    "weight_memory": _question("weight_memory", weight_memory),
    "memory": _question("peak_memory", peak_memory, _is_all),
    "iterations": NetworkQuestion(
        "How many iterations does an epoch have?", _training("iterations"), _trains
    ),
    "updates": NetworkQuestion("How often are the weights updated?", _training("updates"), _trains),
    "training_macs": NetworkQuestion(
        "How many multiply-accumulates do all forward passes cost?",
        _training("training_macs"),
        _trains,
    ),
    "training_numbers": NetworkQuestion(
        "How many numbers does training keep in memory?",
        _training("training_numbers"),
        _trains,
    ),
}
"""The questions about a network, by the name of the quantity; groups answer some of them."""


def questions() -> dict[str, NetworkQuestion]:
    """Return all questions about a network: also those that the tables alone answer.

    Examples
    --------
    >>> list(questions())[:3]
    ['parameters', 'trainable', 'weights']
    """
    others = {
        word: NetworkQuestion(
            row.question,
            _total(row),
            is_listed=_if_asked if word in RARELY_ASKED else _has(row),
        )
        for word, row in {**taught(), **COURSE_QUANTITIES}.items()
        if word not in QUESTIONS
    }
    return {**QUESTIONS, **others}


RARELY_ASKED = frozenset({"stored", *COURSE_QUANTITIES})
"""Sums that repeat or vary others, and so are not listed."""
