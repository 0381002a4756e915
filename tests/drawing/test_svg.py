"""The SVG: repeats, colours, marks, links, names of all kinds, both themes."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.quantities import Terms
from cnnanalyze.drawing.colour_scale import ColourScale, colour_quantities
from cnnanalyze.drawing.diagram import Diagram
from cnnanalyze.drawing.families import FAMILIES
from cnnanalyze.drawing.page_layout import place_diagrams
from cnnanalyze.drawing.style import STEPS, palette
from cnnanalyze.drawing.svg import draw, thumbnail
from cnnanalyze.errors import UsageError
from tests.drawing.parsed import SVG, classes, parse


@cache
def analysis_of(name: str) -> Analysis:
    return cnn.analyze(f"zoo:{name}").analysis


def analysis(text: str) -> Analysis:
    return cnn.analyze(cnn.loads(text)).analysis


def times(name: str) -> dict[str, int]:
    """Return what is repeated in the overview, with its number."""
    overview = next(g for g in parse(draw(analysis_of(name))).root if g.get("class") == "spine")
    return {
        g.attrib["data-path"]: int(g.attrib["data-times"])
        for g in overview.iter(f"{SVG}g")
        if "data-times" in g.attrib
    }


def details(name: str) -> int:
    root = parse(draw(analysis_of(name))).root
    return sum("card" in classes(g) for g in root.iter(f"{SVG}g"))


def test_repeats_are_those_of_the_papers() -> None:
    # He et al. 2015, table 1: 3, 4, 6, 3 units, the first of each stage with a projection.
    assert times("resnet50") == {
        f"stage{i}/residual2": n for i, n in ((1, 2), (2, 3), (3, 5), (4, 2))
    }
    # Huang et al. 2016, table 1: 6, 12, 24, 16 layers.
    assert list(times("densenet121").values()) == [6, 12, 24, 16]
    # Zoph et al. 2017, NASNet-A (4 @ 1056): four normal cells a stage, the first after a reduction.
    assert list(times("nasnet_a_mobile").values()) == [3, 3, 3]


def test_blocks_that_differ_in_a_value_are_one_with_the_values_said() -> None:
    """PolyNet's 25 units had a box each, as each is scaled by a beta of its own."""
    assert times("dpn131") == {
        f"conv{i}/dual_path2": n for i, n in ((2, 3), (3, 7), (4, 27), (5, 2))
    }
    titles = [
        (t.findall(f"{SVG}text")[0].text, t.findall(f"{SVG}text")[1].text)
        for t in parse(draw(analysis_of("polynet"))).root.iter(f"{SVG}g")
        if "frame" in classes(t) and len(t.findall(f"{SVG}text")) > 1
    ]
    # Zhang et al. 2016: the 40 paths are scaled by a factor that falls from 1 to 0.7.
    assert titles == [
        ("A1 · scale 1…0.931", "×10"),
        ("B1 · scale 0.923…0.777", "×10"),
        ("C1 · scale 0.769…0.7", "×5"),
    ]


def test_distinct_blocks_are_drawn_once() -> None:
    # Without projection, with one of stride 1, with one of stride 2.
    assert details("resnet50") == details("resnet152") == 3
    assert details("googlenet") == 1
    assert details("densenet121") == 1
    assert details("vgg16") == 0


def test_resnet50_has_about_twenty_boxes() -> None:
    overview = next(
        g for g in parse(draw(analysis_of("resnet50"))).root if g.get("class") == "spine"
    )
    assert sum("tile" in classes(g) for g in overview.iter(f"{SVG}g")) == 14


def test_a_flat_network_shows_its_repeats_too() -> None:
    flat = cnn.analyze(cnn.loads(cnn.dumps(cnn.load("zoo:resnet50")))).analysis
    found = [
        t.attrib["data-times"] for t in parse(draw(flat)).drawn_boxes if "data-times" in t.attrib
    ]
    assert found == ["2", "3", "5", "2"]


UNIT = "{conv: {filters: 8, kernel: 3, padding: same}}"


