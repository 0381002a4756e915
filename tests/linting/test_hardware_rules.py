"""The rules for targets: silent unless the target is named."""

from __future__ import annotations

import cnnanalyze as cnn
from cnnanalyze.errors import Source
from cnnanalyze.linting.engine import lint_source
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource


def for_target(name: str, target: str | None) -> FileResult:
    path = cnn.zoo()[name]
    settings = Settings(caller=SettingsSource("test", Level(target=target)))
    return lint_source(Source(str(path), path.read_text("utf-8")), path.parent, settings)


def codes(result: FileResult) -> set[str]:
    return {f.code for f in result.findings if f.code.startswith("HW")}


def test_no_target_no_finding() -> None:
    assert codes(for_target("shufflenet_v2_x1_0", None)) == set()


def test_shufflenet_v2_does_not_fit_tensor_cores() -> None:
    # 58, 116 and 232 channels: timm rounds such widths to multiples of 8 for that reason.
    found = [
        f for f in for_target("shufflenet_v2_x1_0", "tensor-core").findings if f.code == "HW001"
    ]
    assert {f.message for f in found} == {
        f"58 {side} channels are not a multiple of 8: they are padded to 64"
        for side in ("input", "output")
    }


def test_classes_gates_and_colours_are_nobody_s_choice() -> None:
    assert codes(for_target("vgg16", "tensor-core")) == set()
    assert codes(for_target("fcn8s", "tensor-core")) == set()  # 21 classes
    assert codes(for_target("regnet_y_400mf", "tensor-core")) == set()  # gates of 8, 12, 26, ...


def test_every_rgb_network_is_too_much_for_the_npu() -> None:
    found = [f.message for f in for_target("resnet18", "ti-npu").findings if f.code == "HW003"]
    assert found[0] == "the first convolution reads 3 channels, but the NPU takes 1"


def test_bottlenecks_and_branches_on_mobile_devices() -> None:
    assert "HW005" in codes(for_target("mobilenet_v2", "mobile"))  # it expands 6 times
    assert "HW006" in codes(for_target("googlenet", "mobile"))
    assert codes(for_target("mobilenet_v1", "mobile")) == set()
