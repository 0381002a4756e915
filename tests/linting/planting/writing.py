"""Edits of a spec's text, step by step: put one in, take one out, give it an attribute.

Places come from PyYAML alone, so that nothing here depends on how the package reads or mends specs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import yaml

from cnnanalyze.layers.base import KINDS

WORDS = frozenset({"as", "from", "repeat", "when", "else", "share", "frozen", "weights"})
PRINCIPAL = {"conv": "filters", "dense": "units", "maxpool": "kernel", "avgpool": "kernel"}
"""What a bare value gives."""


class Change(NamedTuple):
    """A stretch of text that becomes another."""

    begin: int
    end: int
    text: str


class Step(NamedTuple):
    """One step of a list, as it is written."""

    node: yaml.Node
    key: yaml.ScalarNode
    """The word of its operation."""
    value: yaml.Node | None
    words: dict[str, yaml.Node]
    word_keys: tuple[yaml.ScalarNode, ...]
    list: yaml.SequenceNode
    position: int
    text: str
    """The whole spec."""

    @property
    def begin(self) -> int:
        """Where it begins."""
        return self.node.start_mark.index

    @property
    def end(self) -> int:
        """Where it ends."""
        return behind(self.node, self.text)


def behind(node: yaml.Node, text: str) -> int:
    """Return where a node ends; PyYAML lets lists and mappings end where the next thing begins."""
    if not isinstance(node, yaml.CollectionNode) or node.flow_style:
        return node.end_mark.index
    if not node.value:
        return node.end_mark.index
    last = node.value[-1]
    if isinstance(node, yaml.MappingNode):
        key, value = last
        return max(key.end_mark.index + 1, behind(value, text)) if value.value else _colon(key)
    return behind(last, text)


def _colon(key: yaml.ScalarNode) -> int:
    return key.end_mark.index + 1


def top(root: yaml.MappingNode, word: str) -> yaml.Node | None:
    """Return a section of a spec."""
    return next((value for key, value in root.value if key.value == word), None)


def key_of(mapping: yaml.MappingNode, word: str) -> yaml.ScalarNode | None:
    """Return the key of a section."""
    return next((k for k, _ in mapping.value if k.value == word), None)


def steps_of(root: yaml.MappingNode, text: str) -> Iterator[Step]:
    """Yield every step of a spec: of its layers and its blocks, with all branches and tables."""
    blocks = top(root, "blocks")
    names = {key.value for key, _ in blocks.value} if blocks is not None else set()
    operations = frozenset(KINDS.words()) | names
    for section in (blocks, top(root, "layers")):
        if section is not None:
            yield from _walk(section, operations, text)


def _walk(node: yaml.Node, operations: frozenset[str], text: str) -> Iterator[Step]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value not in {"params", "defaults", "inputs", "outputs", "for", "table"}:
                yield from _walk(value, operations, text)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            step = _step(item, node, position, operations, text)
            if step is not None:
                yield step
            yield from _walk(item, operations, text)


def _step(
    item: yaml.Node,
    owner: yaml.SequenceNode,
    position: int,
    operations: frozenset[str],
    text: str,
) -> Step | None:
    if isinstance(item, yaml.ScalarNode):
        if item.value not in operations:
            return None
        return Step(item, item, None, {}, (), owner, position, text)
    if not isinstance(item, yaml.MappingNode):
        return None
    found = [(k, v) for k, v in item.value if k.value in operations]
    if len(found) != 1:
        return None
    words = {k.value: v for k, v in item.value if k.value in WORDS}
    keys = tuple(k for k, _ in item.value if k.value in WORDS)
    return Step(item, *found[0], words, keys, owner, position, text)


def joined_branches(step: Step, steps: list[Step]) -> list[list[Step]]:
    """Return the branches of a join that are lists of steps, without the empty ones."""
    if not isinstance(step.value, yaml.SequenceNode):
        return []
    found = []
    for branch in step.value.value:
        inside = [s for s in steps if s.list is branch]
        if isinstance(branch, yaml.SequenceNode) and inside and len(inside) == len(branch.value):
            found.append(inside)
    return found


def attribute(step: Step) -> list[tuple[str, yaml.ScalarNode]]:
    """Return the attributes that a step gives as plain values, the bare one by its name."""
    if isinstance(step.value, yaml.MappingNode):
        return [(k.value, v) for k, v in step.value.value if isinstance(v, yaml.ScalarNode)]
    if isinstance(step.value, yaml.ScalarNode) and step.value.value:
        return [(PRINCIPAL.get(step.key.value, ""), step.value)]
    return []


# --- edits ---------------------------------------------------------------------------------------


def replace(node: yaml.Node, text: str) -> Change:
    """Return the edit that writes another value, in the quotes of the old one."""
    quote = node.style if isinstance(node, yaml.ScalarNode) and node.style in {"'", '"'} else ""
    return Change(node.start_mark.index, node.end_mark.index, f"{quote}{text}{quote}")


def set_attribute(step: Step, name: str, value: str) -> Change | None:
    """Return the edit that gives a step one more attribute, if its value has a place for it."""
    given = f"{name}: {value}"
    if isinstance(step.value, yaml.MappingNode):
        begin = step.value.start_mark
        if step.value.flow_style:
            return Change(begin.index + 1, begin.index + 1, f"{given}, ")
        return Change(begin.index, begin.index, f"{given}\n{' ' * begin.column}")
    if isinstance(step.value, yaml.ScalarNode) and step.value.value:
        principal = PRINCIPAL.get(step.key.value)
        if principal is not None and step.value.style is None:
            old = step.value
            text = f"{{{principal}: {old.value}, {given}}}"
            return Change(old.start_mark.index, old.end_mark.index, text)
    return None


def set_word(step: Step, word: str, value: str) -> Change:
    """Return the edit that gives a step a word beside its operation."""
    begin = step.node.start_mark
    if isinstance(step.node, yaml.ScalarNode):
        name = step.node.value
        return Change(begin.index, step.node.end_mark.index, f"{{{name}: , {word}: {value}}}")
    assert isinstance(step.node, yaml.MappingNode)
    if step.node.flow_style:
        return Change(begin.index + 1, begin.index + 1, f"{word}: {value}, ")
    return Change(begin.index, begin.index, f"{word}: {value}\n{' ' * begin.column}")


def insert_before(step: Step, new: str) -> Change:
    """Return the edit that puts a step in before another one; the new one comes first in it."""
    if step.list.flow_style:
        return Change(step.begin, step.begin, f"{new}, ")
    dash, column = _dash(step)
    return Change(dash, dash, f"- {new}\n{' ' * column}")


def insert_after(step: Step, new: str) -> Change:
    """Return the edit that puts a step in behind another one; the new one comes last in it."""
    if step.list.flow_style:
        return Change(step.end, step.end, f", {new}")
    _, column = _dash(step)
    end = step.text.find("\n", step.end)
    end = len(step.text) if end < 0 else end
    return Change(end, end, f"\n{' ' * column}- {new}")


def remove(step: Step) -> tuple[Change, ...]:
    """Return the edits that take a step out of its list; none if it is the only one."""
    items = step.list.value
    if len(items) == 1:
        return ()
    if step.list.flow_style:
        if step.position + 1 < len(items):
            return (Change(step.begin, items[step.position + 1].start_mark.index, ""),)
        before = behind(items[step.position - 1], step.text)
        return (Change(before, step.end, ""),)
    dash, column = _dash(step)
    end = step.text.find("\n", step.end)
    if step.position == 0:  # the next dash comes where this one was
        following = step.text.find("- ", end)
        return (Change(dash, following, ""),)
    return (Change(dash - column, end + 1, ""),)


def _dash(step: Step) -> tuple[int, int]:
    """Return offset and column of the dash before a step of a list in block style."""
    dash = step.text.rindex("-", 0, step.begin)
    return dash, dash - (step.text.rfind("\n", 0, dash) + 1)