def test_what_is_read_from_outside_is_not_hidden_in_a_repeat() -> None:
    steps = "[" + ", ".join([f"{{b: , as: b{i}}}" for i in range(1, 7)]) + "]"
    block = f"blocks: {{b: [{UNIT}, relu, {UNIT}, tanh, {UNIT}, {UNIT}]}}"
    plain = f"{{cnn: 1, name: n, input: 9x9x8, {block}, layers: {steps}}}"
    tapped = plain.replace("layers:", "outputs: [b6, b2], layers:")
    assert "×6<" in draw(analysis(plain))
    assert "×6<" not in draw(analysis(tapped))
    assert sorted(parse(draw(analysis(tapped), expanded=True)).layers) == sorted(
        analysis(tapped).facts
    )


def test_units_that_are_all_joined_are_not_a_repeat() -> None:
    # DLA-34 joins the left and the right unit, YOLOv8 every unit: "×2" would hide an edge.
    for name, path in (("dla34", "level3/high/right"), ("yolov8n", "stage3/unit2")):
        root = parse(draw(analysis_of(name))).root
        assert [g.get("data-times") for g in root.iter() if g.get("data-path") == path] == [None]


def test_a_detail_of_a_row_bears_the_name_of_the_row() -> None:
    root = parse(draw(analysis_of("hrnet_w18"))).root
    found = {
        g.attrib["data-path"]: [t.text for t in g.iter(f"{SVG}text")][1]
        for g in root.iter(f"{SVG}g")
        if "card" in classes(g)
    }
    assert found["stage4/module1/out2"] == "out2"
    assert found["stage4/module1"] == "module"
    assert found["head2"] == "merge"


@pytest.mark.parametrize(
    ("name", "said", "unsaid"),
    [
        ("unet", "2×2 up-conv, 512, ×2", "up-conv, 512, /2"),
        ("crnn", "bidirectional LSTM, 256", "LSTM, 512"),
        ("swin_t", "attention, C/32 heads, 7×7 windows", "3…24 heads"),
        ("coatnet_0", "attention, C/32 heads", "attention, 24 heads"),
        ("m5", "80-wide conv, 32, /16", "80 conv"),
    ],
)
def test_boxes_say_what_the_papers_do(name: str, said: str, unsaid: str) -> None:
    text = {t.text for t in parse(draw(analysis_of(name))).root.iter(f"{SVG}text")}
    assert said in text
    assert not any(unsaid in (text or "") for text in text)


def test_transformers_of_two_widths_share_a_detail() -> None:
    # With projection and without, of convolutions and of attention; squeeze-and-excitation.
    assert details("coatnet_0") == 5


def test_side_by_side_is_not_repeated() -> None:
    text = f"{{cnn: 1, input: 9x9x8, layers: [{{add: [{UNIT}, {UNIT}]}}]}}"
    assert "×2<" not in draw(analysis(text))


def test_a_path_can_be_expanded() -> None:
    closed = parse(draw(analysis_of("resnet50")))
    path = "stage3/residual4"
    opened = parse(draw(analysis_of("resnet50"), expanded=[path]))
    ids = {n.id for n in analysis_of("resnet50").network.group(path)}
    assert ids <= set(opened.layers)
    assert not ids & set(closed.layers)
    found = {
        t.attrib["data-path"]: t.get("data-times")
        for t in opened.drawn_boxes
        if t.get("data-path", "").startswith("stage3/residual") and "block" in classes(t)
    }
    assert found == {
        "stage3/residual1": None,
        "stage3/residual2": "2",
        "stage3/residual5": "2",
    }


