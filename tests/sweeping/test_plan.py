"""Plans: what contradicts itself is told before anything is worked out."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.errors import CnnError
from cnnanalyze.sweeping.plan import Member, make_plan

TEXT = "{cnn: 1, input: 7x7x1, params: {width: 3, depths: [1, 2], depth: 4}, layers: [relu]}"


@pytest.mark.parametrize(
    ("vary", "options", "message"),
    [
        ({}, {}, "nothing is varied, so there is one point only"),
        ({"widht": [1]}, {}, "net has no parameter 'widht'; it has width, depths, depth; did you"),
        ({"width": [1]}, {"given": {"width": 2}}, "'width' is both set and varied"),
        ({"depths[2]": [1]}, {}, "there is no 'depths[2]' in a list of 2"),
        ({"depths[x]": [1]}, {}, "there is no 'depths[x]' in a list of 2"),
        ({"width[0]": [1]}, {}, "'width[0]' names an element, and that parameter of net is no"),
        ({"depths": [[1, 2]], "depths[0]": [1]}, {}, "'depths' is varied as a whole and by elem"),
        ({"width": [1]}, {"pareto": ["mac"]}, "there is no quantity 'mac'; did you mean 'macs'?"),
        ({"width": [1]}, {"pareto": ["macs:more"]}, "'macs:more' does not say whether more or"),
        ({"width": [1]}, {"quantities": ["alpha"]}, "there is no quantity 'alpha'"),
        ({"width": [1]}, {"sample": 0}, "a sample has at least one point, not 0"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(
    vary: dict[str, Any], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(CnnError) as refused:
        make_plan([Member("net", cnn.loads(TEXT))], vary, **options)
    assert refused.value.message.startswith(message)


def test_a_network_without_a_spec_has_nothing_to_vary() -> None:
    network = cnn.Spec("tiny", cnn.loads(TEXT).inputs, cnn.loads(TEXT).nodes, ())
    with pytest.raises(CnnError, match="tiny was made without a spec"):
        make_plan([Member("tiny", network)], {"width": [1]})


def test_a_parameter_hides_a_quantity_of_its_name() -> None:
    """RegNet has a parameter 'depth', and 'depth' is a quantity, too."""
    points = cnn.sweep(cnn.loads(TEXT), {"depth": "2..9"}, where="depth > 6")
    assert [point.parameters["depth"] for point in points] == [7, 8, 9]


def test_parameters_that_follow_from_others_may_use_names_of_their_own() -> None:
    points = cnn.sweep(
        cnn.loads(TEXT), {"raw": [9, 17], "width": "$raw // 8 * 8"}, where=["raw > 3"]
    )
    assert [point.parameters for point in points] == [
        {"raw": 9, "width": 8},
        {"raw": 17, "width": 16},
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"batch": 0}, "batch must be at least 1, not 0"),
        ({"batch": 1.5}, "batch must be a whole number, not 1.5"),
        ({"dtype": "float31"}, "unknown dtype 'float31'"),
        ({"convention": None}, "convention must be a word, not nothing"),
    ],
)
def test_how_a_sweep_counts_is_told_as_a_report_is(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CnnError) as refused:
        cnn.sweep(cnn.loads(TEXT), {"width": [1]}, **options)
    assert refused.value.message.startswith(message)
