"""The first departure that is named is the change that somebody made, in networks of all shapes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import yaml

import cnnanalyze as cnn

Steps = dict[str, dict[str, Any]]
"""The steps of a flat spec by name; each says from where it reads."""
Edit = Callable[[Steps], object]


def steps_of(spec: cnn.Network) -> tuple[dict[str, Any], Steps]:
    """Return a spec without its layers, and its layers."""
    head = yaml.safe_load(cnn.dumps(spec))  # noqa: TID251 - what we wrote
    steps: Steps = {}
    before = "input"
    for step in head.pop("layers"):
        read = step.get("from", before)
        steps[step["as"]] = step | {"from": [read] if isinstance(read, str) else read}
        before = step["as"]
    return head, steps


def edited(spec: cnn.Network, edit: Edit) -> cnn.Network:
    """Return what a network is after an edit of its layers."""
    head, steps = steps_of(spec)
    edit(steps)
    return cnn.loads(json.dumps(head | {"layers": [*steps.values()]}))


def kind_of(step: dict[str, Any]) -> str:
    return next(word for word in step if word not in {"as", "from"})


def given(name: str, **attributes: object) -> Edit:
    """Give a layer other attributes."""

    def edit(steps: Steps) -> None:
        step = steps[name]
        step[kind_of(step)] = (step[kind_of(step)] or {}) | attributes

    return edit


def made(name: str, kind: str, **attributes: object) -> Edit:
    """Make a layer another one."""

    def edit(steps: Steps) -> None:
        step = steps[name]
        steps[name] = {kind: attributes or None, "as": name, "from": step["from"]}

    return edit


def without(name: str) -> Edit:
    """Take a layer out; who read it reads what it read first."""

    def edit(steps: Steps) -> None:
        before = steps.pop(name)["from"][0]
        for step in steps.values():
            step["from"] = [before if source == name else source for source in step["from"]]

    return edit


def behind(name: str, kind: str, **attributes: object) -> Edit:
    """Put a layer behind another one, for all who read it."""

    def edit(steps: Steps) -> None:
        for step in steps.values():
            step["from"] = ["new" if source == name else source for source in step["from"]]
        found = dict(steps)
        steps.clear()
        for key, step in found.items():
            steps[key] = step
            if key == name:
                steps["new"] = {kind: attributes or None, "as": "new", "from": [name]}

    return edit


def swapped(first: str, second: str) -> Edit:
    """Exchange what two layers do, which stand one behind the other."""

    def edit(steps: Steps) -> None:
        one, other = steps[first], steps[second]
        for step, its in ((one, dict(other)), (other, dict(one))):
            name, read = step["as"], step["from"]
            step.clear()
            step.update({kind_of(its): its[kind_of(its)], "as": name, "from": read})

    return edit


def reading(name: str, *sources: str) -> Edit:
    """Let a layer read something else."""

    def edit(steps: Steps) -> None:
        steps[name]["from"] = [*sources]

    return edit


def every(prefix: str, kind: str, **attributes: object) -> Edit:
    """Give all layers of one kind below a path other attributes."""

    def edit(steps: Steps) -> None:
        for name, step in steps.items():
            if name.startswith(prefix) and kind_of(step) == kind:
                step[kind] = (step[kind] or {}) | attributes

    return edit


def both(*edits: Edit) -> Edit:
    """Make one edit after the other."""

    def edit(steps: Steps) -> None:
        for one in edits:
            one(steps)

    return edit


def each(kind: str, change: Callable[[str], Edit], ending: str = "") -> Edit:
    """Change all layers of one kind, whose names end in something."""

    def edit(steps: Steps) -> None:
        for name in [*steps]:
            if kind_of(steps[name]) == kind and name.endswith(ending):
                change(name)(steps)

    return edit


def without_all(prefix: str) -> Edit:
    """Take all layers below a path out; who read one of them reads what stands before them all."""

    def edit(steps: Steps) -> None:
        gone = [name for name in steps if name.startswith(prefix)]
        before = steps[gone[0]]["from"][0]
        for name in gone:
            del steps[name]
        for step in steps.values():
            step["from"] = [before if source in gone else source for source in step["from"]]

    return edit


def without_branch(join: str, prefix: str) -> Edit:
    """Take a branch out of a join."""

    def edit(steps: Steps) -> None:
        for name in [name for name in steps if name.startswith(prefix)]:
            del steps[name]
        steps[join]["from"] = [one for one in steps[join]["from"] if not one.startswith(prefix)]

    return edit


UNIT = "stage2.residual1.add1.1"
MODULE = "inception_4b.concat1"
CASES: dict[str, tuple[str, Edit, tuple[str, ...]]] = {
    # ResNet-50
    "the stride of a unit stands at its first layer, as in the paper": (
        "resnet50",
        both(
            given(f"{UNIT}.reduce.conv1", stride=2),
            given(f"{UNIT}.spatial.conv1", stride=1),
        ),
        ("attribute", "stage2/residual1/add1/1/reduce/conv1", "stride"),
    ),
    "a stage is wider inside": (
        "resnet50",
        both(
            every("stage3.residual2.add1.1.reduce", "conv", filters=288),
            every("stage3.residual2.add1.1.spatial", "conv", filters=288),
        ),
        ("attribute", "stage3/residual2/add1/1/reduce/conv1", "filters"),
    ),
    "a convolution has a bias too much": (
        "resnet50",
        given("stage3.residual4.add1.1.expand.conv1", bias=True),
        ("attribute", "stage3/residual4/add1/1/expand/conv1", "bias"),
    ),
    "a norm is missing": (
        "resnet50",
        without("stage1.residual2.add1.1.spatial.batchnorm1"),
        ("missing", "stage1/residual2/add1/1/spatial/batchnorm1", ""),
    ),
    "an activation is missing": (
        "resnet50",
        without("stage4.residual2.add1.1.relu2"),
        ("missing", "stage4/residual2/add1/1/relu2", ""),
    ),
    "a skip is missing": (
        "resnet50",
        without("stage2.residual3.add1"),
        ("missing", "stage2/residual3/add1", ""),
    ),
    "the stem is of small images": (
        "resnet50",
        given("conv1.conv1", kernel=3, stride=1, padding=1),
        ("attribute", "conv1/conv1", "kernel"),
    ),
    "the activation comes before the norm": (
        "resnet50",
        swapped("conv1.batchnorm1", "relu1"),
        ("wiring", "relu1", ""),
    ),
    "the activation comes before the sum": (
        "resnet50",
        both(
            without("stage3.residual3.relu1"),
            behind("stage3.residual3.add1.1.expand.batchnorm1", "relu"),
        ),
        ("wiring", "stage3/residual3/relu1", ""),
    ),
    "a unit is missing": (
        "resnet50",
        without_all("stage3.residual6."),
        ("missing", "stage3/residual6/add1/1/reduce/conv1", ""),
    ),
    "other numbers of classes": (
        "resnet50",
        given("fc", units=10),
        ("attribute", "fc", "units"),
    ),
    # MobileNetV2
    "an activation has no upper limit": (
        "mobilenet_v2",
        made("stage4.bottleneck2.relu61", "relu"),
        ("kind", "stage4/bottleneck2/relu61", ""),
    ),
    "no activation has an upper limit": (
        "mobilenet_v2",
        each("relu6", lambda name: made(name, "relu")),
        ("kind", "conv1/relu61", ""),
    ),
    "a projection is not linear": (
        "mobilenet_v2",
        behind("stage3.bottleneck1.batchnorm2", "relu6"),
        ("extra", "new", ""),
    ),
    "a depthwise convolution is a full one": (
        "mobilenet_v2",
        made("stage5.bottleneck1.depthwise1", "conv", filters=384, kernel=3, padding=1, bias=False),
        ("attribute", "stage5/bottleneck1/depthwise1", "groups"),
    ),
    "zeros stand behind the map alone": (
        "mobilenet_v2",
        given("stage4.bottleneck1.depthwise1", padding=[[0, 1], [0, 1]]),
        ("attribute", "stage4/bottleneck1/depthwise1", "padding"),
    ),
    "a skip is too much": (
        "mobilenet_v2",
        both(
            behind("stage5.bottleneck1.batchnorm2", "add"),
            reading("new", "stage5.bottleneck1.batchnorm2", "stage5.bottleneck1.batchnorm2"),
        ),
        ("extra", "new", ""),
    ),
    "a kernel is larger": (
        "mobilenet_v2",
        given("stage6.bottleneck2.depthwise1", kernel=5, padding=2),
        ("attribute", "stage6/bottleneck2/depthwise1", "kernel"),
    ),
    "the stride moved by a stage": (
        "mobilenet_v2",
        both(
            given("stage5.bottleneck1.depthwise1", stride=2),
            given("stage6.bottleneck1.depthwise1", stride=1),
        ),
        ("attribute", "stage5/bottleneck1/depthwise1", "stride"),
    ),
    # GoogLeNet
    "branches are concatenated in another order": (
        "googlenet",
        reading(
            MODULE,
            f"{MODULE}.2.3x3.relu1",
            f"{MODULE}.1.1x1.relu1",
            f"{MODULE}.3.5x5.relu1",
            f"{MODULE}.4.pool_proj.relu1",
        ),
        ("wiring", "inception_4b/concat1", ""),
    ),
    "a branch has 3x3 for 5x5, as torchvision": (
        "googlenet",
        each("conv", lambda name: given(name, kernel=3), ".3.5x5.conv1"),
        ("attribute", "inception_3a/concat1/3/5x5/conv1", "kernel"),
    ),
    "a branch is missing": (
        "googlenet",
        without_branch(MODULE, f"{MODULE}.4"),
        ("missing", "inception_4b/concat1/4/pool", ""),
    ),
    "a pool of the mean for one of the largest": (
        "googlenet",
        made(f"{MODULE}.4.pool", "avgpool", kernel=3, stride=1, padding=1),
        ("kind", "inception_4b/concat1/4/pool", ""),
    ),
    "a local normalisation is missing": (
        "googlenet",
        without("lrn2"),
        ("missing", "lrn2", ""),
    ),
    "norm and pool change places": (
        "googlenet",
        swapped("lrn2", "pool2"),
        ("wiring", "pool2", ""),
    ),
    # U-Net
    "the skip comes behind what comes from below": (
        "unet",
        reading("right2.concat1", "right2.up_conv", "right2.crop"),
        ("wiring", "right2/concat1", ""),
    ),
    "the map is padded where it should shrink": (
        "unet",
        both(
            given("right1.double_conv1.conv1", padding=1),
            given("right1.double_conv1.conv2", padding=1),
        ),
        ("attribute", "right1/double_conv1/conv1", "padding"),
    ),
    "a convolution is dilated": (
        "unet",
        given("bottom.conv2", dilation=2, padding=1),
        ("attribute", "bottom/conv2", "dilation"),
    ),
    "a skip leaves from before the activation": (
        "unet",
        reading("right3.crop", "left3.conv2"),
        ("wiring", "right3/crop", ""),
    ),
    "the bottom is narrower": (
        "unet",
        every("bottom", "conv", filters=768),
        ("attribute", "bottom/conv1", "filters"),
    ),
    # DenseNet-121
    "a norm is missing behind the stem": (
        "densenet121",
        without("batchnorm1"),
        ("missing", "batchnorm1", ""),
    ),
    "new maps come before the old ones": (
        "densenet121",
        reading("block2.layer3.concat1", "block2.layer3.concat1.2.conv", "block2.layer2.concat1"),
        ("wiring", "block2/layer3/concat1", ""),
    ),
    "a bottleneck is half as wide": (
        "densenet121",
        given("block3.layer7.concat1.2.bottleneck", filters=64),
        ("attribute", "block3/layer7/concat1/2/bottleneck", "filters"),
    ),
    "a transition takes the largest": (
        "densenet121",
        made("transition2.avgpool1", "maxpool", kernel=2),
        ("kind", "transition2/avgpool1", ""),
    ),
    # VGG-16
    "a convolution of a stage is missing": (
        "vgg16",
        without_all("stage1.conv2."),
        ("missing", "stage1/conv2/conv1", ""),
    ),
    "norms are too much": (
        "vgg16",
        behind("stage4.conv2.conv1", "bn"),
        ("extra", "new", ""),
    ),
    "a head without hidden layers": (
        "vgg16",
        both(*map(without, ("fc1", "relu1", "dropout1"))),
        ("missing", "fc2", ""),  # both are alike
    ),
}


@pytest.mark.parametrize("what", CASES)
def test_the_first_departure_is_the_change(what: str) -> None:
    name, edit, wanted = CASES[what]
    spec = cnn.load(f"zoo:{name}")
    first, *_ = cnn.check(spec, edited(spec, edit))
    node = first.in_spec or first.in_model
    assert (first.aspect, node and node.id, first.attribute) == wanted
