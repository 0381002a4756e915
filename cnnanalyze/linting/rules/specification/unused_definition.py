"""SP008: unused definition."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from cnnanalyze.core.tree import Mapping, Scalar, Tree, scalars
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.rule import Case, Rule, rule


@rule
class UnusedDefinition(Rule):
    """A block or a parameter is defined but never used.

    Why: it is dead text: whoever reads the spec, or changes the parameter, expects an effect.

    Instead: remove it, or use it.
    """

    code = "SP008"
    name = "unused-definition"
    severity = "info"
    profiles = frozenset({"default"})
    needs = "document"
    formula = "no step calls the block, no expression names the parameter"
    source = "the language: blocks and parameters do nothing by themselves"
    trips = "none of the networks in specs/"
    valid = (
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "params: {width: 8}\n"
            "blocks:\n"
            "  unit: {params: {f: }, layers: [{conv: {filters: $f, kernel: 3}}]}\n"
            "layers:\n"
            "- unit: {f: $width}\n"
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "params: {act: unit}\n"
            "blocks:\n"
            "  unit: [relu]\n"
            "layers:\n"
            "- $act\n"
        ),
    )
    invalid = (
        Case(
            "cnn: 1\ninput: 32x32x3\nblocks:\n  unit: [relu]\nlayers:\n- relu\n",
            at=(4, 3),
            message="block 'unit' is never used",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "params: {width: 8, depth: 2}\n"
            "layers:\n"
            "- conv: {filters: $width, kernel: 3}\n",
            at=(3, 20),
            message="parameter 'depth' is never used",
        ),
        Case(
            "cnn: 1\n"
            "input: 32x32x3\n"
            "blocks:\n"
            "  unit: {params: {f: 8, g: 2}, layers: [{conv: {filters: $f, kernel: 3}}]}\n"
            "layers:\n"
            "- unit\n",
            at=(4, 25),
            message="parameter 'g' of block 'unit' is never used",
        ),
    )

    def check(self, context: RuleContext) -> Iterator[Finding]:
        """Look for the names of what this file defines in everything that could use them."""
        assert context.document is not None
        tree = context.document.tree
        words = Counter(_words(tree))
        for key, value in _entries(tree.get("blocks")):
            # A block that calls itself is not used by that; its name stands before it once more.
            if words[key.text] - Counter(_words(value))[key.text] == 1:
                yield from self.unused(context, f"block '{key.text}'", key)
            params = value.get("params") if isinstance(value, Mapping) else None
            names = _names(value)
            for name, _ in _entries(params):
                if name.text not in names:
                    what = f"parameter '{name.text}' of block '{key.text}'"
                    yield from self.unused(context, what, name)
        names = _names(tree)
        for name, _ in _entries(tree.get("params")):
            if name.text not in names:
                yield from self.unused(context, f"parameter '{name.text}'", name)

    def unused(self, context: RuleContext, what: str, key: Scalar) -> Iterator[Finding]:
        """Yield the finding, if the definition stands in this file."""
        if key.mark.source == context.source:
            yield self.found(
                context, f"{what} is never used", mark=key.mark, help="remove it, or use it"
            )


def _entries(tree: Tree | None) -> tuple[tuple[Scalar, Tree], ...]:
    return tree.entries if isinstance(tree, Mapping) else ()


def _words(tree: Tree) -> Iterator[str]:
    """Yield every word that may call a block: bare, or in quotes inside an expression."""
    for scalar in scalars(tree):
        yield scalar.text
        if "$" in scalar.text:
            yield from re.findall(r"[\w.-]+", scalar.text)


def _names(tree: Tree) -> set[str]:
    """Return the names in all expressions of a tree."""
    texts = (s.text for s in scalars(tree) if "$" in s.text)
    return {name for text in texts for name in re.findall(r"\w+", text)}
