"""Formats: each is read back by a reader of its own and says what the analysis says."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import asdict
from fractions import Fraction
from html.parser import HTMLParser
from io import StringIO
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.errors import UsageError
from cnnanalyze.report.columns import columns
from cnnanalyze.report.json import Filled, Template, dump, pieces, to_dict
from cnnanalyze.report.networks import networks
from cnnanalyze.report.notebook import to_html
from cnnanalyze.report.options import Options
from cnnanalyze.report.summary import summary
from cnnanalyze.report.writers import known
from cnnanalyze.report.writers import render as write


def render(analysis: Analysis, form: str, **options: Any) -> str:
    """Return the summary of a network in a format."""
    return write(summary(analysis, Options.read(options)), form)


def compare(analyses: list[Analysis], form: str, **options: Any) -> str:
    """Return several networks side by side in a format."""
    return write(networks(analyses, Options.read(options)), form, options.get("width") or 80)


def test_json_says_what_the_analysis_says(small: Analysis) -> None:
    data = json.loads(render(small, "json"))
    assert data["schema"] == 1
    assert data["name"] == "small_net"
    assert data["input"] == [23, 29, 3]
    assert data["status"] == "complete"
    total = small.total
    totals = data["totals"]
    assert totals["parameters"] == total.parameters
    assert totals["trainable_parameters"] == total.trainable
    assert totals["macs"] == total.operations("mac")
    assert totals["flops"] == total.operations("flop")
    assert totals["activations"] == total.activations
    for layer, facts in zip(data["layers"], small, strict=True):
        assert layer["id"] == facts.node.id
        assert layer["kind"] == facts.node.kind
        assert tuple(layer["output"]) == facts.output.extents
        assert layer["parameters"] == facts.parameters
        assert layer["macs"] == facts.operations("mac")
        assert layer["activations"] == facts.activations
    for key in ("parameters", "trainable_parameters", "macs", "flops", "activations", "weights"):
        assert sum(layer[key] for layer in data["layers"]) == totals[key]


def test_json_tells_receptive_fields_axis_by_axis(small: Analysis) -> None:
    layers = {layer["id"]: layer for layer in json.loads(render(small, "json"))["layers"]}
    assert layers["pool"]["receptive_field"] == {
        "size": [4, 4],
        "stride": [2, 2],
        "padding": [0, 0],
        "centre": ["3/2", "3/2"],
        "aligned": True,
    }
    joined = layers["add1"]["receptive_field"]
    assert joined["size"] == [8, 12]
    assert joined["min_size"] == [4, 4]
    assert layers["scores"]["output"] == [11]
    assert layers["scores"]["receptive_field"]["sees_all"] is True


def test_json_leaves_out_what_is_not_there(small: Analysis) -> None:
    data = json.loads(render(small, "json"))
    for layer, facts in zip(data["layers"], small, strict=True):
        cost = asdict(facts.cost) if facts.cost else {}
        assert {n: c for n, c in cost.items() if c} == layer["elementary"]
        assert len(layer.get("fit", [])) == len(facts.fit)
        assert layer.get("shares") == facts.node.share
    everything = asdict(small.total.cost)
    listed = data["totals"]["elementary"]
    assert all(listed.get(name, 0) == count for name, count in everything.items())
    assert all(listed.values())


def test_an_effective_stride_below_one_is_a_fraction() -> None:
    net = cnn.loads("{cnn: 1, input: 7x11x3, layers: [{resize: 2}]}")
    field = json.loads(render(cnn.analyze(net).analysis, "json"))["layers"][0]["receptive_field"]
    assert field["stride"] == ["1/2", "1/2"]


def test_integers_stay_exact() -> None:
    net = cnn.loads(f"{{cnn: 1, input: {10**11 + 3}, layers: [{{dense: {10**11 + 19}}}]}}")
    data = json.loads(render(cnn.analyze(net).analysis, "json"))
    assert data["totals"]["weights"] == (10**11 + 3) * (10**11 + 19)


def test_the_api_gives_the_same_data(small: Analysis) -> None:
    assert cnn.Report(small).to_dict() == json.loads(render(small, "json"))


def test_csv_reads_back(small: Analysis) -> None:
    rows = list(csv.DictReader(StringIO(render(small, "csv"))))
    assert [row["name"] for row in rows] == list(small.facts)
    assert list(rows[0]) == [c.key for c in columns().values() if not c.drawn]
    assert sum(int(row["macs"]) for row in rows) == small.total.operations("mac")
    assert sum(int(row["parameters"]) for row in rows) == small.total.parameters


def test_csv_keeps_awkward_names_whole() -> None:
    net = cnn.loads("{cnn: 1, name: 'a, \"b\"', input: 5x7x3, layers: [relu]}")
    rows = list(csv.DictReader(StringIO(compare([cnn.analyze(net).analysis], "csv"))))
    assert rows[0]["name"] == 'a, "b"'


def test_markdown_is_a_table_that_adds_up(small: Analysis) -> None:
    lines = [ln for ln in render(small, "markdown").splitlines() if ln.startswith("|")]
    cells = [[c.strip() for c in line.strip("|").split(" | ")] for line in lines]
    assert len({len(row) for row in cells}) == 1
    at = cells[0].index("parameters")
    numbers = [int(row[at].replace(",", "").strip("*")) for row in cells[2:]]
    assert sum(numbers[:-1]) == numbers[-1] == small.total.parameters


def test_latex_has_one_cell_per_column_in_every_line(small: Analysis) -> None:
    text = render(small, "latex")
    columns = text.split("\\begin{tabular}{")[1].split("}")[0]
    body = [ln for ln in text.splitlines() if ln.endswith(r"\\")]
    assert body
    assert {line.count(" & ") for line in body} == {len(columns) - 1}
    assert "small_net" in text.splitlines()[0]
    assert r"global\_avgpool" in text


class Tags(HTMLParser):
    """Keeps the open tags, and fails where one is closed that is not open."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.open.append(tag)
        self.seen.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)


