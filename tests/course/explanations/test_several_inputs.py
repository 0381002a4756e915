"""Networks with several inputs: fields are explained of each, and everything else as ever."""

from __future__ import annotations

from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.course.explanations.explain import explain, quantities, topic_in
from cnnanalyze.errors import UsageError

FIXTURES = Path(__file__).parents[2] / "language"
FIELDS = {"receptive_field": "field_size", "jump": "field_stride"}


@pytest.mark.parametrize("name", ["siamese", "lesion", "two_stream"])
def test_fields_that_are_explained_are_those_of_the_rules(name: str) -> None:
    analysis = cnn.analyze(FIXTURES / f"{name}.yaml").analysis
    images = {str(image.name): image for image in seen_inputs(analysis)}
    told = 0
    for facts in analysis:
        for quantity in quantities(analysis, facts.node.id):
            value = explain(analysis, facts.node.id, quantity).value
            if (topic := topic_in(quantity)) in FIELDS:
                of = quantity.partition(" of ")[2] or facts.sees[0][0]
                assert value == getattr(images[of][facts.node.id], FIELDS[topic])
                told += 1
    assert told > len(analysis)


def test_a_layer_that_sees_several_inputs_has_a_field_of_each() -> None:
    analysis = cnn.analyze(FIXTURES / "siamese.yaml").analysis
    known = [q for q in quantities(analysis, "distance") if topic_in(q) in FIELDS]
    assert known == [
        "receptive_field of left",
        "receptive_field of right",
        "jump of left",
        "jump of right",
    ]
    answer = explain(analysis, "distance", "field of right")
    assert answer.question == "How large is the receptive field of a unit of distance in right?"
    assert answer.value == (105, 105)
    assert answer.table[0].label == "right_twin/conv1"


def test_a_vector_has_no_field_to_explain() -> None:
    analysis = cnn.analyze(FIXTURES / "lesion.yaml").analysis
    assert not {topic_in(q) for q in quantities(analysis, "known")} & {*FIELDS, "centre"}
    assert [q for q in quantities(analysis, "concat1") if topic_in(q) in FIELDS] == [
        "receptive_field of image",
        "jump of image",
    ]


def test_a_total_names_all_inputs() -> None:
    answer = cnn.explain(FIXTURES / "siamese.yaml").explanation
    assert answer.subject == "Siamese, inputs left 105x105x1, right 105x105x1"
    assert answer.value == 38_951_745


@pytest.mark.parametrize(
    ("layer", "quantity", "said", "advice"),
    [
        (
            "distance",
            "field",
            "'distance' sees 2 inputs and has a receptive_field of each",
            "ask for 'receptive_field of left' or 'receptive_field of right'",
        ),
        (
            "distance",
            "field of lef",
            (
                "'distance' has no quantity 'receptive_field of lef' to explain; did you mean "
                "'receptive_field of left'?"
            ),
            "ask for 'receptive_field of left' or 'receptive_field of right'",
        ),
        (
            "left_twin/conv2",
            "field of right",
            (
                "'left_twin/conv2' has no quantity 'receptive_field of right' to explain; did you "
                "mean 'receptive_field'?"
            ),
            "ask for 'receptive_field'",
        ),
        (
            "left_twin/conv2",
            "macs of left",
            "'left_twin/conv2' has no quantity 'macs of left' to explain",
            "ask for 'macs'",
        ),
    ],
)
def test_what_is_not_to_be_had_of_an_input_is_refused(
    layer: str, quantity: str, said: str, advice: str
) -> None:
    analysis = cnn.analyze(FIXTURES / "siamese.yaml").analysis
    with pytest.raises(UsageError) as caught:
        explain(analysis, layer, quantity)
    assert str(caught.value) == f"error: {said}\n  help: {advice}"
