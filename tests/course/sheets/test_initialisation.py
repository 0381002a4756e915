"""Variances of initial weights in sheets: those of PyTorch, and what is typically wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.errors import CnnError
from tests.course.marking import one, solved

CONV = "kernel: [3, 5], channels: 7, filters: 13"
DENSE = "channels: 17, filters: 11"


def value(layer: str, find: str) -> Any:
    """Return the answer of a question."""
    (answer,) = solved(f"- {{id: A, initialisation: {{{layer}}}, find: {find}}}")[
        "A"
    ].answers.values()
    return answer.solution.value


@pytest.mark.parametrize(
    ("layer", "find", "right"),
    [
        # PyTorch 2.13, torch.nn.init on weights of 13x7x3x5 and of 11x17:
        # _calculate_fan_in_and_fan_out, and what kaiming_uniform_, xavier_uniform_,
        # kaiming_normal_ (relu, linear) and xavier_normal_ draw from; a standard deviation is
        # squared here.
        (CONV, "fan_in", 105),
        (CONV, "fan_out", 195),
        (CONV, "he_limit", 0.23904572186687872),
        (CONV, "glorot_limit", 0.1414213562373095),
        (CONV, "he_variance", 0.13801311186847084**2),
        (CONV, "lecun_variance", 0.09759000729485333**2),
        (CONV, "glorot_variance", 0.08164965809277261**2),
        (DENSE, "fan_in", 17),
        (DENSE, "fan_out", 11),
        (DENSE, "he_limit", 0.5940885257860046),
        (DENSE, "glorot_limit", 0.4629100498862757),
        (DENSE, "he_variance", 0.3429971702850177**2),
        (DENSE, "lecun_variance", 0.24253562503633297**2),
        (DENSE, "glorot_variance", 0.2672612419124244**2),
    ],
)
def test_fans_variances_and_limits_are_those_of_pytorch(
    layer: str, find: str, right: float
) -> None:
    assert float(value(layer, find)) == pytest.approx(right, rel=1e-12)


def test_one_side_of_a_kernel_stands_for_both() -> None:
    assert value("kernel: 3, channels: 5, filters: 7", "fan_in") == 45
    assert value("kernel: [3], channels: 5, filters: 7", "fan_in") == 15


@pytest.mark.parametrize(
    ("find", "given", "mistake"),
    [
        ("fan_in", "195", "fan-in and fan-out exchanged"),
        ("fan_in", "7", "kernel left out of the fan"),
        ("he_variance", "1/105", "another initialisation"),
        ("he_variance", "2/7", "kernel left out of the fan"),
        ("glorot_variance", "2/105", "another initialisation"),
        ("glorot_limit", "0.2390", "another initialisation"),
    ],
)
def test_what_is_typically_wrong_is_named(find: str, given: str, mistake: str) -> None:
    mark = one(f"initialisation: {{{CONV}}}, find: {find}", given)
    assert mark.outcome == "wrong"
    assert mistake in [name for m in mark.mistakes for name in m.names]


def test_a_layer_without_filters_is_told_at_its_place() -> None:
    with pytest.raises(CnnError, match="filters") as caught:
        value("kernel: 3, channels: 5", "glorot_variance")
    assert "here:4:" in str(caught.value)
