"""α-FLOPs: the published formula, and what follows from it for whole networks."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.alpha import alpha

# Computed apart from this code from the constants in the authors' make_plots.py
# (asperti/alpha_flops_dataset at eecef84), by positions for 1x1, 3x3, 5x5, 7x7, 11x11.
PUBLISHED = {
    1: (1.000000, 1.916487, 2.238332, 2.431700, 2.673879),
    4: (0.268543, 0.882227, 1.030253, 1.119194, 1.230592),
    49: (0.041308, 0.218586, 0.254782, 0.276552, 0.303836),
    784: (0.022084, 0.051880, 0.058958, 0.063275, 0.068733),
    50176: (0.020818, 0.021628, 0.021858, 0.022009, 0.022211),
}


@pytest.mark.parametrize("positions", PUBLISHED)
def test_factor(positions: int) -> None:
    found = [round(alpha(taps, positions), 6) for taps in (1, 9, 25, 49, 121)]
    assert found == list(PUBLISHED[positions])


@pytest.mark.parametrize(("name", "millions"), [("vgg16", 757.43), ("resnet50", 243.34)])
def test_networks(name: str, millions: float) -> None:
    assert round(sum(f.discounted_macs for f in cnn.analyze(f"zoo:{name}")) / 1e6, 2) == millions


def test_dense_layers_cost_what_they_count() -> None:
    report = cnn.loads("{cnn: 1, input: {features: 13}, layers: [{dense: 7}]}")
    assert cnn.analyze(report)["dense1"].discounted_macs == 91


def test_layers_without_multiplications_cost_nothing() -> None:
    report = cnn.analyze(cnn.loads("{cnn: 1, input: 5x7x3, layers: [relu]}"))
    assert report["relu1"].discounted_macs == 0


def test_separable_convolution_is_both_of_its_parts() -> None:
    head = "cnn: 1, input: 11x13x5"
    both = cnn.loads(f"{{{head}, layers: [{{separable: {{filters: 7, kernel: 3, bias: false}}}}]}}")
    parts = cnn.loads(
        f"{{{head}, layers: [{{depthwise: {{kernel: 3, bias: false}}}}, "
        "{conv: {filters: 7, kernel: 1, bias: false}}]}"
    )
    whole, split = (sum(f.discounted_macs for f in cnn.analyze(net)) for net in (both, parts))
    assert whole == pytest.approx(split)


def test_column() -> None:
    table = cnn.analyze("zoo:vgg16").render("csv", columns=["name", "alpha"])
    assert table.splitlines()[0].split(",") == ["name", "alpha"]
    assert sum(int(line.rsplit(",", 1)[1]) for line in table.splitlines()[1:]) == pytest.approx(
        757.43e6, rel=1e-4
    )
