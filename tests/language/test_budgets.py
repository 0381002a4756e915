"""Reading budgets: from specs, from configurations, and what is wrong with them."""

from __future__ import annotations

from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.tree import Mapping, as_tree, plain
from cnnanalyze.crosscheck.budget import check_budgets
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.sections import Limit, plan_budgets
from cnnanalyze.linting.config import read
from cnnanalyze.linting.configured_budgets import Configured, read_configured

HEAD = "cnn: 1\ninput: 31x37x3\nlayers: [relu]\n"


def configured(data: dict[str, Any]) -> Configured:
    tree = as_tree(data, Mark(Source("cnnanalyze.toml", ""), 1, 1))
    assert isinstance(tree, Mapping)
    return read_configured(tree)


def limits(more: str) -> list[tuple[Any, ...]]:
    budgets = cnn.loads(f"{HEAD}{more}\n", name="net").budgets
    assert budgets is not None
    return [limit._replace(mark=str(limit.mark)) for limit in budgets.limits]  # type: ignore[arg-type]


def test_every_form() -> None:
    assert limits(
        "budgets:\n  parameters: 5M\n  operations: {at_most: 8.5G, convention: mac}\n"
        "  memory: {at_most: 20 MB, dtype: int8}\n  size_on_disk: 1KiB\n"
        "  receptive_field: {at_least: 224, at_most: 427}\n"
        '  layers:\n    "stage*/conv*": {macs: 100M}\n'
    ) == [
        Limit("parameters", "5M", 5_000_000, "net:5:15"),  # type: ignore[arg-type]
        Limit("operations", "8.5G", 8_500_000_000, "net:6:25", convention="mac"),  # type: ignore[arg-type]
        Limit("memory", "20 MB", 20_000_000, "net:7:21", dtype="int8"),  # type: ignore[arg-type]
        Limit("size_on_disk", "1KiB", 1024, "net:8:17", dtype="float32"),  # type: ignore[arg-type]
        Limit("receptive_field", "427", 427, "net:9:45"),  # type: ignore[arg-type]
        Limit("receptive_field", "224", 224, "net:9:31", is_upper=False),  # type: ignore[arg-type]
        Limit("macs", "100M", 100_000_000, "net:11:28", layer="stage*/conv*"),  # type: ignore[arg-type]
    ]


def test_fractions_of_a_byte_are_rounded_to_the_safe_side() -> None:
    assert limits("budgets: {memory: {at_most: 1.0005kB, at_least: 1.0005kB}}")[0][2] == 1000
    assert limits("budgets: {memory: {at_most: 1.0005kB, at_least: 1.0005kB}}")[1][2] == 1001


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ("budgets: 3", "net:4:10: error: 'budgets' must be a mapping, not 3"),
        (
            "budgets: {macs: [1]}",
            "net:4:17: error: the budget for macs must be a number, not [1]",
        ),
        (
            "budgets: {macs: {at_most: [1]}}",
            "net:4:27: error: 'at_most' of the budget for macs must be a number, not [1]",
        ),
        (
            "budgets: {depth: {at_least: 5, at_most: 3}}",
            "net:4:29: error: no network can meet the budget for depth: at_least 5 > at_most 3",
        ),
        (
            "budgets: {memory: {at_most: 1kB, at_least: 1KiB}}",
            (
                "net:4:44: error: no network can meet the budget for memory: "
                "at_least 1KiB > at_most 1kB"
            ),
        ),
        (
            "budgets: {macs: {}}",
            "net:4:17: error: the budget for macs needs 'at_most' or 'at_least'",
        ),
        (
            "budgets: {macs: {atmost: 3, at_least: 2}}",
            (
                "net:4:18: error: the budget for macs has no 'atmost'; it takes at_most, at_least; "
                "did you mean 'at_most'?"
            ),
        ),
        (
            "budgets: {memory: {at_most: 3, dtype: float12}}",
            (
                "net:4:39: error: 'dtype' of the budget for memory must be one of float64, "
                "float32, float16, bfloat16, int8, "
                "not 'float12'; did you mean 'float32'?"
            ),
        ),
        (
            "budgets: {operations: {at_most: 3, convention: macs}}",
            "net:4:48: error: there is no counting convention 'macs'; did you mean 'mac'?",
        ),
        (
            "budgets: {memory: {at_most: 3, convention: mac}}",
            (
                "net:4:32: error: the budget for memory has no 'convention'; it takes at_most, "
                "at_least, dtype"
            ),
        ),
        ("budgets: {layers: 5}", "net:4:19: error: 'layers' of 'budgets' must be a mapping, not 5"),
        (
            "budgets: {layers: {a: 5}}",
            "net:4:23: error: 'a' must be a mapping, not 5",
        ),
        (
            "budgets: {layers: {a: {mac: 5}}}",
            (
                "net:4:24: error: 'a' has no 'mac'; it takes parameters, trainable_parameters, "
                "non_trainable_parameters, weights, biases, statistics, stored, macs, "
                "operations, activations, conv_activations, live_activations, weight_memory, "
                "peak_memory, memory, flash, arena, depth, receptive_field; did you mean 'macs'?"
            ),
        ),
    ],
)
def test_what_is_wrong_is_told_at_its_place(more: str, message: str) -> None:
    with pytest.raises(cnn.SpecError) as caught:
        cnn.loads(f"{HEAD}{more}\n", name="net")
    (fault,) = caught.value.faults
    assert str(fault).splitlines()[0].startswith(message)


