"""What attributes may be is said in words and in the JSON Schema."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from cnnanalyze.language.vocabulary import TYPES, describe
from cnnanalyze.layers import attributes


def test_every_type_of_attributes_has_words_and_a_schema() -> None:
    known = [get_args(kind)[1] for kind, *_ in TYPES]
    unknown = [
        name
        for name, value in vars(attributes).items()
        if (found := getattr(value, "__metadata__", ())) and found[0] not in known
    ]
    assert unknown == []


@pytest.mark.parametrize("kind", [attributes.Step, attributes.Ends], ids=["step", "ends"])
def test_an_expression_may_stand_for_a_step_and_for_amounts_at_both_ends(kind: Any) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    _, schema = describe(kind)
    assert jsonschema.Draft202012Validator(schema).is_valid("$n - 1")
    assert not jsonschema.Draft202012Validator(schema).is_valid("n - 1")