def test_html_is_well_formed_without_scripts_and_escaped() -> None:
    hostile = "<script>alert(1)</script>"
    net = cnn.loads(f"{{cnn: 1, name: '{hostile}', input: 5x7x3, layers: [relu]}}")
    html = to_html(cnn.analyze(net).analysis)
    tags = Tags()
    tags.feed(html)
    assert not tags.open
    assert "script" not in tags.seen
    assert hostile in "".join(tags.text)


def test_html_styles_nothing_but_itself(small: Analysis) -> None:
    style = to_html(small).split("<style>")[1].split("</style>")[0]
    selectors = [s for rule in style.split("}")[:-1] for s in rule.split("{")[0].split(",")]
    assert selectors
    assert all(s.strip().startswith(".cnnanalyze") for s in selectors)
    assert "#" not in style  # colours come from the page, light or dark


@pytest.mark.parametrize("form", known(tables=True))
def test_what_cannot_be_counted_is_said_in_every_format(form: str) -> None:
    from cnnanalyze.layers.base import KINDS, Layer, layer

    with KINDS.scoped():

        @layer("acme.riddle")
        class Riddle(Layer):
            """Nobody knows what it costs."""

            def shape(self, *inputs: cnn.Shape) -> cnn.Shape:
                return inputs[0]

            def cost(self, output: cnn.Shape, *inputs: cnn.Shape) -> None:  # noqa: ARG002
                return None

        net = cnn.loads(
            "{cnn: 1, input: 5x7x3, layers: [{conv: {filters: 11, kernel: 3}}, acme.riddle]}"
        )
        analysis = cnn.analyze(net).analysis
    text = render(analysis, form)
    assert analysis.status == "partial"
    if form == "json":
        data = json.loads(text)
        assert data["status"] == "partial"
        assert data["notes"] == list(analysis.notes)
        assert data["layers"][1]["macs"] is None
    elif form == "csv":
        assert list(csv.DictReader(StringIO(text)))[1]["macs"] == ""
    else:
        macs = f"{analysis.total.operations('mac'):,}"
        assert f"≥ {macs}" in text or rf"$\geq$ {macs}" in text


def test_the_memory_follows_batch_and_type(small: Analysis) -> None:
    one = json.loads(render(small, "json"))["memory"]
    many = json.loads(render(small, "json", batch=13, dtype="float16"))["memory"]
    assert Fraction(many["peak_bytes"], one["peak_bytes"]) == Fraction(13, 2)
    assert Fraction(many["weights_bytes"], one["weights_bytes"]) == Fraction(1, 2)