def test_budgets_are_written_as_they_were_read() -> None:
    text = cnn.dumps(
        cnn.loads(
            f"{HEAD}budgets: {{parameters: 5M, memory: {{at_most: 3kB, dtype: int8}}, "
            "receptive_field: {at_least: 2}, layers: {relu1: {macs: 3}}}\n"
        )
    )
    assert text.splitlines()[-1] == (
        'budgets: {parameters: "5M", memory: {at_most: "3kB", dtype: int8}, '
        'receptive_field: {at_least: "2"}}'
    )
    assert cnn.dumps(cnn.loads(text)) == text


def test_a_configuration_says_the_same_in_toml() -> None:
    found = configured(
        {
            "parameters": 5_000_000,
            "layers": {"stem": {"macs": "1M"}},
            "baseline": "costs.json",
            "allow": 2.5,
        }
    )
    assert found.budgets is not None
    assert [(n.quantity, n.value, n.layer) for n in found.budgets.limits] == [
        ("parameters", 5_000_000, ""),
        ("macs", 1_000_000, "stem"),
    ]
    assert str(found.baseline) == "costs.json"
    assert float(found.allow) == 2.5
    assert list(configured({})) == [None, None, 0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"baseline": [3]}, "'baseline' of 'budgets' must be a text, not [3]"),
        ({"allow": "much"}, "'allow' of 'budgets' must be a percentage, not 'much'"),
        ({"allow": -1}, "'allow' of 'budgets' must be a percentage, not -1"),
        ({"macs": "few"}, "the budget for macs cannot be read: 'few' is not a number"),
        ({"speed": 3}, "'budgets' has no 'speed'; it takes parameters"),
    ],
)
def test_what_is_wrong_in_a_configuration(table: dict[str, Any], message: str) -> None:
    with pytest.raises(cnn.CnnError) as caught:
        configured(table)
    assert caught.value.message.startswith(message)


def test_a_baseline_lies_where_its_configuration_does(tmp_path: Any) -> None:
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "cnnanalyze.toml"
    path.write_text("lint.budgets = {baseline = 'a.json', macs = 3}\n", encoding="utf-8")
    budgets = plain(read(path).budgets)
    assert budgets == {"baseline": str(tmp_path / "deep" / "a.json"), "macs": 3}
    assert plan_budgets({}, "x") == ((),)


def test_the_examples_of_the_page_are_read() -> None:
    import tomllib
    from pathlib import Path

    page = (Path(__file__).parents[2] / "docs" / "guides" / "budgets.md").read_text("utf-8")
    written = page.split("```yaml\n")[1].split("```")[0]
    resnet = cnn.zoo()["resnet50"].read_text("utf-8")
    net = cnn.loads(resnet + written)
    checks = check_budgets(cnn.analyze(net).analysis, net.budgets)
    assert {c.verdict for c in checks} == {"within"}
    assert len(checks) == 26
    table = tomllib.loads(page.split("```toml\n")[1].split("```")[0])["lint"]["budgets"]
    assert configured(table).allow == 2
