"""A comparison as a page: all that it shows, and that names are text in it."""

from __future__ import annotations

import json
import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.report import difference_document
from cnnanalyze.report.difference import Difference, difference
from cnnanalyze.report.difference_json import to_dict


def compared(*names: str, **options: Any) -> Difference:
    return difference([cnn.analyze(f"zoo:{name}").analysis for name in names], **options)


def page(shown: Difference) -> str:
    return shown.render("html")


def rows(text: str, table: str) -> list[list[str]]:
    body = re.search(rf'id="{table}".*?<tbody>(.*?)</tbody>', text, re.DOTALL)
    assert body is not None
    found = re.findall(r"<tr[^>]*>(.*?)</tr>", body[1], re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in found]
    return [[unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in row] for row in cells]


def test_every_layer_that_differs_is_in_the_table() -> None:
    shown = compared("vgg16", "vgg19")
    assert rows(page(shown), "layers-table") == [
        [
            "stage3/conv4/conv1",
            "+ added",
            "conv 3x3 same, output 56x56x256",
            "+590,080",
            "+1,849,688,064",
            "+802,816",
        ],
        ["stage3/conv4/relu1", "+ added", "relu, output 56x56x256", "", "", "+802,816"],
        [
            "stage4/conv4/conv1",
            "+ added",
            "conv 3x3 same, output 28x28x512",
            "+2,359,808",
            "+1,849,688,064",
            "+401,408",
        ],
        ["stage4/conv4/relu1", "+ added", "relu, output 28x28x512", "", "", "+401,408"],
        [
            "stage5/conv4/conv1",
            "+ added",
            "conv 3x3 same, output 14x14x512",
            "+2,359,808",
            "+462,422,016",
            "+100,352",
        ],
        ["stage5/conv4/relu1", "+ added", "relu, output 14x14x512", "", "", "+100,352"],
    ]


def test_the_rows_add_up_to_the_totals() -> None:
    shown = compared("resnet50", "resnext50_32x4d")
    (comparison,) = shown.comparisons
    found = rows(page(shown), "layers-table")
    for place, quantity in enumerate(shown.layer_quantities, 3):
        numbers = [int(row[place].replace(",", "").replace("−", "-") or 0) for row in found]
        assert sum(numbers) == comparison.total(quantity).change


def test_the_embedded_result_is_the_json_of_the_command() -> None:
    shown = compared("vgg16", "vgg19")
    found = re.search(r'id="result">(.*?)</script>', page(shown), re.DOTALL)
    assert found is not None
    assert json.loads(found[1]) == to_dict(shown)


@pytest.mark.parametrize(
    ("names", "drawings"), [(("vgg16", "vgg19"), 1), (("vgg19", "vgg16"), 2), (("m5", "m5"), 1)]
)
def test_both_networks_are_drawn_if_something_is_gone(
    names: tuple[str, str], drawings: int
) -> None:
    assert page(compared(*names)).count('<svg xmlns="http://www.w3.org/2000/svg"') == drawings


def test_three_networks_have_a_table_and_a_part_each() -> None:
    text = page(compared("lenet5", "lenet5_common", "lenet_caffe"))
    assert re.findall(r"<h1[^>]*>([^<]*)", text) == ["LeNet-5 and 2 others"]
    assert len(re.findall(r"<h2[^>]*>LeNet-5 → ", text)) == 2
    ids = re.findall(r' id="([^"]+)"', text)
    assert len(ids) == len(set(ids))


def test_equal_networks_have_a_page_without_rows() -> None:
    text = page(compared("lenet5", "lenet5"))
    assert "no difference: all 13 layers are equal" in text
    assert 'id="layers-table"' not in text
    assert re.findall(r"<h2[^>]*>([^<]*)", text) == ["Drawing", "Keys"]


def test_names_are_text(write_spec: Any) -> None:
    text = '{cnn: 1, name: "<script>alert(1)</script>", input: 5x5x1, layers: [relu]}'
    one, other = write_spec(text, "a.yaml"), write_spec(text.replace("relu", "tanh"), "b.yaml")
    made = page(difference([cnn.analyze(p).analysis for p in (one, other)]))
    assert "<script>alert" not in made
    assert made.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 3


def test_the_command_writes_the_page(tmp_path: Path, run: Any) -> None:
    target = tmp_path / "page.html"
    outcome = run("compare", "zoo:vgg16", "zoo:vgg19", "-f", "html", "-o", target)
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "")
    assert target.read_text("utf-8") == page(compared("vgg16", "vgg19"))


def test_the_page_of_huge_networks_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    one, two = (
        cnn.analyze(cnn.loads(f"{{cnn: 1, input: 5x5x1, layers: [{layers}]}}")).analysis
        for layers in ("tanh", "tanh, relu, elu, softmax, gelu")
    )
    whole = page(difference([one, two]))
    assert "The whole result is in this page" in whole
    assert "further row" not in whole
    monkeypatch.setattr(difference_document, "MOST_IN_FULL", 3)
    text = page(difference([one, two]))
    assert "… and 1 further row." in text
    assert "Of the result, the beginning is in this page as JSON" in text
    assert '"layers_left_out":1' in text
