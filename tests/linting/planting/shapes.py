"""Faults of shapes: what does not fit together, so that no network can be built."""

from __future__ import annotations

from collections.abc import Iterator

from tests.linting.planting.good import Good, Planted, fault
from tests.linting.planting.writing import (
    attribute,
    insert_after,
    joined_branches,
    replace,
    set_attribute,
)


@fault()
def groups_that_do_not_divide(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("conv"):
        channels, filters = nodes[0].input_shapes[0].channels, nodes[0].output.channels
        groups = next(g for g in (7, 11, 13, 17, 19, 23) if channels % g or filters % g)
        if "groups" not in dict(attribute(step)) and not good.shares(step):
            change = set_attribute(step, "groups", str(groups))
            if change is not None:
                yield Planted(("SH003",), (change,), 0)


@fault()
def kernel_larger_than_map(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("conv", "maxpool", "avgpool"):
        given = dict(attribute(step))
        is_bare = nodes[0].layer.__dict__.get("padding") in {"valid", 0}
        kernel = given.get("kernel")
        if is_bare and kernel is not None and kernel.value.isdigit() and not good.shares(step):
            largest = max(max(n.input_shapes[0].size) for n in nodes)
            yield Planted(("SH002",), (replace(kernel, str(largest + 2)),), 0)


@fault()
def wrong_channels_at_a_join(good: Good) -> Iterator[Planted]:
    """The last layer with weights of a branch has one filter more than the join needs."""
    for step, nodes in good.of("add", "multiply", "maximum", "average"):
        join = nodes[0]
        shape = join.output
        for branch in joined_branches(step, good.steps):
            last = branch[-1]
            written = good.nodes(last)
            value = dict(attribute(last)).get("filters")
            if (
                value is not None
                and written
                and written[0].kind == "conv"
                and good.same(good.reader(written[0]), step)
                and all(s.channels == shape.channels > 1 for s in join.input_shapes)
                and not {"when"} & set(last.words)
            ):
                new = f"{value.value} + 1" if "$" in value.value else str(int(value.value) + 1)
                if "$" in value.value and not value.value.startswith("$"):
                    new = f"1 + {value.value}"
                yield Planted(("SH001",), (replace(value, new),), -1, step.key.start_mark.index)


@fault()
def wrong_stride_in_a_branch(good: Good) -> Iterator[Planted]:
    """One branch of a join halves the map, the others do not."""
    for step, nodes in good.of("add", "concat", "multiply", "maximum", "average"):
        for branch in joined_branches(step, good.steps):
            for part in branch:
                written = good.nodes(part)
                given = dict(attribute(part))
                if (
                    written
                    and written[0].kind == "conv"
                    and "stride" not in given
                    and not {"when", "share"} & set(part.words)
                    and all(min(min(s.size) for s in n.input_shapes) > 2 for n in nodes)
                ):
                    change = set_attribute(part, "stride", "2")
                    if change is not None:
                        at = step.key.start_mark.index
                        yield Planted(("SH001",), (change,), -1, at)


@fault()
def convolution_on_a_vector(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("dense", "flatten"):
        if nodes[0].output.rank == 0:
            change = insert_after(step, "{conv: {filters: 8, kernel: 3}}")
            yield Planted(("SH004",), (change,), 0, len(change.text))


@fault()
def reshape_that_loses_numbers(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("relu", "maxpool"):
        count = nodes[0].output.count
        if nodes[0].output.rank == 2 and "when" not in step.words:
            change = insert_after(step, f"{{reshape: {count + 1}x1x1}}")
            yield Planted(("SH005",), (change,), 0, len(change.text))
