from __future__ import annotations

import pytest

import cnnanalyze as cnn
from cnnanalyze.language.expression_values import ELEMENTS, weigh

NESTED = "[[[[$in]*1000]*1000]*1000]*1000"


def refusal(layers: str, params: str = "{}") -> str:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(f"cnn: 1\ninput: 5x5x1\nparams: {params}\nlayers:\n{layers}\n")
    return caught.value.message


MADE = (
    "the expressions go through more than 2,000,000 elements of lists, or lists nested deeper than "
    "100, the bounds"
)
USED = "the lists of the spec have more than 2,000,000 elements where they are used, the bound"


@pytest.mark.parametrize(
    "expression",
    [
        f"{NESTED} == {NESTED}",
        f"{NESTED} < 5",
        f"5 in {NESTED}",
        f"sum({NESTED}) > 0",
        f"max({NESTED}, {NESTED}) == 5",
    ],
)
def test_lists_in_lists_are_not_gone_through_for_ever(expression: str) -> None:
    assert refusal(f'- {{relu: , when: "{expression}"}}') == MADE


def test_lists_in_lists_reach_no_layer() -> None:
    assert refusal(f'- {{conv: {{filters: "{NESTED}", kernel: 3}}}}') == USED


def test_what_is_wrong_with_long_lists_is_said_shortly() -> None:
    inner = f"[{'1, ' * 12}…]"
    assert refusal('- {relu: , when: "[[$in] * 1000] * 100 + 1"}') == (
        f"cannot add [{f'{inner}, ' * 40}…] and 1"
    )


def test_lists_that_grow_from_parameter_to_parameter_are_bounded() -> None:
    names = ["p0: [1]", *(f'p{n}: "[$p{n - 1}, $p{n - 1}]"' for n in range(1, 40))]
    assert refusal("- relu", f"{{{', '.join(names)}}}") == USED


def test_lists_that_are_nested_from_parameter_to_parameter_are_bounded() -> None:
    names = ["p0: [1]", *(f'p{n}: "[$p{n - 1}]"' for n in range(1, 400))]
    assert refusal("- relu", f"{{{', '.join(names)}}}") == USED


def test_a_short_list_that_is_used_often_counts_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ELEMENTS, "most", 5_000)
    step = '- {relu: , when: "$in in [1, 2, 3, 4, 5]"}\n'
    cnn.loads(f"cnn: 1\ninput: 5x5x1\nlayers:\n{step * 90}")
    assert "the bounds" in refusal(step * 900)


def test_what_one_reading_spends_is_not_missed_by_the_next() -> None:
    for _ in range(3):
        with ELEMENTS.counted():
            assert ELEMENTS.spend(1_500_000)
            assert weigh([[0] * 1_000] * 400)
            assert not weigh([[0] * 1_000] * 400)


def test_a_long_text_with_dollars_is_refused() -> None:
    holes = "${1}" * 300
    assert refusal(f'- {{relu: , as: "{holes}"}}') == (
        "a text with '$' may have at most 1,000 characters, not 1,200"
    )
