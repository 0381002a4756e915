"""Networks that were made without a text are linted as others are, layer by layer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.linting.engine import lint_network

SPECS = Path(__file__).parents[2] / "specs"


def built() -> cnn.Network:
    b = cnn.NetworkBuilder("built")
    x = b.input(31, 37, 3)
    with b.block("stem"):
        x = b.relu(b.relu(b.batchnorm(b.conv(x, filters=8, kernel=3))))
        x = b.dropout(x, 0)
    return b.build(outputs=b.dense(b.flatten(x), 7))


def test_findings_name_their_layers_and_have_no_line() -> None:
    result = cnn.lint(built(), select=["NA001", "NA003", "GR010"])
    found = {(f.code, f.path): f for f in result}
    assert set(found) == {
        ("NA001", "stem/conv1"),
        ("NA003", "stem/relu2"),
        ("GR010", "stem/dropout1"),
    }
    assert all(f.mark is None and f.fix is None and f.chain == () for f in result)
    assert str(result).splitlines()[0].startswith("stem/dropout1: ")


@pytest.mark.parametrize("name", ["resnet50", "googlenet_auxiliary", "mobilenet_v3_small", "unet"])
def test_what_rules_find_in_layers_does_not_take_a_text(name: str) -> None:
    spec = cnn.load(SPECS / f"{name}.yaml")
    with_text = {(f.code, f.path) for f in lint_network(spec).findings}
    without = lint_network(spec.network).findings
    # Instances of one place of the text are told once there, and one by one here.
    assert with_text <= {(f.code, f.path) for f in without} | {
        (f.code, f.path) for f in lint_network(spec).findings if f.code.startswith(("SP", "HD"))
    }
    assert not any(f.code.startswith("SP") for f in without)


def test_every_rule_runs_without_a_text() -> None:
    result = cnn.lint(built(), select="ALL", target="tensor-core")
    assert not [f for f in result if f.code == "LN001"]


@pytest.mark.parametrize("words", [3, [3], {"NA": 3}])
@pytest.mark.parametrize("option", ["select", "ignore"])
def test_what_is_no_list_of_words_is_refused(option: str, words: Any) -> None:
    with pytest.raises(cnn.UsageError) as caught:
        cnn.lint(built(), **{option: words})
    assert caught.value.message == (
        f"give words as a list or as one text with commas, not as {words!r}"
    )


@pytest.mark.parametrize("profile", ["strickt", 3])
def test_a_profile_that_is_not_there_is_refused_in_python_as_well(profile: str) -> None:
    with pytest.raises(cnn.UsageError, match=f"there is no profile '{profile}'"):
        cnn.lint(built(), profile=profile)
    with pytest.raises(cnn.UsageError, match=f"there is no profile '{profile}'"):
        cnn.lint("zoo:lenet5", profile=profile)
