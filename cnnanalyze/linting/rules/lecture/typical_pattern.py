"""LC006: typical pattern."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from cnnanalyze.graph.network import Network
from cnnanalyze.graph.node import INPUT, Node
from cnnanalyze.layers.traits import Category, Trait
from cnnanalyze.linting import layer_queries
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class TypicalPattern(Rule):
    """Whether the network follows the typical pattern of a convolutional network.

    Why: most plain networks are [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX, with N up to about
    5, M large and K up to 2; where a network departs from it shows what is new in it.

    Instead: nothing to do: this is a remark.
    """

    code = "LC006"
    name = "typical-pattern"
    severity = "info"
    profiles = frozenset({"teaching"})
    needs = "network"
    formula = "[(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX"
    source = "lecture 004, summary; CS231n, 'ConvNet architectures: layer patterns'"
    trips = "none of the networks in specs/"
    valid = (Case("cnn: 1\ninput: 32x32x3\nlayers:\n- add: [[relu], []]\n"),)
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- maxpool: 2\n"
            "- conv: {filters: 16, kernel: 3}\n"
            "- relu\n"
            "- maxpool: 2\n"
            "- flatten\n"
            "- dense: 64\n"
            "- relu\n"
            "- dense: 10\n"
            "- softmax\n",
            at=(4, 3),
            message="follows the pattern [(CONV-RELU)*1-POOL?]*2-(FC-RELU)*1,SOFTMAX",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- relu\n"
            "- dense: 10\n"
            "- softmax\n",
            at=(4, 3),
            message="follows the pattern [(CONV-RELU)*2-POOL?]*1-(FC-RELU)*0,SOFTMAX",
            path="conv1",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "layers:\n"
            "- conv: {filters: 8, kernel: 3}\n"
            "- maxpool: 2\n"
            "- dense: 10\n"
            "- softmax\n",
            at=(5, 3),
            message="departs from [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX at maxpool1",
            path="maxpool1",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Read a plain chain of layers as the pattern."""
        assert context.network is not None
        chain = _chain(context.network)
        if not {"C", "F"} <= {_letter(node) for node in chain}:
            return  # joins, or no classifier
        found = _read(chain)
        if isinstance(found, Node):
            yield self.found(
                context,
                f"departs from [(CONV-RELU)*N-POOL?]*M-(FC-RELU)*K,SOFTMAX at {found.id}",
                node=found,
                values={"layer": found.id},
            )
            return
        repeats, groups, dense = found
        n = str(repeats[0]) if len(set(repeats)) == 1 else "N"
        listed = "" if n != "N" else f", N = {', '.join(map(str, repeats))}"
        convolutions = f"[(CONV-RELU)*{n}-POOL?]*{groups}"
        yield self.found(
            context,
            f"follows the pattern {convolutions}-(FC-RELU)*{dense},SOFTMAX{listed}",
            node=chain[0],
            values={"N": tuple(repeats), "M": groups, "K": dense},
        )


_PASSED = (
    layer_queries.SILENT
    | layer_queries.NORMS
    | {Trait.FLATTENING, Trait.RESPONSE_NORMALISATION, Trait.PADDING}
)
_LETTERS = {
    Trait.CONVOLUTION: "C",
    Trait.ACTIVATION: "R",
    Trait.DENSE: "F",
    Trait.SOFTMAX: "S",
}


def _letter(node: Node) -> str:
    """Return what a layer is in the pattern; a question mark if it is nothing there."""
    if node.layer.category is Category.POOLING:
        return "P"
    return next((letter for trait, letter in _LETTERS.items() if trait in node.layer.traits), "?")


def _chain(network: Network) -> list[Node]:
    """Return the layers that count in the pattern, if they follow each other one by one."""
    before = INPUT
    chain = []
    for node in network:
        if node.inputs != (before,):
            return []
        before = node.id
        if not node.layer.is_any(_PASSED):
            chain.append(node)
    return chain


_NEXT = {"": "C", "C": "R", "R": "CPFS", "P": "CF", "F": "RS", "S": ""}
"""What may follow a letter in the pattern; behind the first FC only FC, RELU and SOFTMAX."""


def _read(chain: list[Node]) -> tuple[list[int], int, int] | Node:
    """Return the pattern's N of every group, its M and its K, or the layer that departs."""
    letters = [_letter(node) for node in chain]
    for i, letter in enumerate(letters):
        before = letters[i - 1] if i else ""
        if letter not in _NEXT[before] or not letter:
            return chain[i]
        if letter in "CP" and "F" in letters[:i]:
            return chain[i]
    if letters[-1] != "S" or letters[-2] != "F":
        return chain[-1]
    body = "".join(letters).replace("R", "").partition("F")[0]
    repeats = [len(list(run)) for letter, run in groupby(body) if letter == "C"]
    return repeats, len(repeats), letters.count("F") - 1
