"""Layers that can be built and are odd: dead branches, kernels, strides, pools."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.node import Node
from tests.linting.planting.good import Good, Planted, fault
from tests.linting.planting.writing import (
    attribute,
    insert_after,
    insert_before,
    replace,
    set_attribute,
    set_word,
)


@fault(builds=True)
def dead_branch(good: Good) -> Iterator[Planted]:
    """A layer is put in, and the next one goes on reading what it read."""
    for step, nodes in good.plain("conv", "relu", "maxpool", "dense"):
        brothers = (s for s in good.steps if s.list is step.list)
        if step.position == 0 or any("^" in good.text[s.begin : s.end] for s in brothers):
            continue
        if nodes[0].input_shapes[0].rank == 2:
            new = insert_before(step, "{conv: {filters: 5, kernel: 1}, as: left_over}")
            yield Planted(("GR003",), (new, set_word(step, "from", "^2")), 0)


@fault(builds=True)
def self_merge(good: Good) -> Iterator[Planted]:
    for step, _ in good.plain("relu", "maxpool", "batchnorm"):
        change = insert_after(step, "{add: [[], []]}")
        yield Planted(("GR007",), (change,), 0, len(change.text))


@fault(builds=True)
def dropout_of_nothing(good: Good) -> Iterator[Planted]:
    for step, _ in good.plain("relu", "dense", "maxpool"):
        change = insert_after(step, "{dropout: 0}")
        yield Planted(("GR010",), (change,), 0, len(change.text))


@fault(builds=True)
def pool_of_one(good: Good) -> Iterator[Planted]:
    for step, nodes in good.plain("relu", "batchnorm"):
        if nodes[0].output.rank == 2 and min(nodes[0].output.size) > 1:
            change = insert_after(step, "{maxpool: {kernel: 1, stride: 1}}")
            yield Planted(("GR010",), (change,), 0, len(change.text))


@fault(builds=True)
def even_kernel(good: Good) -> Iterator[Planted]:
    """The size is kept, so that joins still fit."""
    for step, nodes in good.of("conv"):
        given = dict(attribute(step))
        layer = nodes[0].layer.__dict__
        if (
            given.get("kernel") is not None
            and given["kernel"].value in {"3", "5", "7"}
            and layer["stride"] == 1
            and layer["dilation"] == 1
            and nodes[0].output.size == nodes[0].input_shapes[0].size
        ):
            even = replace(given["kernel"], str(int(given["kernel"].value) + 1))
            if layer["padding"] == "same":
                yield Planted(("CV003",), (even,), 0)
            elif "padding" in given:
                yield Planted(("CV003",), (even, replace(given["padding"], "same")), 0)


@fault(builds=True)
def stride_over_kernel(good: Good) -> Iterator[Planted]:
    """A convolution that nothing stands beside jumps further than its kernel reaches."""
    for step, nodes in good.of("conv"):
        given = dict(attribute(step))
        layer = nodes[0].layer.__dict__
        if not (isinstance(layer["kernel"], int) and layer["dilation"] == 1):
            continue
        if any(len(good.network.consumers[n.inputs[0]]) > 1 for n in nodes):
            continue
        if not all(_is_on_the_trunk(good, n) for n in nodes):
            continue
        if max(nodes[0].input_shapes[0].size) < 2 * layer["kernel"] + 2:
            continue
        change = (
            replace(given["stride"], str(layer["kernel"] + 1))
            if "stride" in given
            else set_attribute(step, "stride", str(layer["kernel"] + 1))
        )
        if change is not None:
            yield Planted(("CV001",), (change,), 0)


def _is_on_the_trunk(good: Good, node: Node) -> bool:
    """Whether everything before a layer has just one reader, back to the last join or the input."""
    here: Node | None = node
    while here is not None and len(here.inputs) == 1:
        if len(good.network.consumers[here.inputs[0]]) > 1:
            return False
        here = good.source(here)
    return True


@fault(builds=True)
def dilation_on_one_position(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("conv"):
        given = dict(attribute(step))
        is_one = all(n.layer.__dict__["kernel"] == 1 for n in nodes)
        if (
            is_one
            and "dilation" not in given
            and "$" not in getattr(given.get("kernel"), "value", "")
        ):
            change = set_attribute(step, "dilation", "2")
            if change is not None:
                yield Planted(("CV009",), (change,), 0)


@fault(builds=True)
def pool_gap(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("maxpool", "avgpool"):
        layer = nodes[0].layer.__dict__
        given = dict(attribute(step))
        if isinstance(layer["kernel"], int) and "stride" in given:
            if layer["stride"] > layer["kernel"] or layer.get("dilation", 1) != 1:
                continue
            if not all(_is_on_the_trunk(good, n) for n in nodes):
                continue
            if min(nodes[0].input_shapes[0].size) > 2 * layer["kernel"] + 2:
                yield Planted(("CV004",), (replace(given["stride"], str(layer["kernel"] + 1)),), 0)


@fault(builds=True)
def kernel_mostly_in_padding(good: Good) -> Iterator[Planted]:
    """A kernel so large that some taps never read the map."""
    for step, nodes in good.of("conv"):
        given = dict(attribute(step))
        if "kernel" in given and nodes[0].layer.__dict__["padding"] == "same":
            size = min(min(n.input_shapes[0].size) for n in nodes)
            if size > 1 and given["kernel"].value.isdigit():
                change = replace(given["kernel"], str(2 * size + 1))
                yield Planted(("SH010",), (change,), 0)


@fault(builds=True)
def convolution_behind_the_global_pool(good: Good) -> Iterator[Planted]:
    for step, nodes in good.plain("global_avgpool"):
        if nodes[0].output.size and max(nodes[0].output.size) == 1:
            change = insert_after(step, "{conv: {filters: 8, kernel: 3, padding: 1}}")
            yield Planted(("SH011",), (change,), 0, len(change.text))


@fault(builds=True)
def checkerboard(good: Good) -> Iterator[Planted]:
    """A transposed convolution whose kernel is not a multiple of its stride."""
    for step, nodes in good.of("conv"):
        if nodes[0].output.rank == 2 and good.source(nodes[0]) is not None:
            new = insert_after(
                step,
                "{transposed_conv: {filters: 8, kernel: 3, stride: 2, padding: same}}",
            )
            if "when" not in step.words:
                yield Planted(("DP001",), (new,), 0, len(new.text))
