"""How tools count recurrent layers: as measured, and as they count today."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from tests.witnesses.model_zoos import zoo

TOOLS = ("calflops", "onnx-tool")
# calflops 0.3.2 and onnx-tool 1.0.1, on nn.LSTM(12, 5, ...) and nn.GRU(12, 5, ...) of PyTorch 2.13
# with 11 steps; calflops calls nothing of it MACs.
MEASURED: dict[tuple[str, str], tuple[int, int]] = {
    ("lstm", ""): (8_030, 14_080),
    ("lstm", "bidirectional"): (16_060, 18_260),
    ("lstm", "layers"): (12_980, 26_620),
    ("lstm", "bidirectional layers"): (30_360, 35_640),
    ("gru", ""): (5_995, 9_185),
    ("gru", "bidirectional"): (11_990, 12_320),
    ("gru", "layers"): (9_680, 17_215),
    ("gru", "bidirectional layers"): (22_660, 23_980),
}
"""Operations by kind and attributes."""


@pytest.mark.parametrize(("kind", "form"), MEASURED)
def test_tools_count_recurrent_layers_as_measured(kind: str, form: str) -> None:
    written = {"units": 5}
    written |= {"bidirectional": True} if "bidirectional" in form else {}
    written |= {"layers": 2} if "layers" in form else {}
    layer = ", ".join(f"{k}: {str(v).lower()}" for k, v in written.items())
    net = cnn.loads(f"{{cnn: 1, input: 11x12, layers: [{{{kind}: {{{layer}}}}}]}}")
    total = cnn.analyze(net).total
    assert tuple(total.operations(tool) for tool in TOOLS) == MEASURED[kind, form]
    assert total.operations("calflops-macs") == 0
    assert not any(total.uncounted(tool) for tool in (*TOOLS, "calflops-macs"))


@pytest.mark.parametrize("tool", TOOLS)
def test_looking_words_up_counts_nothing(tool: str) -> None:
    net = cnn.loads("{cnn: 1, input: 11, layers: [{embedding: {words: 13, size: 5}}]}")
    total = cnn.analyze(net).total
    assert total.operations(tool) == 0
    assert not total.uncounted(tool)


@pytest.mark.frameworks
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "form"), MEASURED)
def test_tools_count_recurrent_layers_so_today(kind: str, form: str) -> None:
    torch: Any = pytest.importorskip("torch", reason="the tools count PyTorch models")
    zoo("torchvision")  # tools look for it
    from tests.core.conventions import test_live as live

    for name in ("calflops", "onnx_tool"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    cls = torch.nn.LSTM if kind == "lstm" else torch.nn.GRU
    model = cls(
        12,
        5,
        num_layers=2 if "layers" in form else 1,
        bidirectional="bidirectional" in form,
        batch_first=True,
    ).eval()
    x = torch.randn(1, 11, 12)
    with live.quietly():
        found = live.with_calflops(model, x)[0], live.with_onnx_tool(model, x)[0]
    assert found == MEASURED[kind, form]
