"""Targets: what can be written, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.exporting.targets import TARGETS


def test_an_unknown_target_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(cnn.UsageError, match="unknown target 'caffe'") as caught:
        cnn.export("zoo:lenet5", "caffe")
    assert caught.value.faults[0].help == f"known: {', '.join(TARGETS)}"


def test_weights_are_refused_where_there_is_no_place_for_them() -> None:
    with pytest.raises(cnn.UsageError, match="what is written for dot holds no weights"):
        cnn.export("zoo:lenet5", "dot", weights=True)


def test_bytes_are_no_text() -> None:
    made = cnn.export("zoo:lenet5", "onnx")
    assert repr(made) == f"<Export of LeNet-5 to onnx: {len(made.content):,} bytes>"
    with pytest.raises(cnn.UsageError, match="what is written for onnx is not a text"):
        str(made)


@pytest.mark.parametrize("target", TARGETS)
def test_the_same_network_gives_the_same_file(target: str, tmp_path: Path) -> None:
    made = [cnn.export("zoo:squeezenet1_1", target).content for _ in range(2)]
    assert made[0] == made[1]
    file = tmp_path / "net"
    cnn.export("zoo:squeezenet1_1", target).write(file)
    content = file.read_bytes()
    assert content == (made[0].encode() if isinstance(made[0], str) else made[0])
