"""Pages of networks with several inputs: all of them are named, and each is looked at by itself."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.answers import work
from cnnanalyze.report.page.gallery import network_page
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.page.overview import enter
from cnnanalyze.report.page.receptive_field import centres
from tests.report.page.reader import Page

FIXTURES = Path(__file__).parents[2] / "language"


def page(name: str, *, lean: bool = False) -> Page:
    return Page(to_html(cnn.analyze(FIXTURES / f"{name}.yaml").analysis, lean=lean))


def text_of(found: Page, section: str) -> str:
    return " ".join(found.root.one("section", id=section).text.split())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("siamese", "Inputs left 105x105x1, right 105x105x1 · 32 layers"),
        ("lesion", "Inputs image 97x89x3, patient 13 · 16 layers"),
        ("two_stream", "Inputs frame 61x67x3, flow 11x61x67x2 · 19 layers"),
    ],
)
def test_the_heading_names_every_input(name: str, words: str) -> None:
    assert words in text_of(page(name), "overview")


def test_the_headline_holds_each_field_against_its_input() -> None:
    card = page("two_stream").root.one("li", data_headline="field").text
    assert " ".join(card.split()) == (
        "Receptive field 15 of each theoretical 15x15 of frame at spatial/relu2; frame is 61x67: "
        "does not cover it; 15x15x15 of flow at temporal/relu2; flow is 11x61x67: does not cover it"
    )


def test_each_input_with_axes_has_its_chart_and_its_picture() -> None:
    found = page("two_stream")
    assert {"chart-fields-frame", "chart-fields-flow"} <= set(found.ids)
    heads = [t.text for t in found.root.one("section", id="field").all("th", scope="col")]
    assert heads[2::3] == ["sees of frame, inside the image", "sees of flow, inside the image"]
    found = page("lesion")
    assert "chart-fields-image" in found.ids
    assert "chart-fields-patient" not in found.ids


def test_the_field_of_the_table_is_that_of_the_terminal() -> None:
    report = cnn.analyze(FIXTURES / "lesion.yaml")
    lines = report.render("csv", columns="name,field").splitlines()[1:]
    rows = page("lesion").root.one("table", id="layer-table").all("tr")
    said = {
        row.all("th")[0].text: row.all("td")[6].text for row in rows if row.attributes.get("id")
    }
    assert said == dict(line.replace('"', "").split(",", 1) for line in lines)
    assert said["relu3"] == "27"
    assert said["known"] == ""
    assert said["concat1"] == "all"


def test_the_viewer_gets_the_maps_of_each_input_with_axes() -> None:
    extra = json.loads(page("two_stream").root.one("script", id="page").text)
    reads = extra["viewer"]["reads"]
    assert list(reads) == ["frame", "flow"]
    assert [len(axes[0]) for axes in reads["flow"].values()] == [3] * len(reads["flow"])
    extra = json.loads(page("lesion").root.one("script", id="page").text)
    assert list(extra["viewer"]["reads"]) == ["image"]


def test_pictures_show_what_the_towers_see_alone() -> None:
    both = centres(cnn.analyze(FIXTURES / "siamese.yaml").analysis)
    text = (FIXTURES / "siamese.yaml").read_text("utf-8").split("layers:\n  - {twin")[0]
    one = text.replace("inputs: {left: 105x105x1, right: 105x105x1}", "input: 105x105x1")
    (alone,) = centres(cnn.analyze(cnn.loads(f"{one}layers: [{{twin: , as: twin}}]")).analysis)
    assert [p.of for p in both] == [" of left", " of right"]
    for picture, side in zip(both, ("left", "right"), strict=True):
        assert [(name.removeprefix(f"{side}_"), *rest) for name, *rest in picture.rows] == [
            tuple(row) for row in alone.rows
        ]


def test_a_lean_page_has_the_pictures_too() -> None:
    assert len(page("siamese", lean=True).root.one("section", id="field").all("figure")) == 4


def test_the_gallery_shows_it() -> None:
    card, files = network_page(FIXTURES / "two_stream.yaml", "two_stream")
    assert card.input == "frame 61x67x3, flow 11x61x67x2"
    assert card.field == "15 of each"
    assert "Inputs frame 61x67x3" in files["two_stream.html"]


def test_answers_are_of_each_input() -> None:
    answers = work(cnn.analyze(FIXTURES / "two_stream.yaml").analysis)
    assert "receptive field of a unit of average1 in frame?" in answers["average1"]
    assert "receptive field of a unit of average1 in flow?" in answers["average1"]
    assert "receptive field of a unit of temporal/conv2?" in answers["temporal/conv2"]


def test_the_overview_names_every_input() -> None:
    analysis = cnn.analyze(FIXTURES / "lesion.yaml").analysis
    entry = enter(analysis, "lesion.html", Options())
    assert (entry.input, entry.field) == ("image 97x89x3, patient 13", "27")
