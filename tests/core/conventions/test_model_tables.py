"""What the tables of two model libraries print, figure by figure, to the digit.

Neither library was run here: their rules were read where their code is public, or fitted to these
figures, so that all of them together are the evidence.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.crosscheck.claims import number_of

SPECS = Path(__file__).parents[3] / "specs"

# osmr/imgclsmob at edcbc4ac (November 2018), README.md: millions, with two digits after the point.
MILLIONS = [
    ("dpn131", {}, "16056.22"),
    ("inception_resnet_v2", {}, "13189.58"),
    ("nasnet_a_large", {"crop": True}, "24021.18"),
    ("pnasnet5_large", {"crop": True}, "25169.47"),
    ("polynet", {"idle": True}, "34768.84"),
    ("senet154", {}, "20742.40"),
]


@pytest.mark.parametrize(("name", "settings", "printed"), MILLIONS)
def test_flops_of_the_model_zoo_in_2018(name: str, settings: dict[str, Any], printed: str) -> None:
    network = cnn.load(SPECS / f"{name}.yaml", settings=settings)
    counted = cnn.analyze(network).total.operations("imgclsmob-2018")
    assert f"{Decimal(counted) / 10**6:.2f}" == printed


# google-research/receptive_field, RECEPTIVE_FIELD_TABLE.md: billions up to the last endpoint.
BILLIONS = [
    ("alexnet_v2", {}, "pool5", "receptive-field", "1.380"),
    ("vgg11", {"resolution": 321}, "stage5/pool", "receptive-field", "30.583"),
    ("vgg16", {}, "stage5/pool", "receptive-field", "30.713"),
    ("inception_v3", {"resolution": 321}, "Mixed_7c", "receptive-field", "12.727"),
    ("inception_v4", {"resolution": 224}, "Mixed_7d", "receptive-field", "12.271"),
    ("inception_resnet_v2", {"resolution": 224}, "Conv2d_7b_1x1", "receptive-field", "12.958"),
    ("mobilenet_v1", {"width": 0.75}, "conv13", "receptive-field", "0.653"),
    ("resnet50_slim", {}, "stage4", "tensorflow-profiler", "6.963"),
    ("resnet50_slim", {"depths": [3, 8, 36, 3]}, "stage2", "tensorflow-profiler", "4.721"),
    ("resnet101_v2", {}, "stage4", "tensorflow-profiler", "14.397"),
]


@pytest.mark.parametrize(("name", "settings", "layer", "convention", "printed"), BILLIONS)
def test_flops_up_to_an_endpoint(
    name: str, settings: dict[str, Any], layer: str, convention: str, printed: str
) -> None:
    network = cnn.load(SPECS / f"{name}.yaml", settings=settings)
    claim = next(c for c in network.claims if c.quantity == "operations_so_far")
    claim = claim._replace(layer=layer, convention=convention)
    assert f"{Decimal(number_of(claim, cnn.analyze(network).analysis)) / 10**9:.3f}" == printed


def test_every_endpoint_of_the_table_is_claimed() -> None:
    """Fifteen networks, each at two sizes: 298 rows of four figures."""
    rows = [
        claim
        for path in SPECS.glob("*.yaml")
        if "receptive_field, table" in path.read_text(encoding="utf-8")
        for claim in cnn.load(path).claims
        if "receptive_field, table, " in claim.source
    ]
    assert len(rows) == 4 * 298
