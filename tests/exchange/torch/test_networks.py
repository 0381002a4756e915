"""Networks of timm and torchvision: parameters and operations are the module's, or what differs."""

from __future__ import annotations

import os

import pytest

from tests.exchange.torch import networks
from tests.witnesses.model_zoos import zoo

pytestmark = [pytest.mark.frameworks, pytest.mark.thorough]

WHOLE_ZOO = "CNNANALYZE_WHOLE_ZOO"
"""Set, it asks for all networks, which takes an hour; otherwise some of each sort are tried."""
SOME = frozenset(
    {
        "timm/edgenext_xx_small",
        "timm/efficientformer_l1",
        "timm/fasternet_t0",
        "timm/lcnetv2_small",
        "timm/mobilenetv3_small_050",
        "timm/mobilevit_xxs",
        "timm/repvit_m1",
        "timm/resnet10t",
        "timm/vit_tiny_patch16_dinov3_qkvb",
        "torchvision/classification/squeezenet1_1",
        "torchvision/detection/ssdlite320_mobilenet_v3_large",
        "torchvision/segmentation/lraspp_mobilenet_v3_large",
    }
)
LEAST_EXACT, MOST_LINES = 150, 45
"""Of the networks that were tried; the lines are the median of the exact ones."""


def chosen(name: str) -> object:
    """Return a case, which is skipped if only some are tried and it is none of them."""
    skip = pytest.mark.skipif(
        WHOLE_ZOO not in os.environ and name not in SOME, reason=f"set {WHOLE_ZOO}"
    )
    return pytest.param(name, marks=skip)


def tried() -> list[str]:
    """Return the networks of the list whose outcome is written."""
    return [name for name in networks.names() if name in networks.outcomes()]


@pytest.mark.parametrize("name", [chosen(name) for name in tried()])
def test_a_network_is_the_module_or_what_is_not_is_known(name: str) -> None:
    zoo("torchvision")
    zoo(name.partition("/")[0])
    assert networks.tried(name) == networks.line_of(name)


def test_most_networks_are_exact_and_short() -> None:
    found = networks.outcomes()
    exact = [one for one in found.values() if "refused" not in one and "notes" not in one]
    assert set(found) <= set(networks.names())
    assert len(exact) >= LEAST_EXACT
    assert sorted(one["lines"] for one in exact)[len(exact) // 2] <= MOST_LINES


def test_what_is_not_exact_is_said() -> None:
    for name, one in networks.outcomes().items():
        assert "macs" not in one or one["notes"], name
        assert "parameters" not in one or one["notes"], name
