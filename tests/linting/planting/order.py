"""Layers in an odd order: norms, activations, heads, losses."""

from __future__ import annotations

from collections.abc import Iterator

from cnnanalyze.graph.node import Node
from tests.linting.planting.good import NORMS, RELU_LIKE, Good, Planted, fault
from tests.linting.planting.writing import (
    Change,
    attribute,
    insert_after,
    insert_before,
    joined_branches,
    key_of,
    remove,
    replace,
    set_attribute,
)


@fault(builds=True)
def double_activation(good: Good) -> Iterator[Planted]:
    for step, _ in good.plain(*RELU_LIKE):
        change = insert_after(step, "relu")
        yield Planted(("NA003",), (change,), 0, len(change.text))


@fault(builds=True)
def double_norm(good: Good) -> Iterator[Planted]:
    for step, _ in good.plain("batchnorm"):
        change = insert_after(step, "bn")
        yield Planted(("NA004",), (change,), 0, len(change.text))


@fault(builds=True)
def dropped_activation(good: Good) -> Iterator[Planted]:
    """Between two full convolutions, or two dense layers; depthwise and narrow ones are meant so.

    The fault lies at the second layer: there nothing nonlinear comes in.
    """
    for step, nodes in good.plain(*RELU_LIKE):
        for node in nodes:
            first, second = good.source(node), good.reader(node)
            while first is not None and first.kind in NORMS | {"dropout"}:
                first = good.source(first)
            while second is not None and second.kind == "dropout":
                second = good.reader(second)
            if first is None or second is None or good.reader(first) is None:
                continue
            if not (_is_full(first) and _is_full(second) and first.kind == second.kind):
                continue
            assert second.mark is not None
            if second.mark.source.name != good.name or first.output.channels < 8:
                continue
            place = _offset(good.text, second)
            yield Planted(("NA005", "CV005"), remove(step), -1, place)


def _is_full(node: Node) -> bool:
    """Whether a layer mixes everything: no groups, a kernel over more than one position."""
    if node.kind == "dense":
        return True
    layer = node.layer.__dict__
    return (
        node.kind == "conv"
        and layer["groups"] == 1
        and layer["kernel"] not in {1, (1, 1)}
        and (isinstance(layer["kernel"], int))
    )


def _offset(text: str, node: Node) -> int:
    assert node.mark is not None
    lines = text.splitlines(keepends=True)
    return sum(map(len, lines[: node.mark.line - 1])) + node.mark.column - 1


@fault(builds=True)
def bias_before_norm(good: Good) -> Iterator[Planted]:
    for step, nodes in good.of("conv"):
        readers = [good.reader(n) for n in nodes]
        if all(r is not None and r.kind == "batchnorm" for r in readers) and not any(
            n.layer.__dict__["bias"] for n in nodes
        ):
            given = dict(attribute(step))
            change = (
                replace(given["bias"], "true")
                if "bias" in given
                else set_attribute(step, "bias", "true")
            )
            if change is not None and not good.shares(step):
                yield Planted(("NA001",), (change,), 0)


@fault(builds=True)
def rectified_residual(good: Good) -> Iterator[Planted]:
    """Both branches of an add end in ReLU."""
    for step, nodes in good.of("add"):
        branches = joined_branches(step, good.steps)
        if len(branches) == 2 and not {"when", "from"} & set(step.words):
            if any("when" in branch[-1].words for branch in branches):
                continue
            ends = [good.network.by_id.get(i) for n in nodes for i in n.inputs]
            if all(end is not None and end.kind not in RELU_LIKE for end in ends):
                changes = tuple(insert_after(b[-1], "relu") for b in branches)
                yield Planted(("NA007",), changes, -1, step.key.start_mark.index)


@fault(builds=True)
def activated_logits(good: Good) -> Iterator[Planted]:
    for step, nodes in good.plain("softmax"):
        source = good.source(nodes[0])
        if source is not None and source.kind == "dense":
            change = insert_before(step, "relu")
            yield Planted(("NA012",), (change,), 0)


@fault(builds=True)
def heavy_dropout(good: Good) -> Iterator[Planted]:
    for step, _ in good.plain("relu"):
        change = insert_after(step, "{dropout: 0.8}")
        yield Planted(("NA013",), (change,), 0, len(change.text))


@fault(builds=True)
def softmax_before_the_loss(good: Good) -> Iterator[Planted]:
    layers = key_of(good.root, "layers")
    if layers is None or good.root.flow_style or key_of(good.root, "train") is not None:
        return
    for step, nodes in good.plain("softmax"):
        if nodes[0].id in good.network.outputs and len(good.network.outputs) == 1:
            at = layers.start_mark.index
            text = "train: {samples: 100, loss: CrossEntropyLoss}\n"
            place = step.key.start_mark.index
            yield Planted(("HD001",), (Change(at, at, text),), -1, place)


@fault(builds=True)
def head_of_the_wrong_width(good: Good) -> Iterator[Planted]:
    layers = key_of(good.root, "layers")
    if layers is None or good.root.flow_style or key_of(good.root, "train") is not None:
        return
    for _, nodes in good.plain("softmax"):
        if nodes[0].id in good.network.outputs:
            classes = nodes[0].output.channels + 1
            at = layers.start_mark.index
            text = f"train: {{samples: 100, classes: {classes}}}\n"
            yield Planted(("HD003",), (Change(at, at, text),), 0)
