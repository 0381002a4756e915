"""Text: folded steps as YAML, a line for each step, short lists on one line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from textwrap import wrap
from typing import Any

from cnnanalyze.exchange.folding.step import (
    TABLE,
    Branch,
    Expression,
    Step,
    Steps,
    default_of,
    expressions_in,
    nested,
)
from cnnanalyze.language.writer import flow, plain_numbers
from cnnanalyze.layers.base import KINDS

WIDTH = 104
"""The most characters of a list that is written on one line."""
_JOIN = 72
"""The most characters of a join that is written on one line."""
_SHORT = {"batchnorm": "bn", "global_avgpool": "gap"}
"""What people write for kinds with long names."""
_UNQUOTED = re.compile(r"[^,\[\]{}:#&*!|>'\"%@`-][^,\[\]{}:#]*")

_LINE = 24
"""What a line costs, in characters: two short lines are harder to read than one."""


def cost(lines: Iterable[str]) -> int:
    """Return how long a text is to a reader, in characters.

    Examples
    --------
    >>> cost(["- relu"])
    30
    """
    return sum(len(line.strip()) + _LINE for line in lines)


Defaults = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Block:
    """A block of the folded spec."""

    params: tuple[str, ...]
    steps: Steps
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """What parameters are if they are not given."""
    inputs: tuple[str, ...] = ()
    """The names of its inputs, if there are several."""


@dataclass(frozen=True)
class Folded:
    """The blocks and the steps of a folded spec."""

    blocks: Mapping[str, Block]
    steps: Steps
    outputs: tuple[str, ...] = ()


def lines_of(folded: Folded) -> list[str]:
    """Return the sections of a folded spec, from the defaults on, as lines."""
    defaults = majority(folded)
    writer = Writer(folded.blocks, defaults)
    lines: list[str] = []
    if defaults:
        lines += _section("defaults", defaults)
    if folded.blocks:
        lines.append("blocks:")
        for name, block in folded.blocks.items():
            lines += writer.block(name, block)
    lines += ["layers:", *writer.steps(folded.steps, 2)]
    if folded.outputs:
        lines.append(f"outputs: [{', '.join(folded.outputs)}]")
    return lines


def _section(name: str, values: Mapping[str, Any]) -> list[str]:
    line = f"{name}: {_text(values)}"
    if len(line) <= WIDTH:
        return [line]
    return [f"{name}:", *(f"  {key}: {_text(value)}" for key, value in values.items())]


def majority(folded: Folded) -> dict[str, dict[str, Any]]:
    """Return the attributes that most layers of a kind have, where that makes the text shorter."""
    written: dict[str, list[Step]] = {}
    for steps in (*(b.steps for b in folded.blocks.values()), folded.steps):
        for step in nested(steps):
            cls = KINDS.get(step.word) if step.word and step.word != TABLE else None
            if step.word not in folded.blocks and cls is not None and cls.arity[1] == 1:
                written.setdefault(step.word, []).append(step)
    found: dict[str, dict[str, Any]] = {}
    for word, layers in written.items():
        cls = KINDS.get(word)
        names = dict.fromkeys(name for step in layers for name, _ in step.values)
        for name in names:
            if cls is None or name == cls.principal:
                continue
            given = [dict(step.values).get(name) for step in layers]
            counts = Counter(repr(v) for v in given if v is not None)
            value, count = counts.most_common(1)[0]
            default = default_of(word, name)
            missing = sum(v is None for v in given)
            if (
                count >= _OFTEN
                and count > 2 * missing
                and (default not in (None, ()) or not missing)
            ):
                common = next(v for v in given if repr(v) == value)
                if not any(expressions_in(common)):
                    found.setdefault(word, {})[name] = common
    return {_SHORT.get(word, word): values for word, values in found.items()}


_OFTEN = 2


class Writer:
    """Writes steps, blocks and tables."""

    def __init__(
        self,
        blocks: Mapping[str, Block],
        defaults: Defaults | None = None,
        *,
        broad: bool = False,
    ) -> None:
        self.known = blocks
        self.defaults = defaults or {}
        self.is_broad = broad
        """Whether every join stands on lines of its own."""

    def block(self, name: str, block: Block) -> list[str]:
        """Write the definition of a block."""
        if not block.params and not block.inputs:
            line = f"  {name}: [{self.flow_steps(block.steps)}]"
            if self.is_short(block.steps, line):
                return [line]
            return [f"  {name}:", *self.steps(block.steps, 4)]
        params = ", ".join(f"{p}: {_text(block.defaults.get(p))}" for p in block.params)
        head = [f"  {name}:"]
        if block.inputs:
            head.append(f"    inputs: [{', '.join(block.inputs)}]")
        if block.params:
            head.append(f"    params: {{{params}}}")
        line = f"    layers: [{self.flow_steps(block.steps)}]"
        if self.is_short(block.steps, line):
            return [*head, line]
        return [*head, "    layers:", *self.steps(block.steps, 6)]

    def is_short(self, steps: Steps, line: str) -> bool:
        """Whether steps may stand on one line."""
        return len(line) <= WIDTH and not any(step.has_steps for step in steps)

    def steps(self, steps: Steps, indent: int) -> list[str]:
        """Write steps, one below the other."""
        return [line for step in steps for line in self.step(step, indent)]

    def step(self, step: Step, indent: int, dash: str = "- ") -> list[str]:
        """Write a step on one line, or with its branches on several."""
        space = " " * indent
        if step.word == TABLE:
            return self.table(step, indent)
        text = self.flow_step(step)
        if not step.has_steps or (len(text) + indent <= _JOIN and not self.is_broad):
            pairs = self.pairs(step)
            if text.startswith("{") and len(pairs) == 1:
                text = text[1:-1]
            return [f"{space}{dash}{text}"]
        lines = [f"{space}{dash}{short_word(step.word)}:"]
        for branch in step.branches:
            lines += self.branch(branch, indent + 4)
        for key, value in self.pairs(step)[1:]:
            lines.append(f"{space}  {key}: {value}")
        return lines

    def branch(self, branch: Branch, indent: int) -> list[str]:
        """Write a branch of a join."""
        space = " " * indent
        if isinstance(branch, str):
            return [f"{space}- {branch}"]
        if len(branch) == 1 and not self.flow_step(branch[0]).isidentifier():
            return self.step(branch[0], indent)  # a word alone might be the name of a step
        line = f"{space}- [{self.flow_steps(branch)}]"
        if self.is_short(branch, line):
            return [line]
        lines = self.steps(branch, indent + 2)
        return [f"{space}- {lines[0].lstrip()}", *lines[1:]]

    def table(self, step: Step, indent: int) -> list[str]:
        """Write a table with its rows."""
        space = " " * indent
        (body,) = step.branches
        assert not isinstance(body, str)
        columns = ", ".join(f"{name}: {_text(value)}" for name, value in step.values)
        head = [f"{space}- for: {{{columns}}}"]
        if len(head[0]) > WIDTH:
            head = [f"{space}- for:"]
            for name, value in step.values:
                head += wrap(
                    f"{name}: {_text(value)}",
                    WIDTH,
                    initial_indent=f"{space}    ",
                    subsequent_indent=f"{space}      ",
                    break_long_words=False,
                    break_on_hyphens=False,
                )
        if step.name:
            quote = '"' if "$" in step.name else ""
            head.append(f"{space}  as: {quote}{step.name}{quote}")
        line = f"{space}  do: [{self.flow_steps(body)}]"
        if len(body) == 1 and self.is_short(body, line):
            return [*head, line]
        return [*head, f"{space}  do:", *self.steps(body, indent + 4)]

    def flow_steps(self, steps: Iterable[Step]) -> str:
        """Write steps one behind the other."""
        return ", ".join(map(self.flow_step, steps))

    def flow_step(self, step: Step) -> str:
        """Write a step on one line."""
        pairs = self.pairs(step)
        if len(pairs) == 1 and not pairs[0][1]:
            return pairs[0][0]
        return "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"

    def pairs(self, step: Step) -> list[tuple[str, str]]:
        """Return the operation of a step, and what stands beside it, as text."""
        pairs = [(short_word(step.word), self.arguments(step))]
        if step.name:
            pairs.append(("as", step.name))
        if step.sources:
            names = ", ".join(step.sources)
            pairs.append(("from", names if len(step.sources) == 1 else f"[{names}]"))
        for key, value in step.marks:
            given = {r: plain_numbers(v) for r, v in value} if key == "weights" else value
            pairs.append((key, _text(given)))
        if step.repeat != 1:
            pairs.append(("repeat", _text(step.repeat)))
        if step.when:
            pairs.append(("when", _text(Expression(step.when))))
        return pairs

    def arguments(self, step: Step) -> str:
        """Return what stands behind an operation."""
        if step.branches:
            return "[" + ", ".join(map(self.flow_branch, step.branches)) + "]"
        if (block := self.known.get(step.word)) is not None:
            given = {n: v for n, v in step.values if not _is(block.defaults.get(n), v)}
            first = block.params[0] if block.params else ""
        else:
            cls = KINDS.get(step.word)
            common = dict(self.defaults.get(short_word(step.word), {}))
            given = {n: v for n, v in step.values if n not in common or not _is(common[n], v)}
            named = {name for name, _ in step.values}
            given |= {n: default_of(step.word, n) for n in common if n not in named}
            first = "" if cls is None else cls.principal
        if not given:
            return ""
        if list(given) == [first] and not isinstance(given[first], tuple | list):
            return _text(given[first])
        return _text(given)

    def flow_branch(self, branch: Branch) -> str:
        """Write a branch on one line."""
        return branch if isinstance(branch, str) else f"[{self.flow_steps(branch)}]"


def short_word(word: str) -> str:
    """Return what people write for a kind."""
    return _SHORT.get(word, word)


def _is(one: Any, other: Any) -> bool:  # noqa: ANN401
    return type(one) is type(other) and bool(one == other)


def _text(value: Any) -> str:  # noqa: ANN401 - whatever a spec may hold
    """Return a value as YAML on one line."""
    if isinstance(value, Expression):
        return str(value) if _UNQUOTED.fullmatch(value) else f'"{value}"'
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {_text(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_text, value)) + "]"
    return flow(plain_numbers(value))