@pytest.mark.parametrize("option", [{"depth": 1}, {"columns": ["macs"]}, {"sort": "macs"}])
def test_json_refuses_what_it_would_ignore(small: Analysis, option: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="json always holds every layer"):
        render(small, "json", **option)


def test_an_unknown_format_is_met_with_the_nearest(small: Analysis) -> None:
    with pytest.raises(UsageError, match="there is no format 'jsn'; did you mean 'json'"):
        render(small, "jsn")


def test_a_comparison_has_one_row_per_network(small: Analysis, repeated: Analysis) -> None:
    rows = list(csv.DictReader(StringIO(compare([small, repeated], "csv"))))
    assert [row["name"] for row in rows] == ["small_net", "repeated"]
    assert [int(row["macs"]) for row in rows] == [
        a.total.operations("mac") for a in (small, repeated)
    ]
    data = json.loads(compare([small, repeated], "json"))
    assert [n["totals"]["parameters"] for n in data["networks"]] == [
        a.total.parameters for a in (small, repeated)
    ]
    for width in (60, 80, 100, 200):
        text = compare([small, repeated], "text", width=width)
        assert max(map(len, text.splitlines())) <= width


def test_a_comparison_sorts(small: Analysis, repeated: Analysis) -> None:
    text = compare([small, repeated], "csv", sort="macs", columns=["name", "macs"])
    macs = [int(row["macs"]) for row in csv.DictReader(StringIO(text))]
    assert macs == sorted(macs, reverse=True)


def test_dumped_json_is_json_and_readable() -> None:
    data = {"a": [1, 2], "b": {"c": [list(range(60)), "ü"]}, "d": [], "e": {}, "f": 10**30}
    text = dump(data)
    assert json.loads(text) == data
    assert max(map(len, text.splitlines())) <= 110


def test_json_layer_by_layer_is_the_json_of_the_whole(repeated: Analysis) -> None:
    assert render(repeated, "json") == dump(to_dict(repeated))


@pytest.mark.parametrize("length", [3, 41, 53, 61, 67, 97, 211])
@pytest.mark.parametrize("own", [{"id"}, {"id", "sizes"}, {"about"}, {"id", "sizes", "about"}])
def test_objects_of_a_template_are_written_like_any_others(length: int, own: set[str]) -> None:
    objects = [
        {"id": "ü" * n, "about": "x" * length, "sizes": [n] * n, "more": {"a": None}}
        for n in (2, 5, 47)
    ]
    for value in objects:
        template = Template(objects[0] | {k: v for k, v in value.items() if k not in own}, own)
        filled = Filled(template, {key: value[key] for key in own})
        assert filled.as_dict() == value
        for data, same in ((filled, value), (iter([filled, filled]), [value, value])):
            assert dump({"all": data}) == dump({"all": same})


def test_of_a_long_list_no_more_than_a_block_is_held() -> None:
    made = 0

    def rows() -> Iterator[dict[str, Any]]:
        nonlocal made
        for made in range(1, 10_001):
            yield {"id": f"conv{made}", "about": "x" * 97}

    blocks = pieces({"networks": iter([{"name": "long", "layers": rows()}])})
    first = next(blocks)
    assert len(first) < 100_000
    assert 100 < made < 1_000
    assert len(json.loads(first + "".join(blocks))["networks"][0]["layers"]) == made == 10_000


def test_layers_as_data_have_nothing_in_common() -> None:
    net = cnn.loads("{cnn: 1, input: 7x5x3, layers: [{relu: , repeat: 2}]}")
    one, other = to_dict(cnn.analyze(net).analysis)["layers"]
    one["output"].append(2)
    assert other["output"] == [7, 5, 3]


@pytest.mark.parametrize("data", [[], {}, [[]], {"a": {}}, [1.5, None, True, -3, "ü"]])
def test_an_iterator_is_dumped_as_a_list(data: Any) -> None:
    assert json.loads(dump(data)) == data
    assert dump({"all": iter([data, data])}) == dump({"all": [data, data]})


@pytest.mark.parametrize(("length", "lines"), [(100, 1), (101, 4)])
def test_a_list_is_broken_where_it_would_be_longer_than_a_line(length: int, lines: int) -> None:
    first = length - len('["", ""]') - 43
    assert dump(["x" * first, "y" * 43]).count("\n") == lines
