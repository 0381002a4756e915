"""Flash: figures that others printed, and the bytes of each number format."""

from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.deployment.flash import Constants


@pytest.mark.parametrize(
    ("width", "printed"),
    [(1.0, 3_541_984), (0.35, 1_694_208)],
)
def test_flash_is_what_st_prints(width: float, printed: int) -> None:
    # STMicroelectronics/stm32ai-modelzoo: 3458.97 and 1654.5 KiB of weights in flash, Int8
    network = cnn.load("zoo:mobilenet_v2", settings={"width": width})
    assert deploy_network(network, target="stm32-like").flash == printed


SMALL = "{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, flatten, {dense: 2}]}"
WEIGHTS, BIASES = 3 * 3 * 3 * 5 + 9 * 5 * 5 * 2, 5 + 2


@pytest.mark.parametrize(
    ("dtype", "weight", "bias", "scales"),
    [
        # five filters, one tensor of a dense layer, three outputs and the input
        ("int8", 1, 4, 5 + 1 + 3 + 1),
        ("int16x8", 1, 8, 5 + 1 + 3 + 1),
        ("mixed", 1, 4, 5 + 1),
        ("float16", 2, 2, 0),
        ("float32", 4, 4, 0),
    ],
)
def test_bytes_of_each_format(dtype: str, weight: int, bias: int, scales: int) -> None:
    found = deploy_network(cnn.loads(SMALL), dtype=dtype).constants
    assert found == Constants(
        weights=WEIGHTS * weight,
        biases=BIASES * bias,
        shapes=16 + 8,  # min_runtime_version, and the two extents that flatten goes to
        scales=4 * scales,
        zero_points=8 * scales,
    )


def test_shared_weights_lie_in_flash_once() -> None:
    net = cnn.loads("{cnn: 1, input: 5, layers: [{dense: 5}, {dense: 5, share: dense1}]}")
    first, second = deploy_network(net, target="stm32-like").rows
    assert (first.flash, second.flash) == (25 + 20, 0)
    assert first.traffic.weights == second.traffic.weights == 45


def test_a_norm_that_stays_is_a_factor_and_a_shift_each_channel() -> None:
    net = cnn.loads("{cnn: 1, input: 11x7x3, layers: [bn]}")
    assert deploy_network(net, target="stm32-like").constants.weights == 6


@pytest.mark.parametrize(
    ("name", "printed"),
    [("resnet8", 78_768), ("mobilenet_v1_vww", 219_088), ("ds_cnn", 24_392)],
)
def test_constants_are_those_of_the_files_of_mlperf_tiny(name: str, printed: int) -> None:
    """Weights and biases, 8 bytes of the shape of flatten, 16 of the version of the runtime."""
    found = deploy_network(cnn.load(f"zoo:{name}"))
    assert found.flash == printed
    assert found.constants.shapes == 24
