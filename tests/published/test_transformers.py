"""Transformers: parameters and multiply-accumulates of the models that timm builds."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from tests.witnesses.model_zoos import zoo

SPECS = Path(__file__).parents[2] / "specs"
MODELS = (
    ("vit_b_16", "vit_base_patch16_224"),
    ("deit_tiny", "deit_tiny_patch16_224"),
    ("swin_t", "swin_tiny_patch4_window7_224"),
    ("mobilevit_s", "mobilevit_s"),
    ("coatnet_0", "coatnet_0_224"),
)


@pytest.mark.frameworks
@pytest.mark.parametrize(("spec", "name"), MODELS)
def test_network_is_the_model_of_timm(spec: str, name: str) -> None:
    timm = zoo("timm")
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter").FlopCounterMode(display=False)
    timm.layers.set_fused_attn(enable=False)  # products that are fused are not counted
    model = timm.create_model(name).eval()
    total = cnn.analyze(SPECS / f"{spec}.yaml").analysis.total
    assert total.parameters == sum(p.numel() for p in model.parameters())
    with torch.no_grad(), counter:
        model(torch.randn(1, *model.default_cfg["input_size"]))
    assert 2 * total.operations() == counter.get_total_flops()


def test_swin_sees_its_windows_and_further_with_each_shift() -> None:
    report = cnn.analyze(SPECS / "swin_t.yaml")
    fields = {
        path: report.analysis[f"stage1/pair1/{path}/add1"].fields for path in ("regular", "shifted")
    }
    regular, shifted = (fields[path] for path in ("regular", "shifted"))
    assert regular is not None
    assert shifted is not None
    # Windows of 7 patches of 4 pixels; a shifted one lies across two of them.
    assert [regular[0].at(unit) for unit in (0, 6, 7)] == [(0, 27), (0, 27), (28, 55)]
    assert [shifted[0].at(unit) for unit in (3, 9, 10)] == [(0, 55), (0, 55), (28, 83)]
