"""The pattern of CS231n: [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from cnnanalyze.core.expression import Name, given, made
from cnnanalyze.course.explanations.explanation import DerivationStep
from cnnanalyze.course.misconceptions.catalogue import kind
from cnnanalyze.course.misconceptions.solution import Solution, WrongAnswer
from cnnanalyze.course.sheets.questions.topic import ExplanationBuilder
from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import Node
from cnnanalyze.layers.traits import Trait


def is_convolution(node: Node) -> bool:
    """Whether a layer convolves, transposed or not, with the same weights in all places."""
    convolving = {Trait.CONVOLUTION, Trait.TRANSPOSED_CONVOLUTION}
    return node.layer.is_any(convolving) and Trait.UNSHARED_WEIGHTS not in node.layer.traits


SCORES_FORGOTTEN = kind("score layer forgotten", "forgot the dense layer of the softmax")
POOLS_COUNTED = kind("pools counted", "counted the pools as well")
CONVOLUTIONS_ONLY = kind("convolutions only", "counted the convolutions only")
DENSE_AMONG_THEM = kind(
    "dense layers counted as convolutions", "counted all layers with weights, the dense ones too"
)


class Pattern(NamedTuple):
    """A network in that form."""

    repeats: tuple[int, ...]
    """N of each of the M blocks: how many convolutions stand before the pool."""
    pooled: tuple[bool, ...]
    """Whether a block ends in a pool."""
    dense: int
    """Dense layers, the one of the softmax included."""

    @property
    def hidden(self) -> int:
        """K: the dense layers before the one that gives the scores."""
        return max(0, self.dense - 1)

    def __str__(self) -> str:
        same = len(set(self.repeats)) == 1 and len(set(self.pooled)) == 1
        if not self.repeats:
            blocks = ""
        elif same:
            pool = "-POOL" if self.pooled[0] else ""
            blocks = f"[(CONV-RELU)*{self.repeats[0]}{pool}]*{len(self.repeats)}-"
        else:
            each = (
                f"(CONV-RELU)*{n}{'-POOL' if pooled else ''}"
                for n, pooled in zip(self.repeats, self.pooled, strict=True)
            )
            blocks = "".join(f"{one}-" for one in each)
        return f"{blocks}(FC-RELU)*{self.hidden},SOFTMAX"


def match(network: Network) -> Pattern:
    """Read a network as repeated convolutions, pools and dense layers.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> str(match(cnn.load("zoo:lecture_000_lenet")))
    '[(CONV-RELU)*1-POOL]*2-(FC-RELU)*2,SOFTMAX'
    """
    repeats: list[int] = []
    pooled: list[bool] = []
    dense = run = 0
    for node in network:
        if is_convolution(node):
            run += 1
        elif Trait.POOLING in node.layer.traits and run:
            repeats.append(run)
            pooled.append(True)
            run = 0
        elif Trait.DENSE in node.layer.traits:
            dense += 1
    if run:
        repeats.append(run)
        pooled.append(False)
    return Pattern(tuple(repeats), tuple(pooled), dense)


def _number(what: str, words: str, count: Callable[[Pattern], int]) -> Callable[..., Solution]:
    def solve(found: Pattern, network: Network, builder: ExplanationBuilder) -> Solution:
        value = count(found)
        one = builder.explain(
            words, network.name, [DerivationStep(Name(what), given(value))], value
        )
        return Solution(value, explanations=(one,))

    return solve


def _repeats(found: Pattern, network: Network, builder: ExplanationBuilder) -> Solution:
    step = [DerivationStep(Name("blocks"), given(len(found.repeats)))]
    words = "How many convolutions are there in each block before its pool (N)?"
    one = builder.explain(words, network.name, step, found.repeats, form="list")
    return Solution(found.repeats, "list", explanations=(one,))


def _weighty(found: Pattern, network: Network, builder: ExplanationBuilder) -> Solution:
    convs, hidden = sum(found.repeats), found.hidden
    last = found.dense - hidden
    tree = made(
        "+",
        given(convs, Name("convolutions")),
        given(hidden, Name("hidden dense layers")),
        given(last, Name("dense layer of the softmax")),
    )
    value = int(tree.value)
    one = builder.explain(
        "How many layers have weights?",
        network.name,
        [DerivationStep(Name("weight layers"), tree)],
        value,
        reasons=("Pools, activations and the softmax itself have none.",),
    )

    def wrong_answers() -> list[WrongAnswer]:
        return [
            WrongAnswer(SCORES_FORGOTTEN, value - last),
            WrongAnswer(POOLS_COUNTED, value + sum(found.pooled)),
            WrongAnswer(CONVOLUTIONS_ONLY, convs),
        ]

    return Solution(value, explanations=(one,), wrong_answers=lambda: iter(wrong_answers()))


def _convs(found: Pattern, network: Network, builder: ExplanationBuilder) -> Solution:
    solution = _number("CONV", "How many convolutions are there?", lambda p: sum(p.repeats))(
        found, network, builder
    )
    weighty = sum(found.repeats) + found.dense
    wrong = WrongAnswer(DENSE_AMONG_THEM, weighty)
    return Solution(
        solution.value, explanations=solution.explanations, wrong_answers=lambda: iter([wrong])
    )


def _written(found: Pattern, network: Network, builder: ExplanationBuilder) -> Solution:
    step = [DerivationStep(Name("blocks"), given(len(found.repeats)))]
    words = "How is the network written as a pattern?"
    one = builder.explain(words, network.name, step, str(found), form="words")
    return Solution(str(found), "words", explanations=(one,))


PATTERN: dict[str, Callable[[Pattern, Network, ExplanationBuilder], Solution]] = {
    "pattern": _written,
    "N": _repeats,
    "M": _number("M", "How many blocks of convolutions are there (M)?", lambda p: len(p.repeats)),
    "K": _number("K", "How many dense layers come before the last (K)?", lambda p: p.hidden),
    "conv_layers": _convs,
    "weight_layers": _weighty,
}
"""What the pattern of a network says."""


def solve_pattern(network: Network, quantity: str, builder: ExplanationBuilder) -> Solution:
    """Match a network against the pattern, and say one thing of it."""
    return PATTERN[quantity](match(network), network, builder)