@pytest.mark.parametrize("colour", sorted(colour_quantities()))
def test_shades_rise_with_the_quantity(colour: str) -> None:
    a = analysis_of("googlenet")
    drawn = parse(draw(a, colour=colour, expanded=True))
    quantity = colour_quantities()[colour]
    assert quantity.of_layer is not None
    pairs = []
    for drawn_box in drawn.drawn_boxes:
        ids = [e.attrib["data-id"] for e in drawn_box.iter() if "data-id" in e.attrib]
        shades = [c for c in classes(drawn_box) if re.fullmatch(r"heat\d", c)]
        if not ids:
            continue
        values = [quantity.of_layer(a[i], Terms()) or 0 for i in ids]
        value = sum(values) if quantity.adds_up else max(values)
        pairs.append((value, int(shades[0][-1])))
    assert len(pairs) > 50
    pairs.sort()
    assert [shade for _, shade in pairs] == sorted(shade for _, shade in pairs)
    assert pairs[-1][1] == (STEPS - 1 if pairs[-1][0] else 0)


def test_coloured_boxes_show_the_number() -> None:
    drawn = draw(analysis_of("vgg16"), colour="parameters")
    assert ">103 M<" in drawn  # 25088 x 4096 + 4096 = 102,764,544
    assert "parameters, up to 103 M in a box" in drawn


def test_a_coloured_field_is_the_one_that_tables_show() -> None:
    """The largest extent along any axis stood there, rounded, also where all is seen."""
    layers = "[{conv: {filters: 4, kernel: [3, 5]}}, {maxpool: 2}, {groupnorm: 2}, gap, {dense: 7}]"
    svg = draw(analysis(f"{{cnn: 1, input: 1049x1051x1, layers: {layers}}}"), colour="field")
    root = parse(svg).root
    shown = [t.text for t in root.iter(f"{SVG}text") if classes(t) == {"small", "strong"}]
    assert shown == ["3x5", "4x6+all", "all", "all"]


def test_marks_do_not_rest_on_colour_alone() -> None:
    marks = {"stage2/residual1": "changed", "fc": "added", "conv1": "removed"}
    svg = draw(analysis_of("resnet50"), marks=marks)
    by_path = {t.get("data-path"): t for t in parse(svg).drawn_boxes}
    for path, mark, sign in (
        ("stage2/residual1", "changed", "~"),
        ("fc", "added", "+"),
        ("conv1", "removed", "−"),
    ):
        drawn_box = by_path[path]
        assert mark in classes(drawn_box)
        assert sign in ["".join(t.itertext()) for t in drawn_box.iter(f"{SVG}text")]
    assert ".removed .fill{" in svg
    dashes = {
        m: re.search(rf"\.{m} \.fill{{[^}}]*?(dasharray:[^}}]*)?}}", svg) for m in marks.values()
    }
    assert len({m.group(1) if m else "" for m in dashes.values()}) == 3


def test_a_marked_block_is_not_merged_with_its_like() -> None:
    drawn_boxes = parse(
        draw(analysis_of("resnet50"), marks={"stage3/residual3": "changed"})
    ).drawn_boxes
    marked = [t for t in drawn_boxes if "changed" in classes(t) and "block" in classes(t)]
    assert [t.get("data-path") for t in marked] == ["stage3/residual3"]
    assert "data-times" not in marked[0].attrib


def test_links_lead_from_layers_and_blocks() -> None:
    svg = draw(
        analysis_of("resnet50"), link=lambda path: f'#row-{path}"<' if path != "fc" else None
    )
    root = parse(svg).root
    hrefs = {a.attrib["href"] for a in root.iter(f"{SVG}a")}
    assert '#row-stage1/residual2"<' in hrefs
    assert '#row-fc"<' not in hrefs


def test_ids_begin_with_the_prefix() -> None:
    root = parse(draw(analysis_of("lenet5"), prefix="left-")).root
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    assert ids
    assert all(i.startswith("left-") for i in ids)
    assert root.attrib["aria-labelledby"].split() == ids


def test_a_drawing_is_described_in_words() -> None:
    root = parse(draw(analysis_of("lenet5"))).root
    assert root.attrib["role"] == "img"
    assert root.findtext(f"{SVG}title") == analysis_of("lenet5").network.name
    about = root.findtext(f"{SVG}desc") or ""
    assert about.startswith("From the input, 32x32x1, to 1 output: 5×5 conv, 6, then ")


