"""GR012: blocks that make no layer."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.language.step import RESERVED
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule

_UNCERTAIN = ("when", "repeat", "else")
"""Words of a step that say that it may be left out itself."""


@rule
class EmptyBlock(Rule):
    """A block is called, but none of its calls creates a layer.

    Why: ``when`` or ``repeat`` leaves out every step in it. The network is read as if the block
    were not there, which is rarely intended: a parameter does not have the value it seems to
    have, or a condition is inverted.

    Instead: correct the condition or the parameter, or remove the call.
    """

    code = "GR012"
    name = "empty-block"
    severity = "warning"
    profiles = frozenset({"default"})
    needs = "network"
    formula = "layers of all calls of a block = 0"
    source = "as compilers warn of a condition that is always false"
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "{cnn: 1, input: 9x9x3, blocks: {u: {params: {act: true}, layers: [{relu: , when: "
            "$act}]}}, layers: [{dense: 3}, {u: {act: false}}, u]}"
        ),
        Case(
            "{cnn: 1, input: 9x9x3, params: {act: false}, blocks: {u: [relu]}, "
            "layers: [{dense: 3}, {u: , when: $act}]}"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\n"
            "input: 9x9x3\n"
            "params: {act: false}\n"
            "blocks:\n"
            "  unit: [{relu: , when: $act}, {bn: , repeat: 0}]\n"
            "layers:\n"
            "- dense: 3\n"
            "- unit\n"
            "- add: [[{unit: }], [dropout: 0.2]]\n",
            at=(8, 3),
            message="block 'unit' creates no layer: 'when' or 'repeat' leaves out every step in it",
            path="unit",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look for blocks that are surely called and stand in no layer's chain of calls."""
        document, network = context.document, context.network
        assert network is not None
        if document is None or not document.blocks:
            return
        filled = {call.block for node in network for call in node.chain}
        calls: dict[str, Scalar] = {}
        waiting = [document.tree.get("layers")]
        while waiting:
            for word in _calls(waiting.pop(), document.blocks.keys()):
                if word.text not in calls:
                    calls[word.text] = word
                    waiting.append(document.blocks[word.text].layers)
        for name, word in calls.items():
            if name not in filled:
                yield self.found(
                    context,
                    f"block '{name}' creates no layer: 'when' or 'repeat' leaves out every step "
                    f"in it",
                    mark=word.mark,
                    path=name,
                    help="correct the condition, or remove the call",
                )


def _calls(steps: Tree | None, blocks: Collection[str]) -> Iterator[Scalar]:
    """Yield the words that call a block in steps that are not left out themselves."""
    for step in steps.items if isinstance(steps, Sequence) else ():
        if isinstance(step, Scalar):
            if step.text in blocks:
                yield step
        elif isinstance(step, Mapping) and not set(_UNCERTAIN) & set(step.keys()):
            for word, value in step.entries:
                if word.text in blocks:
                    yield word
                elif word.text not in RESERVED and isinstance(value, Sequence):
                    for branch in value.items:
                        yield from _calls(branch, blocks)
