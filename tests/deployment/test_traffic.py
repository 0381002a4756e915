"""Traffic and time: what moves, and what binds."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.deployment.traffic import Traffic, energy

BOARD = """\
name = "board"
source = "by hand"
bandwidth = 1000
[macs_per_second]
int8 = 2000
"""


def test_each_tensor_goes_through_memory_once() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, relu, "
        "{add: [tanh, []]}]}"
    )
    conv, tanh, add = deploy_network(net).rows
    assert conv.traffic == Traffic(9 * 5 * 5 * 27, 135 + 5 * 4, 11 * 7 * 3, 9 * 5 * 5)
    assert tanh.traffic == Traffic(0, 0, 225, 225)
    assert (add.traffic.read, add.traffic.written) == (450, 225)


def test_time_is_the_longer_of_work_and_bytes(tmp_path: Path) -> None:
    path = tmp_path / "board.toml"
    path.write_text(BOARD)
    net = cnn.loads("{cnn: 1, input: 11x7x3, layers: [{conv: {filters: 5, kernel: 3}}, tanh]}")
    conv, tanh = deploy_network(net, target=str(path)).rows
    assert conv.time is not None
    assert tanh.time is not None
    assert (conv.time.bound, tanh.time.bound) == ("compute", "memory")
    assert conv.time.seconds == pytest.approx(3.0375)
    assert tanh.time.seconds == pytest.approx(0.45)


def test_without_rates_nothing_is_said_of_time() -> None:
    deployment = deploy_network(cnn.load("zoo:lenet5_common"))
    assert deployment.seconds is None
    assert {row.time for row in deployment.rows} == {None}


def test_energy_is_that_of_the_table() -> None:
    # a million products in int8 at 0.23 pJ, and 8 bytes at 1.3 nJ together
    assert energy(Traffic(1_000_000, 0, 8, 0), "int8") == pytest.approx(0.23e-6 + 1.3e-9)
    assert energy(Traffic(None, 0, 8, 0), "int8") is None