HOSTILE = (
    "<script>alert(1)</script>",
    "\"'&quot;]]>-->",
    "\u202eevil\u202c",
    "x" * 10_000,
    "🧠 net 名前",
    "a\x00b\x1f\ud800",
)


@pytest.mark.parametrize(
    "name", HOSTILE, ids=["script", "quotes", "rtl", "long", "emoji", "control"]
)
def test_hostile_names_are_text(name: str) -> None:
    from dataclasses import replace

    a = analysis_of("lenet5")
    hostile = replace(a, network=replace(a.network, name=name))
    for svg in (draw(hostile), thumbnail(hostile)):
        root = parse(svg).root
        assert {e.tag for e in root.iter()} <= {
            SVG + t for t in ("svg", "title", "desc", "style", "rect", "text", "tspan", "path", "g")
        }
        assert "\u202e" not in svg
        assert "x" * 300 not in svg
        svg.encode("utf-8")


def luminance(colour: str) -> float:
    """Return the relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_contrast_is_enough(dark: bool) -> None:
    assert round(contrast("#000000", "#ffffff"), 2) == 21  # WCAG's own example
    colours = palette(dark)
    fills = [f"{f}-fill" for f in FAMILIES] + [f"heat{i}" for i in range(STEPS)] + ["page", "card"]
    for fill in fills:
        for text in ("text", "soft"):
            assert contrast(colours[text], colours[fill]) >= 4.5, (text, fill)
    assert contrast(colours["page"], colours["block-line"]) >= 4.5  # letters of details
    for line in (*(f"{f}-line" for f in FAMILIES), "line", "rail", "bus", "added", "removed"):
        assert contrast(colours[line], colours["page"]) >= 3, line


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_fixed_theme_needs_no_custom_properties(theme: str) -> None:
    svg = draw(analysis_of("lenet5"), theme=theme)
    assert "var(" not in svg
    assert "@media" not in svg


def test_the_automatic_theme_knows_both() -> None:
    svg = draw(analysis_of("lenet5"))
    assert "svg:root{color-scheme:light dark}" in svg
    light, dark = palette(False), palette(True)
    pairs = re.findall(r"--([\w-]+):light-dark\((#\w+),(#\w+)\)", svg)
    assert pairs == [(name, light[name], dark[name]) for name in light]
    used = set(re.findall(r"var\(--([\w-]+)\)", svg))
    assert used <= {name for name, _, _ in pairs}


def test_nothing_is_fetched() -> None:
    svg = draw(analysis_of("nasnet_a_mobile"), interactive=True)
    assert re.findall(r"(?:https?:)?//[\w.]+", svg) == ["http://www.w3.org"]
    assert "url(" not in svg
    assert "@import" not in svg


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"colour": "mac"},
            (
                "error: a drawing has no colour 'mac'; did you mean 'macs'?\n"
                "  help: the colour is one of kind, parameters, trainable, non_trainable, weights, "
                "biases, statistics, stored, macs, flops, operations, alpha, activations, "
                "conv_activations, live_activations, weight_memory, live, memory, flash, arena, "
                "field"
            ),
        ),
        (
            {"theme": "dusk"},
            "error: a drawing has no theme 'dusk'\n  help: the theme is one of auto, light, dark",
        ),
        (
            {"style": "volume"},
            (
                "error: a drawing has no style 'volume'; did you mean 'volumes'?\n"
                "  help: the style is one of blocks, volumes, maps"
            ),
        ),
        (
            {"direction": "left"},
            (
                "error: a drawing has no direction 'left'\n"
                "  help: the direction is one of down, right"
            ),
        ),
        (
            {"expanded": ["C2"]},
            "error: LeNet-5 has no layer or block 'C2'",
        ),
        (
            {"marks": {"C1": "new"}},
            (
                "error: a drawing has no mark 'new'\n"
                "  help: the mark is one of added, removed, changed"
            ),
        ),
        (
            {"marks": {"C9": "added"}},
            "error: LeNet-5 has no layer or block 'C9'",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        draw(analysis_of("lenet5"), **options)
    assert str(caught.value) == message


def test_a_unet_is_drawn_as_a_u() -> None:
    drawn_boxes = parse(draw(analysis_of("unet"))).drawn_boxes
    from tests.drawing.parsed import rectangle

    at = {t.get("data-path"): rectangle(t) for t in drawn_boxes}
    for level in (1, 2, 3, 4):
        left, right = at[f"left{level}/conv2"], at[f"right{level}/concat1"]
        crop = at[f"right{level}/crop"]
        middles = {round(r.y + r.height / 2, 1) for r in (left, crop, right)}
        assert len(middles) == 1
        assert left.x + left.width < crop.x < crop.x + crop.width < right.x
    assert at["right1/concat1"].y < at["right4/concat1"].y
    assert at["left1/conv1"].x == at["left4/conv2"].x


def test_a_drawing_to_the_right_is_wide_and_its_words_stand_upright() -> None:
    from tests.drawing.parsed import rectangle

    down, right = (parse(draw(analysis_of("resnet18"), direction=d)) for d in ("down", "right"))
    assert right.view.width > 3 * right.view.height
    assert sorted(down.texts) == sorted(right.texts)
    sizes = [
        sorted((r.width > r.height) for r in map(rectangle, d.drawn_boxes)) for d in (down, right)
    ]
    assert sizes[0] == sizes[1]
    units = [rectangle(t) for t in right.drawn_boxes if "end" in classes(t)]
    assert units[0].x < units[1].x
    assert units[0].y == pytest.approx(units[1].y, abs=1)


def test_a_thumbnail_is_bars_without_text() -> None:
    from xml.etree import ElementTree as ET

    for name in ("lenet5", "unet", "nasnet_a_mobile", "sobel", "polynet"):
        root = ET.fromstring(thumbnail(analysis_of(name), 320, 200))  # noqa: S314 - our own text
        bars = [{k: float(r.attrib[k]) for k in ("x", "y", "width", "height")} for r in root]
        assert all(b["x"] >= 0 and b["x"] + b["width"] <= 320.2 for b in bars)
        assert all(b["y"] >= 0 and b["y"] + b["height"] <= 200.2 for b in bars)
        assert [b["x"] for b in bars] == sorted(b["x"] for b in bars)
    unet = [float(r.attrib["height"]) for r in ET.fromstring(thumbnail(analysis_of("unet")))]  # noqa: S314
    lowest = unet.index(min(unet))
    assert unet[:lowest] == sorted(unet[:lowest], reverse=True)
    assert max(unet[lowest:]) > 2 * unet[lowest]


def test_a_quantity_of_zero_has_the_first_shade() -> None:
    a = analysis("{cnn: 1, input: 5x5x1, layers: [relu]}")
    drawn = parse(draw(a, colour="parameters"))
    assert any("heat0" in classes(t) for t in drawn.drawn_boxes)
    assert ColourScale(a, "parameters").largest == 1


def test_a_detail_says_where_its_uses_differ() -> None:
    """RegNetY's stages have 48, 104, 208 and 440 channels in groups of 8 (its config in pycls)."""
    a = analysis_of("regnet_y_400mf")
    said = [t for t in parse(draw(a)).texts if t.endswith("groups")]
    assert said == ["3×3 conv, C, /2, 6…55 groups", "3×3 conv, C, 13…55 groups"]


def test_details_of_a_wide_page_are_higher_than_the_overview() -> None:
    overview, detail = Diagram(300, 1000), Diagram(400, 500)

    def size(count: int) -> tuple[float, float]:
        page = place_diagrams(overview, [detail] * count, 0)
        return page.width, page.height

    assert size(4) == (1232, 1162)  # two columns, hardly higher than the overview
    assert size(6) == (1232, 1690)  # three would be too wide
    assert size(8) == (1660, 1690)  # four in two columns would be too high
