"""What the names of a source say of its parts."""

from __future__ import annotations

import pytest

from cnnanalyze.exchange.folding.paths import block_name, row_name, with_source_names
from cnnanalyze.exchange.folding.step import Step


@pytest.mark.parametrize(
    ("paths", "name"),
    [
        (("layer1.0.conv1", "layer1.0.bn1", "node_relu_3"), ""),
        (("stage2/residual1/conv1", "stage2/residual1/1/bn1"), "residual"),
        (("stage2/add1/1/conv1", "stage2/add1/2/conv1"), ""),
        (("n1", "n2"), ""),
    ],
)
def test_blocks_are_called_as_in_the_source_if_that_says_something(
    paths: tuple[str, ...], name: str
) -> None:
    assert block_name(Step("add", paths=paths)) == name


@pytest.mark.parametrize(
    ("places", "name"),
    [
        (("stage1", "stage2", "stage3"), "stage"),
        (("layer2", "layer3"), "layer${index + 1}"),
        (("stages.0", "stages.1"), "stages.${index - 1}"),
        (("layer2", "layer4"), ""),
        (("conv1", "conv2"), ""),
        (("", ""), ""),
        ((), ""),
    ],
)
def test_rows_are_called_as_in_the_source_if_they_are_numbered_alike(
    places: tuple[str, ...], name: str
) -> None:
    assert row_name(places) == name


def test_only_what_is_all_of_a_part_has_its_name() -> None:
    steps = (
        Step("unit", paths=("stem.conv", "stem.bn")),
        Step("unit", paths=("body.conv",)),
        Step("relu", paths=("body.act", "node_relu")),
        Step("gap", paths=("pool5",)),
        Step("dense", paths=("Gemm_12",)),
        Step("dense", paths=("fc",)),
        Step("dense", paths=("fc",), repeat=2),
    )
    assert [step.name for step in with_source_names(steps)] == [
        *("stem", "body.conv", "", "pool5", "", "", ""),
    ]
    assert with_source_names(steps[5:6])[0].name == "fc"
