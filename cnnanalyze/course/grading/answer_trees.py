"""Answer trees: YAML and JSON, read with every word as it is written and with its place.

The reader of specs would not do: there 010 is a number, and a word that is written twice a fault of
the whole file. Here each answer is a text, and what is wrong with one stops no other.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import yaml

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Fault, Mark, Source, UsageError
from cnnanalyze.language.yaml import DEEPEST, MOST_NODES


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
        raise _refuse_too_many(source) from None


class _TooManyNodes(Exception):  # noqa: N818 - never seen outside
    """Raised where aliases make a tree too large."""


def _refuse_too_many(source: Source) -> UsageError:
    return UsageError(f"{source.name} holds too much, or is nested too deep")


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


_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
"""One token of a text that is known to be JSON."""


def read_json(source: Source) -> Tree:
    """Read JSON with every number as it is written, and with places.

    Examples
    --------
    >>> tree = read_json(Source("here", '{"A1": 1e400}'))
    >>> [(key.text, value.value, str(key.mark)) for key, value in tree.entries]
    [('A1', '1e400', 'here:1:2')]
    """
    try:
        json.loads(source.text, parse_float=str, parse_int=str, parse_constant=str)
    except json.JSONDecodeError as error:
        place = Mark(source, error.lineno, error.colno)
        raise UsageError(Fault(f"this is not JSON: {error.msg}", place)) from None
    except RecursionError:
        raise UsageError(f"{source.name} is nested too deep") from None
    return _Tokens(source).tree()


class _Tokens:
    """Makes a tree of the tokens of a text that is known to be JSON."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.words = _TOKEN.finditer(source.text)
        self.line = 1
        self.start = 0
        """Where the current line begins."""
        self.count = 0

    def tree(self) -> Tree:
        text, mark = self.next()
        return self.value(text, mark, 0)

    def next(self) -> tuple[str, Mark]:
        """Return the next token with its place."""
        found = next(self.words)
        place = found.start()
        breaks = self.source.text.count("\n", self.start, place)
        if breaks:
            self.line += breaks
            self.start = self.source.text.rfind("\n", 0, place) + 1
        return found[0], Mark(self.source, self.line, place - self.start + 1, len(found[0]))

    def value(self, text: str, mark: Mark, depth: int) -> Tree:
        self.count += 1
        if depth > DEEPEST or self.count > MOST_NODES:
            raise _refuse_too_many(self.source)
        if text == "[":
            return Sequence(tuple(self.items(depth)), replace(mark, length=1))
        if text == "{":
            return Mapping(tuple(self.entries(depth)), replace(mark, length=1))
        if text.startswith('"'):
            word = json.loads(text, strict=False)
            return Scalar(word, word, False, mark)
        value = {"true": True, "false": False, "null": None}.get(text, text)
        return Scalar(value, text, True, mark)

    def items(self, depth: int) -> list[Tree]:
        found: list[Tree] = []
        while True:
            text, mark = self.next()
            if text == "]":
                return found
            if text != ",":
                found.append(self.value(text, mark, depth + 1))

    def entries(self, depth: int) -> list[tuple[Scalar, Tree]]:
        found: list[tuple[Scalar, Tree]] = []
        while True:
            text, mark = self.next()
            if text == "}":
                return found
            if text == ",":
                continue
            word = json.loads(text, strict=False)
            self.next()  # the colon
            found.append((Scalar(word, word, False, mark), self.value(*self.next(), depth + 1)))
