"""Faults of the text: words, names, brackets, values, sections."""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from cnnanalyze.layers.base import KINDS
from tests.linting.planting.good import Good, Planted, fault
from tests.linting.planting.writing import (
    Change,
    Step,
    attribute,
    behind,
    insert_after,
    insert_before,
    key_of,
    replace,
    set_word,
    top,
)


def _misspelt(word: str) -> str:
    """Return a word with two letters exchanged, as fingers do it, or the last one twice."""
    for n in range(1, len(word) - 1):
        if word[n] != word[n + 1]:
            return word[:n] + word[n + 1] + word[n] + word[n + 2 :]
    return word + word[-1]


@fault()
def misspelt_key(good: Good) -> Iterator[Planted]:
    """A word of the header."""
    for key, _ in good.root.value:
        if key.value in {"name", "year", "source", "family", "blocks", "defaults", "expect"}:
            yield Planted(("SP003",), (replace(key, _misspelt(key.value)),), 0)


@fault()
def misspelt_word(good: Good) -> Iterator[Planted]:
    """A word beside the operation of a step: 'form' for 'from'."""
    for step in good.steps:
        for key in step.word_keys if good.is_used(step) else ():
            yield Planted(("SP003",), (replace(key, _misspelt(key.value)),), 0)


@fault()
def misspelt_kind(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if good.nodes(step) and _misspelt(step.key.value) not in KINDS.words():
            yield Planted(("SP004",), (replace(step.key, _misspelt(step.key.value)),), 0)


@fault()
def misspelt_attribute(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if good.nodes(step) and isinstance(step.value, yaml.MappingNode):
            for key, _ in step.value.value:
                yield Planted(("SP003",), (replace(key, _misspelt(key.value)),), 0)


@fault()
def misspelt_parameter(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if good.nodes(step) and isinstance(step.value, yaml.MappingNode):
            for _, value in step.value.value:
                text = getattr(value, "value", "")
                if isinstance(text, str) and text.startswith("$") and text[1:].isidentifier():
                    wrong = f"${_misspelt(text[1:])}"
                    yield Planted(("SP007",), (replace(value, wrong),), 0)


@fault()
def wrong_reference(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if not good.is_used(step):
            continue
        value = step.words.get("from")
        names = value.value if isinstance(value, yaml.SequenceNode) else [value]
        for name in names:
            if isinstance(name, yaml.ScalarNode) and name.value[:1].isalpha():
                yield Planted(("GR001",), (replace(name, "nowhere"),), 0)


@fault()
def cycle(good: Good) -> Iterator[Planted]:
    """A step reads one that comes later."""
    layers = top(good.root, "layers")
    if layers is None:
        return
    ours = [s for s in good.steps if s.list is layers]
    for n, step in enumerate(ours):
        later = [s.words["as"].value for s in ours[n + 1 :] if _is_name(s.words.get("as"))]
        taken = {s.words["as"].value for s in ours[:n] if _is_name(s.words.get("as"))}
        for name in later[:1]:
            if name not in taken and not {"from", "when"} & set(step.words) and good.nodes(step):
                yield Planted(("GR002",), (set_word(step, "from", name),), 0)


def _is_name(value: yaml.Node | None) -> bool:
    return isinstance(value, yaml.ScalarNode) and "$" not in value.value


@fault()
def duplicate_key(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if isinstance(step.value, yaml.MappingNode) and step.value.flow_style:
            key, value = step.value.value[0]
            if isinstance(value, yaml.ScalarNode) and value.value:
                end = step.value.value[-1][1].end_mark.index
                text = f", {key.value}: {good.text[value.start_mark.index : value.end_mark.index]}"
                yield Planted(("SP002",), (Change(end, end, text),), 0, len(text))


@fault()
def duplicate_name(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        name = step.words.get("as")
        is_one = not {"when", "repeat"} & set(step.words) and good.is_used(step)
        if is_one and name is not None and _is_name(name):
            change = insert_after(step, f"{{identity: , as: {name.value}}}")
            yield Planted(("GR005",), (change,), 0, len(change.text))


@fault()
def bracket_left_open(good: Good) -> Iterator[Planted]:
    """A closing bracket is gone, and a key of the next line stands in the wrong place.

    The parser notices it where it meets what cannot stand there: the next line at the latest.
    """
    for step in good.steps:
        node = step.node
        if isinstance(node, yaml.MappingNode) and node.flow_style and not step.list.flow_style:
            end = node.end_mark.index
            if good.text[end - 2] not in "}]'\"":
                continue  # a bare word goes on in the next line
            rest = good.text[end : good.text.find("\n", end)]
            behind_it = good.text[good.text.find("\n", end) + 1 :]
            if not rest.strip() and behind_it.lstrip().startswith("- "):
                place = len(good.text) - len(behind_it.lstrip())
                yield Planted(("SP001",), (Change(end - 1, end, ""),), -1, place)


@fault()
def yaml_1_1_word(good: Good) -> Iterator[Planted]:
    """What older readers take for false: 'off'."""
    for step in good.steps:
        for key, value in attribute(step):
            if key == "bias" and value.value in {"true", "false"}:
                yield Planted(("SP009",), (replace(value, "off"),), 0)


@fault()
def negative_size(good: Good) -> Iterator[Planted]:
    for step, _ in good.of("conv", "dense", "maxpool", "avgpool", "depthwise"):
        for key, value in attribute(step):
            if key in {"filters", "units", "kernel", "stride"} and value.value.isdigit():
                yield Planted(("SP005",), (replace(value, f"-{value.value}"),), 0)


@fault()
def dropout_over_one(good: Good) -> Iterator[Planted]:
    for step, _ in good.of("relu", "dense", "flatten"):
        change = insert_after(step, "{dropout: 1.5}")
        yield Planted(("SP005",), (change,), 0, len(change.text))


@fault()
def missing_attribute(good: Good) -> Iterator[Planted]:
    """Filters are what no default can give."""
    for step, _ in good.of("conv"):
        if isinstance(step.value, yaml.MappingNode) and step.value.flow_style:
            pairs = step.value.value
            if len(pairs) > 1 and pairs[0][0].value == "filters":
                begin, end = pairs[0][0].start_mark.index, pairs[1][0].start_mark.index
                yield Planted(("SP015",), (Change(begin, end, ""),), -1, step.key.start_mark.index)


@fault()
def missing_block_argument(good: Good) -> Iterator[Planted]:
    for step, argument, value in _calls(good):
        if isinstance(step.value, yaml.MappingNode) and len(step.value.value) > 1:
            begin, end = _pair(step.value, argument, value)
            yield Planted(("SP006",), (Change(begin, end, ""),), -1, step.key.start_mark.index)


@fault()
def misspelt_block_argument(good: Good) -> Iterator[Planted]:
    for _, argument, _ in _calls(good):
        if len(argument.value) > 1:
            yield Planted(("SP006",), (replace(argument, _misspelt(argument.value)),), 0)


def _calls(good: Good) -> Iterator[tuple[Step, yaml.ScalarNode, yaml.Node]]:
    """Yield the calls of blocks, each with an argument that the block cannot do without."""
    blocks = top(good.root, "blocks")
    needed: dict[str, set[str]] = {}
    for name, block in blocks.value if blocks is not None else ():
        if isinstance(block, yaml.MappingNode):
            for word, params in block.value:
                if word.value == "params" and isinstance(params, yaml.MappingNode):
                    bare = {p.value for p, v in params.value if v.value == ""}
                    needed[name.value] = bare
    for step in good.steps:
        if step.key.value in needed and isinstance(step.value, yaml.MappingNode):
            for argument, value in step.value.value:
                if argument.value in needed[step.key.value] and step.value.flow_style:
                    yield step, argument, value


def _pair(mapping: yaml.MappingNode, key: yaml.ScalarNode, value: yaml.Node) -> tuple[int, int]:
    """Return where one pair of a flow mapping begins and ends, with one comma."""
    keys = [k for k, _ in mapping.value]
    n = keys.index(key)
    if n + 1 < len(keys):
        return key.start_mark.index, keys[n + 1].start_mark.index
    return mapping.value[n - 1][1].end_mark.index, value.end_mark.index


@fault()
def unused_block(good: Good) -> Iterator[Planted]:
    blocks, layers = top(good.root, "blocks"), key_of(good.root, "layers")
    if isinstance(blocks, yaml.MappingNode) and blocks.value and not blocks.flow_style:
        at = blocks.value[0][0].start_mark
        text = f"spare_unit: [relu]\n{' ' * at.column}"
        yield Planted(("SP008",), (Change(at.index, at.index, text),), 0)
    elif blocks is None and layers is not None and not good.root.flow_style:
        at = layers.start_mark
        yield Planted(
            ("SP008",), (Change(at.index, at.index, "blocks: {spare_unit: [relu]}\n"),), 0
        )


@fault()
def recursive_block(good: Good) -> Iterator[Planted]:
    blocks = top(good.root, "blocks")
    for name, block in blocks.value if blocks is not None else ():
        inside = [s for s in good.steps if _holds(block, s.node)]
        for step in inside[:1]:
            if isinstance(block, yaml.MappingNode) and good.is_used(step):
                change = insert_before(step, f"{{{name.value}: }}")
                yield Planted(("SP022",), (change,), 0)


def _holds(outer: yaml.Node, inner: yaml.Node) -> bool:
    return outer.start_mark.index <= inner.start_mark.index < outer.end_mark.index


@fault(builds=True)
def wrong_claim(good: Good) -> Iterator[Planted]:
    """A printed shape that a layer does not have."""
    layers = key_of(good.root, "layers")
    if layers is None or good.root.flow_style:
        return
    at = layers.start_mark.index
    node = good.network.nodes[0]
    if key_of(good.root, "expect") is None and node.output.rank == 2:
        height, width = node.output.size
        shape = f"{height + 1}x{width}x{node.output.channels}"
        line = f"expect: [{{source: us, layers: {{{node.id}: {{output: {shape}}}}}}}]\n"
        yield Planted(("LC005",), (Change(at, at, line),), 0)
    for claim in getattr(top(good.root, "expect"), "value", ()):
        words = {k.value: v for k, v in claim.value}
        named = words.get("layers")
        if not isinstance(named, yaml.MappingNode) or {"verdict", "set"} & set(words):
            continue
        for _, figures in named.value:
            for key, value in figures.value:
                if key.value == "output" and isinstance(value, yaml.ScalarNode):
                    yield Planted(("LC005",), (replace(value, f"1{value.value}"),), 0)


@fault(builds=True)
def budget_that_is_not_kept(good: Good) -> Iterator[Planted]:
    layers = key_of(good.root, "layers")
    if layers is not None and not good.root.flow_style and key_of(good.root, "budgets") is None:
        at = layers.start_mark.index
        if sum(n.output.count for n in good.network) > 2:
            yield Planted(("BG009",), (Change(at, at, "budgets: {activations: 2}\n"),), 0)


@fault(builds=True)
def comment_that_hides_nothing(good: Good) -> Iterator[Planted]:
    for step in good.steps:
        if good.nodes(step) and not step.list.flow_style:
            end = behind(step.node, good.text)
            if good.text[end : end + 1] == "\n":
                change = Change(end, end, "  # cnn: ignore[HW002, DP001] -- as it was")
                if all(n.kind != "transposed_conv" for n in good.network):
                    yield Planted(("SP010",), (change,), 0)
