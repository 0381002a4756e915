"""Answer trees: YAML, read with every word as it is written and with its place.

The reader of specs would not do: there 010 is a number, and a word that is written twice a fault of
the whole file. Here each answer is a text, and what is wrong with one stops no other.
"""

from __future__ import annotations

from typing import Any

import yaml

from cnnanalyze.core.tree import DEEPEST, MOST_NODES, Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, Mark, Source, UsageError


def read_yaml(source: Source) -> Tree:
    """Read YAML with every word as it is written: 010 stays 010, and 1_000 is not a number yet.

    Examples
    --------
    >>> tree = read_yaml(Source("here", "A1: 010"))
    >>> [(key.text, value.text, str(value.mark)) for key, value in tree.entries]
    [('A1', '010', 'here:1:5')]
    """
    loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        return _TreeBuilder(source).build(yaml.compose(source.text, Loader=loader), 0)
    except yaml.MarkedYAMLError as error:
        start = error.problem_mark
        mark = Mark(source, start.line + 1, start.column + 1) if start else None
        message = f"invalid YAML: {error.problem or error.context}"
        help_ = "an answer with a colon, a bracket or a # inside needs quotes"
        raise UsageError(Fault(message, mark, help_)) from None
    except yaml.YAMLError as error:
        raise UsageError(f"{source.name} is not YAML: {error}") from None
    except (_TooManyNodes, RecursionError):
        raise UsageError(f"{source.name} holds too much, or is nested too deep") from None


class _TooManyNodes(Exception):  # noqa: N818 - never seen outside
    """Raised where aliases make a tree too large."""


class _TreeBuilder:
    """Makes trees of YAML nodes, within bounds."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.count = 0

    def build(self, node: Any, depth: int) -> Tree:  # noqa: ANN401 - PyYAML's nodes are not typed
        self.count += 1
        if self.count > MOST_NODES or depth > DEEPEST:
            raise _TooManyNodes
        if node is None:
            return Scalar("", "", True, Mark(self.source, 1, 1))
        mark = self.mark(node)
        if isinstance(node, yaml.ScalarNode):
            return Scalar(node.value, node.value, True, mark)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.build(n, depth + 1) for n in node.value), mark)
        return Mapping(tuple((self.key(k), self.build(v, depth + 1)) for k, v in node.value), mark)

    def key(self, node: Any) -> Scalar:  # noqa: ANN401
        text = node.value if isinstance(node, yaml.ScalarNode) else str(node.tag)
        return Scalar(text, text, True, self.mark(node))

    def mark(self, node: Any) -> Mark:  # noqa: ANN401
        start, end = node.start_mark, node.end_mark
        length = end.column - start.column if end.line == start.line else 1
        return Mark(self.source, start.line + 1, start.column + 1, max(1, length))
