"""The page of a network: structure, links, numbers, hostile names, size."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Unpack

import pytest
from markupsafe import Markup

import cnnanalyze as cnn
from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.core.shape import Shape
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.errors import Mark
from cnnanalyze.layers.base import KINDS, Layer, layer
from cnnanalyze.linting.finding import Finding
from cnnanalyze.report.options import PageOptions
from cnnanalyze.report.page.network import SECTIONS
from tests.report.page.reader import Page

NETWORKS = ["lenet5", "resnet50", "googlenet", "unet", "m5", "c3d", "lecture_004_ten_filters"]


@cache
def page(name: str) -> Page:
    return Page(cnn.analyze(f"zoo:{name}").to_html())


def of(text: str, **options: Unpack[PageOptions]) -> Page:
    return Page(cnn.analyze(cnn.loads(text, name="net.yaml")).to_html(**options))


# --- structure ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_structure(name: str) -> None:
    found = page(name)
    assert found.is_closed
    assert len(found.ids) == len(set(found.ids))
    assert found.root.one("html").attributes["lang"] == "en"
    assert len(found.root.all("h1")) == len(found.root.all("main")) == 1
    sections = [s.attributes["id"] for s in found.root.all("section")]
    assert sections == [s for s in SECTIONS if s in sections]
    assert {"overview", "drawing", "layers", "charts", "source", "counting", "provenance"} <= {
        *sections
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_every_link_leads_somewhere_on_the_page(name: str) -> None:
    links = [a.attributes["href"] for a in page(name).root.all("a")]
    assert len(links) > 10
    assert {link for link in links if link[1:] not in page(name).ids or link[0] != "#"} == set()


@pytest.mark.parametrize("name", NETWORKS)
def test_nothing_is_fetched(name: str) -> None:
    for element in page(name).root.all():
        assert not {"src", "srcset", "data", "poster", "action"} & {*element.attributes}
        assert not any(key.startswith("on") for key in element.attributes)
        assert "url(" not in element.attributes.get("style", "")
    assert page(name).root.all("link") == page(name).root.all("iframe") == []


@pytest.mark.parametrize("name", ["resnet50", "unet"])
def test_headings_of_tables_say_what_they_head(name: str) -> None:
    for table in page(name).root.all("table"):
        heads = table.all("thead")[0].all("th")
        assert all(h.attributes["scope"] == "col" and h.text for h in heads)


# --- numbers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NETWORKS)
def test_embedded_result_is_what_format_json_prints(name: str) -> None:
    report = cnn.analyze(f"zoo:{name}")
    assert page(name).result == json.loads(report.render("json"))


@pytest.mark.parametrize("name", NETWORKS)
def test_table_shows_every_layer_with_the_numbers_of_the_result(name: str) -> None:
    found = page(name)
    rows = {
        int(tr.attributes["id"][1:]): [
            c.text.strip() for c in tr.children if not isinstance(c, str)
        ]
        for tr in found.root.one("table", id="layer-table").all("tr")
        if "id" in tr.attributes
    }
    assert sorted(rows) == list(range(len(found.result["layers"])))
    for i, told in enumerate(found.result["layers"]):
        path, kind, _, output, *counts, field, line = rows[i]
        assert told["id"].endswith(path)
        assert (kind, output) == (told["kind"], "x".join(map(str, told["output"])))
        keys = ("parameters", "macs", "activations")
        assert [int(c.replace(",", "")) for c in counts] == [told[k] for k in keys]
        size = told["receptive_field"]["size"]
        assert field in {"all", "x".join(map(str, size)), str(size[0])}
        assert int(line) >= 1
    total = found.rows("layer-table")[-1]
    assert total[0] == "total"
    assert [int(t.replace(",", "")) for t in total[1:4]] == [
        found.result["totals"][k] for k in ("parameters", "macs", "activations")
    ]


def test_groups_add_up() -> None:
    groups = [r for r in page("resnet50").rows("layer-table") if " layers" in r[0]]
    assert len(groups) == 16
    assert groups[0][0] == "stage1/residual1 12 layers"
    assert groups[0][1:] == ["56x56x256", "75,008", "231,211,008", "6,021,120", "19", ""]


def test_headlines_name_their_conventions() -> None:
    cards = {
        c.attributes["data-headline"]: c.text
        for c in page("resnet50").root.all("li")
        if "data-headline" in c.attributes
    }
    assert list(cards) == [
        "parameters",
        "macs",
        "flops",
        "activations",
        "weights",
        "peak",
        "field",
        "alpha",
    ]
    assert "25,557,032" in cards["parameters"]
    assert "4,089,184,256" in cards["macs"]
    assert "convention mac: multiply-accumulates" in cards["macs"]
    assert "convention flop: two for each multiply-accumulate" in cards["flops"]
    assert "a cost model, not a count" in cards["alpha"]
    assert "α-MACs" in cards["alpha"], "the symbol stays a small letter"


def test_headline_of_another_convention() -> None:
    found = Page(
        cnn.analyze("zoo:resnet50").to_html(convention="torchinfo", batch=3, dtype="float16")
    )
    cards = {
        c.attributes["data-headline"]: c.text
        for c in found.root.all("li")
        if "data-headline" in c.attributes
    }
    assert cards["operations"].startswith("torchinfo")
    assert "float16, batch 3" in cards["peak"]
    assert found.result["memory"]["batch"] == 3


def test_every_convention_is_listed() -> None:
    rows = {r[0]: r[1] for r in page("resnet50").rows("conventions-table")}
    assert rows["mac"] == "4,089,184,256"
    assert set(rows) == {c.name for c in CONVENTIONS}


def test_conventions_are_dots_on_one_scale_from_the_least_on() -> None:
    table = page("resnet50").root.one("table", id="conventions-table")
    dots = [
        (int(td.text.removeprefix("≥ ").replace(",", "")), float(td.attributes["style"][4:]))
        for td in table.all("td")
        if "style" in td.attributes
    ]
    assert dots == sorted(dots)
    assert dots[-1][1] == 1
    assert dict(dots)[4_089_184_256] == pytest.approx(4_089_184_256 / dots[-1][0], abs=0.001)


# --- verdicts -------------------------------------------------------------------------------------


def test_not_verified() -> None:
    (badge,) = page("lenet5").root.all("li", data_badge="verification")
    assert badge.text == "not verified by running"
    assert "verification" not in page("lenet5").ids


def test_verified() -> None:
    balance = cnn.verify("zoo:lenet5")
    found = Page(cnn.analyze("zoo:lenet5").to_html(balance=balance))
    (badge,) = found.root.all("li", data_badge="verification")
    assert badge.text == f"verified by running: {balance.entries:,} entries compared, all balanced"
    section = found.root.one("section", id="verification").text
    for quantity, entries in balance.compared:
        assert quantity in section
        assert f"{entries:,} entr" in section


def test_published_figures() -> None:
    checks = check_claims(cnn.analyze("zoo:resnet50").analysis)
    outcomes = Counter(c.outcome for c in checks)
    rows = page("resnet50").rows("claims-table")
    assert [r[0] for r in rows].count("✓ holds") == outcomes["holds"] > 10
    assert [(r[3], r[4]) for r in rows] == [(c.claim.printed, c.computed) for c in checks]
    (wrong,) = [r for r in rows if r[0] == "≠ wrong, as marked"]
    assert wrong[1:5] == ["macs", "the network, with strides = [2, 1]", "3.8G", "3,857,973,248"]
    assert "3.858 cut off instead of rounded" in wrong[5]
    assert page("resnet50").root.one("section", id="claims").one("p").text == (
        f"Printed by others: {len(checks)} figures; {outcomes['holds']} in accord with what is "
        "computed, 1 wrong, as the spec says."
    )


BUDGETS = (
    "{cnn: 1, input: 9x9x1, layers: [{conv: {filters: 3, kernel: 3}}], "
    "budgets: {macs: 1k, parameters: 30}}"
)


def test_budgets() -> None:
    found = of(BUDGETS)
    rows = [
        [c.text for c in r.children if not isinstance(c, str)]
        for r in found.root.all("tr", data_holds="true")
    ]
    assert rows == [["parameters", "the network", "✓ within", "≤ 30", "30", "100.0 %", "1"]]
    (over,) = found.root.all("tr", data_holds="false")
    assert "✗ over1,323 MACs, 323 over the budget of 1k" in over.text


def test_findings() -> None:
    net = cnn.loads("cnn: 1\ninput: 5x5x1\nlayers: [relu]", name="net.yaml")
    assert net.source is not None
    mark = Mark(net.source, 3, 10)
    finding = Finding(
        "XX001",
        "odd <name>",
        "warning",
        "it is <b>odd</b>",
        mark,
        "relu1",
        "mend & go",
        instances=7,
    )
    found = Page(cnn.analyze(net).to_html(findings=[finding]))
    (item,) = found.root.all("li", data_finding="XX001")
    assert item.attributes["data-severity"] == "warning"
    assert item.one("a").attributes["href"] == "#L3"
    for words in ("odd <name>", "it is <b>odd</b>", "help: mend & go", "7 times", "relu1"):
        assert words in item.text
    clean = Page(cnn.analyze(net).to_html(findings=[]))
    assert "No findings." in clean.root.one("section", id="findings").text


def test_answers_stand_where_they_belong() -> None:
    found = of(
        "{cnn: 1, input: 5x5x1, layers: [relu, tanh]}", answers={"tanh1": Markup("<p>because</p>")}
    )
    (answer,) = found.root.one("section", id="answers").all("details")
    assert (answer.attributes["id"], answer.one("p").text) == ("a1", "because")
    assert found.root.one("tr", id="n1").one("a", href="#a1").text == "tanh1"


# --- hostile names --------------------------------------------------------------------------------

NAMES = [
    "<script>alert(1)</script>",
    "</script><img src=x onerror=alert(1)>",
    "\"'><svg onload=alert(1)>",
    "\u202eright to left\u202c",
    "💥" * 50,
    "a" * 10_000,
    "]]>--><!--",
    "line\u2028separator",
]


@pytest.mark.parametrize("name", NAMES, ids=lambda n: n[:12].encode("unicode_escape").decode())
def test_hostile_names_are_text(name: str) -> None:
    spec = {
        "cnn": 1,
        "name": name,
        "about": name,
        "source": name,
        "input": "5x5x1",
        "layers": ["relu"],
    }
    found = of(json.dumps(spec, ensure_ascii=False))
    assert found.root.one("h1").text == name
    assert found.result["name"] == name
    assert {e.tag for e in found.root.all()} <= {
        e.tag for n in NETWORKS for e in page(n).root.all()
    } | {"desc"}
    assert not any(k.startswith("on") for e in found.root.all() for k in e.attributes)
    assert len(found.root.all("script")) == 3


# --- the whole text -------------------------------------------------------------------------------


def test_same_to_the_byte() -> None:
    first, second = (cnn.analyze("zoo:googlenet").to_html() for _ in range(2))
    assert first == second


def test_no_folder_of_this_machine(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("{cnn: 1, input: 5x5x1, layers: [relu]}", encoding="utf-8")
    text = cnn.analyze(path).to_html()
    assert str(tmp_path) not in text
    assert "net.yaml, SHA-256 " in text


@pytest.mark.parametrize(("findings", "folded"), [(20, 0), (21, 1), (31, 11)])
def test_many_findings_are_folded(findings: int, folded: int) -> None:
    (finding, *_) = cnn.lint("zoo:alexnet", select="PC").findings
    found = Page(cnn.analyze("zoo:lenet5").to_html(findings=[finding] * findings)).root
    section = found.one("section", id="findings")
    shown = section.all("li", data_severity=finding.severity)
    assert len(shown) == findings
    inside = [li for part in section.all("details") for li in part.all("li")]
    assert len(inside) == folded
    if folded:
        more = "1 more finding" if folded == 1 else f"{folded} more findings"
        assert section.one("summary").text == more


def test_resnet50_is_small() -> None:
    findings = cnn.lint("zoo:resnet50").findings
    text = cnn.analyze("zoo:resnet50").to_html(findings=findings)
    assert len(text.encode()) < 340_000


def test_lines_of_an_extended_spec_have_places_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_text("cnn: 1\ninput: 7x7x1\nlayers: [relu]\n", encoding="utf-8")
    path = tmp_path / "own.yaml"
    path.write_text("cnn: 1\nextends: base.yaml\nname: own\n", encoding="utf-8")
    found = Page(cnn.analyze(path).to_html())
    assert found.root.one("tr", id="n0").one("a").attributes["href"] == "#L2-3"
    assert "layers: [relu]" in found.root.one("span", id="L2-3").text
    assert [h.text for h in found.root.one("section", id="source").all("h3")] == [
        "own.yaml",
        "base.yaml",
    ]


def test_network_without_space_has_no_viewer() -> None:
    found = of("{cnn: 1, input: {features: 5}, layers: [{dense: 3}]}")
    assert "field" not in found.ids
    assert json.loads(found.root.one("script", id="page").text)["viewer"] is None


def test_network_made_without_a_text_has_no_text_on_its_page() -> None:
    b = cnn.NetworkBuilder("built")
    x = b.batchnorm(b.conv(b.input(11, 13, 3), filters=5, kernel=3))
    net = b.build(outputs=b.dense(b.global_avgpool(b.relu(x)), 7))
    findings = cnn.lint(net, select="NA001").findings
    assert len(findings) == 1
    html = cnn.analyze(net).to_html(balance=cnn.verify(net), findings=findings)
    found = Page(html)
    assert "source" not in found.ids
    assert not [a for a in found.root.all("a") if a.attributes.get("href") in {"#", "#source"}]
    missing = {
        href[1:]
        for a in found.root.all("a")
        if (href := a.attributes.get("href") or "").startswith("#")
    } - set(found.ids)
    assert missing == set()
    (finding,) = found.root.all("li", data_finding="NA001")
    assert "conv1" in finding.text
    assert [row.attributes["id"] for row in found.root.all("tr", id="n0")] == ["n0"]


class Mystery(Layer):
    """Nobody knows what it costs."""

    def shape(self, *inputs: Shape) -> Shape:
        return inputs[0]

    def cost(self, output: Shape, *inputs: Shape) -> None:
        pass


def test_what_cannot_be_counted_is_said() -> None:
    with KINDS.scoped():
        layer("acme.mystery")(Mystery)
        found = of("{cnn: 1, input: 5x5x1, layers: [acme.mystery]}")
    (badge,) = found.root.all("li", data_badge="status")
    overview = found.root.one("section", id="overview").text
    assert badge.text == "partial: 1 note"
    assert "the operations of 'acme.mystery' cannot be counted" in overview
    assert "at least 0" in overview
