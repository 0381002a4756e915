"""Networks in ``specs/`` that timm has, too: its own models, counted."""

from __future__ import annotations

from typing import Any

import pytest

from tests.published.totals import assert_totals
from tests.witnesses.model_zoos import zoo

Row = tuple[str, dict[str, Any], int, int, str, dict[str, Any]]

# Learnable parameters and multiply-accumulates of convolutions and dense layers for one image, with
# the name of the model in timm and what it is told.
MODELS: tuple[Row, ...] = (
    (
        *("resnet50_cbam", {}, 28_073_576, 4_095_573_110),
        *("resnet50", {"block_args": {"attn_layer": "cbam"}}),
    ),
    (
        *("resnet50_eca", {}, 25_557_118, 4_089_272_064),
        *("resnet50", {"block_args": {"attn_layer": "eca"}}),
    ),
    ("repvgg_a0", {}, 9_108_968, 1_512_581_120, "repvgg_a0", {}),
    ("convnext_v2_tiny", {}, 28_635_496, 4_455_531_264, "convnextv2_tiny", {}),
    (
        *("convnext_v2_tiny", {"depths": [2, 2, 8, 2], "width": 80}, 15_623_800, 2_445_528_320),
        *("convnextv2_nano", {}),
    ),
    ("mobilenet_v4_conv_small", {}, 3_774_024, 186_005_568, "mobilenetv4_conv_small", {}),
    ("ghostnet", {}, 5_182_508, 141_150_512, "ghostnet_100", {}),
    ("hrnet_w18", {}, 21_299_004, 4_283_537_072, "hrnet_w18", {}),
    ("hrnet_w18", {"width": 30}, 37_712_220, 8_105_781_680, "hrnet_w30", {}),
    ("dla34", {}, 15_742_104, 3_060_043_776, "dla34", {}),
)


@pytest.mark.parametrize("row", MODELS, ids=lambda row: f"{row[4]}-{row[0]}")
def test_totals(row: Row) -> None:
    assert_totals(*row[:4])


@pytest.mark.frameworks
@pytest.mark.parametrize("row", MODELS, ids=lambda row: f"{row[4]}-{row[0]}")
def test_totals_are_those_of_timm(row: Row) -> None:
    _, _, parameters, macs, name, options = row
    timm = zoo("timm")
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    with torch.device("meta"):
        model = timm.create_model(name, **options).eval()
        with FlopCounterMode(display=False) as counted:
            model(torch.zeros(1, 3, 224, 224))
    assert sum(p.numel() for p in model.parameters()) == parameters
    assert counted.get_total_flops() == 2 * macs
