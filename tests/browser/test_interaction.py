"""What a reader does with a page: sort, filter, fold, choose, switch, follow, press keys."""

from __future__ import annotations

import json
from base64 import b64decode
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.seen_input import seen_inputs
from cnnanalyze.report.json import to_dict
from cnnanalyze.report.latex import SPECIAL
from cnnanalyze.report.options import Options
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.page.variants import variants
from tests.browser.conftest import SHOWN
from tests.conftest import Open

pytestmark = pytest.mark.browser


@pytest.fixture
def report(open_page: Open, folder: Path) -> Any:
    page = open_page(folder / "resnet18.html")
    yield page
    assert page.complaints == []
    assert all(request.startswith(folder.as_uri()) for request in page.requests)


@pytest.fixture
def gallery(open_page: Open, folder: Path) -> Any:
    page = open_page(folder / "index.html")
    yield page
    assert page.complaints == []


@pytest.fixture
def comparison(open_page: Open, folder: Path) -> Any:
    page = open_page(folder / "comparison.html")
    yield page
    assert page.complaints == []


def shown(page: Any, selector: str) -> list[Any]:
    return [found for found in page.locator(selector).all() if found.is_visible()]


def texts(page: Any, selector: str) -> list[str]:
    return [found.inner_text().strip() for found in shown(page, selector)]


# --- the table of layers --------------------------------------------------------------------------

ROWS = "#layer-table tbody tr[id]"


def column(page: Any, key: str) -> list[int]:
    at = page.locator("#layer-table thead th").evaluate_all(
        "(heads, key) => heads.findIndex(head => head.dataset.key === key) + 1", key
    )
    found = texts(page, f"{ROWS} > :nth-child({at})")
    return [int(text.replace(",", "")) for text in found]


def heading(page: Any, key: str) -> Any:
    return page.locator(f'#layer-table th[data-key="{key}"]')


def test_rows_are_sorted_by_a_heading_and_put_back(report: Any) -> None:
    report.evaluate("foldAll(false)")
    original = column(report, "macs")
    head = heading(report, "macs")
    assert head.get_attribute("aria-sort") == "none"
    head.locator("button").click()
    assert head.get_attribute("aria-sort") in {"ascending", "descending"}
    first = column(report, "macs")
    head.locator("button").click()
    second = column(report, "macs")
    assert sorted([first, second]) == [sorted(original), sorted(original, reverse=True)]
    head.locator("button").click()
    assert head.get_attribute("aria-sort") == "none"
    assert column(report, "macs") == original


def test_sorting_is_done_from_the_keyboard(report: Any) -> None:
    button = heading(report, "parameters").locator("button")
    button.focus()
    report.keyboard.press("Enter")
    assert heading(report, "parameters").get_attribute("aria-sort") != "none"


def test_rows_are_filtered_by_words(report: Any) -> None:
    report.locator("#layer-filter").fill("conv 7x7/2")
    found = shown(report, ROWS)
    assert len(found) == 1
    assert "7x7" in found[0].inner_text()
    assert report.locator("#layer-count").inner_text().startswith("1 of ")
    report.locator("#layer-filter").fill("no such layer")
    assert shown(report, ROWS) == []
    report.locator("#layer-filter").fill("")
    assert report.locator("#layer-count").inner_text() == ""


def test_groups_fold_and_open(report: Any) -> None:
    whole = len(cnn.load("zoo:resnet18"))
    report.evaluate("foldAll(true)")
    folded = len(shown(report, ROWS))
    assert folded < whole
    report.locator("#layer-table .group button").first.click()
    assert folded < len(shown(report, ROWS)) < whole
    report.evaluate("foldAll(false)")
    assert len(shown(report, ROWS)) == whole


def test_columns_come_on_request(report: Any) -> None:
    report.locator("#columns summary").click()
    box = report.locator("#columns input").first
    key = box.get_attribute("data-column")
    box.check()
    assert heading(report, key).is_visible()
    box.uncheck()
    assert heading(report, key).count() == 0


# --- drawing, charts, spec ------------------------------------------------------------------------


def test_treemaps_switch(report: Any) -> None:
    maps = report.locator("[data-treemap]")
    assert maps.count() == 3
    for i in range(3):
        report.locator(".switch > label").nth(i).click()
        assert [m.is_visible() for m in maps.all()] == [i == n for n in range(3)]


def test_in_forced_colours_one_sees_which_treemap_is_chosen(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "lenet5.html", forced_colors="active")
    grounds = page.locator(".switch > label").evaluate_all(
        "labels => labels.map(label => getComputedStyle(label).backgroundColor)"
    )
    assert len(grounds) == 3
    assert grounds[0] != grounds[1] == grounds[2]


def test_a_rectangle_says_what_it_is(report: Any) -> None:
    mark = report.locator('[data-treemap="parameters"] [data-i]').first
    mark.scroll_into_view_if_needed()
    mark.hover()
    words = mark.locator("title").text_content()
    assert "parameters" in words
    assert "%" in words


def test_a_rectangle_leads_to_its_row(report: Any) -> None:
    mark = report.locator('[data-treemap="parameters"] [data-i]').first
    number = mark.get_attribute("data-i")
    mark.click()
    assert report.locator(f"tr#n{number}.at").is_visible()


def block(page: Any, path: str) -> Any:
    return page.locator(f'#drawing .spine .tile[data-path="{path}"]')


def card(page: Any, letter: str) -> list[str]:
    found = page.locator(f'#drawing g.inside[data-card="{letter}"] text')
    return [text.strip() for text in found.all_text_contents()]


def test_a_block_shows_its_numbers_on_the_card_of_its_form(report: Any) -> None:
    tile = block(report, "stage3/residual1")
    letter = tile.get_attribute("data-opens")
    general = card(report, letter)
    assert {"H×W×C", "3×3 conv, C"} & {*general}
    tile.click()
    shown = card(report, letter)
    # ResNet-18, conv4_x: 256 filters on maps of 14x14 (He et al. 2015, table 1).
    assert shown[1] == "stage3/residual1"
    assert {"3×3 conv, 256, /2", "3×3 conv, 256", "14×14×256"} <= {*shown}
    assert not any("C" in text for text in shown[2:])
    assert tile.locator("a").get_attribute("aria-pressed") == "true"
    assert "stage3/residual1" in report.locator("#drawing .count").inner_text()
    tile.click()
    assert card(report, letter) == general
    assert tile.locator("a").get_attribute("aria-pressed") == "false"


def test_only_one_block_is_chosen(report: Any) -> None:
    first, second = (block(report, f"stage{i}/residual1") for i in (2, 3))
    letter = first.get_attribute("data-opens")
    first.click()
    assert "28×28×128" in card(report, letter)
    second.click()
    assert "14×14×256" in card(report, letter)
    assert "28×28×128" not in card(report, letter)[3:]
    pressed = report.locator('#drawing [aria-pressed="true"]')
    assert pressed.count() == 1
    report.keyboard.press("Escape")
    assert pressed.count() == 0
    assert report.locator("#drawing .live").count() == 0


def test_colours_by_a_quantity_have_a_scale_with_numbers(report: Any) -> None:
    scale = report.locator("#drawing-scale")
    assert not scale.is_visible()
    report.locator("#drawing-colour").select_option("macs")
    said = scale.locator("span").all_inner_texts()
    assert said[0] == "0"
    # A box of the form stands for five convolutions of 3x3 and 64 filters on maps of 56x56, or of
    # twice the filters on maps half as high and wide (He et al. 2015, table 1): 115,605,504 each.
    assert said[-1].endswith(f" to {5 * 115_605_504 / 1e6:.3g}M")
    colours = report.evaluate(
        "[...document.querySelectorAll('#drawing-scale .fill')].map(r => getComputedStyle(r).fill)"
    )
    assert len(set(colours)) == 7
    report.locator("#drawing-colour").select_option("kind")
    assert not scale.is_visible()


def test_the_card_that_a_click_changes_is_in_sight(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "resnet50.html", width=700, height=500)
    page.locator('#drawing [data-zoom="1"]').click()
    tile = page.locator("#drawing .spine .tile[data-opens]").last
    tile.click()
    seen = page.locator("#drawing g.inside.live").evaluate_all(
        """cards => {
        const box = document.querySelector('#drawing .drawing').getBoundingClientRect();
        return cards.map(card => card.getBoundingClientRect()).some(card =>
            card.top < Math.min(box.bottom, innerHeight) && card.bottom > Math.max(0, box.top)
            && card.left < box.right && card.right > box.left); }"""
    )
    assert seen


@pytest.mark.parametrize("key", ["Enter", "Space"])
def test_a_block_is_chosen_from_the_keyboard(report: Any, key: str) -> None:
    link = block(report, "stage4/residual1").locator("a")
    controlled = report.locator(f"#{link.get_attribute('aria-controls')}")
    link.focus()
    report.keyboard.press(key)
    assert link.get_attribute("aria-pressed") == "true"
    assert "7×7×512" in "".join(controlled.all_text_contents())
    assert report.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
    report.keyboard.press(key)
    assert link.get_attribute("aria-pressed") == "false"


def test_boxes_of_a_card_lead_to_the_layers_of_the_chosen_block(report: Any) -> None:
    tile = block(report, "stage4/residual1")
    inside = f'#drawing g.inside[data-card="{tile.get_attribute("data-opens")}"]'
    links = report.locator(f"{inside} .tile a")
    before = links.evaluate_all("links => links.map(a => a.getAttribute('href'))")
    tile.click()
    after = links.evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert before != after
    layers = cnn.analyze("zoo:resnet18").network.nodes
    assert all(layers[int(href[2:])].id.startswith("stage4/residual1/") for href in after)
    report.locator(f"{inside} .tile").first.click()
    row = report.locator("tr.at")
    assert row.is_visible()
    assert f"#{row.get_attribute('id')}" == after[0]


def test_a_row_shows_its_layer_on_the_card(report: Any) -> None:
    report.evaluate("foldAll(false)")
    nodes = cnn.load("zoo:resnet18").nodes
    wanted = (n.id.startswith("stage3/residual2/") and n.kind == "conv" for n in nodes)
    report.locator(f"tr#n{[*wanted].index(True)} td").nth(1).click()
    chosen = report.locator("#drawing g.inside.live .tile.chosen")
    assert chosen.count() == 1
    assert chosen.get_attribute("data-id").startswith("stage3/residual2/")


def test_blocks_on_cards_show_their_numbers_too(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "nested.html")
    outer = page.locator("#drawing .spine .tile[data-opens]").last
    outer.click()
    live = page.locator("#drawing g.inside.live")
    assert live.count() == 2
    assert "11×13×34" in "".join(live.all_text_contents())
    inner = page.locator("#drawing .cards .tile[data-opens] a").first
    assert inner.get_attribute("aria-pressed") == "true"
    inner.click()
    assert live.count() == 1
    inner.click()
    assert live.count() == 2
    page.keyboard.press("Escape")
    assert live.count() == 0
    inner.click()  # of the first block that the card stands for
    assert "11×13×17" in "".join(live.all_text_contents())
    assert page.complaints == []


def test_colours_follow_the_chosen_block(report: Any) -> None:
    report.locator("#drawing-colour").select_option("parameters")
    warmth = "tiles => tiles.map(t => Number(t.getAttribute('class').match(/heat(\\d)/)[1]))"
    tile = block(report, "stage3/residual2")
    inside = f'#drawing g.inside[data-card="{tile.get_attribute("data-opens")}"] .tile'
    every = report.locator(inside).evaluate_all(warmth)
    tile.click()
    one = report.locator(inside).evaluate_all(warmth)
    assert sum(one) < sum(every)


def test_a_layer_of_the_drawing_leads_to_its_row(report: Any) -> None:
    report.evaluate("foldAll(true)")
    report.locator("#drawing .spine .tile:not(.block)[data-path]").last.click()
    assert report.locator("tr.at").is_visible()


def test_a_line_of_the_spec_leads_to_its_layers(report: Any) -> None:
    link = report.locator("#source a[data-line]").first
    number = int(link.inner_text().split()[0].replace(",", ""))
    link.click()
    assert len(shown(report, ROWS)) == number


def test_a_link_into_a_folded_group_opens_it(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "resnet18.html")
    page.evaluate("foldAll(true)")
    hidden = page.locator(f"{ROWS}:not(:visible)").first.get_attribute("id")
    page.evaluate("place => { location.hash = place; }", hidden)
    page.wait_for_selector(f"#{hidden}.at")
    assert page.locator(f"#{hidden}").is_visible()


def test_the_viewer_sees_what_the_rules_say(report: Any) -> None:
    analysis = cnn.analyze("zoo:resnet18")
    for number, facts in enumerate(analysis):
        if facts.fields is None or facts.output.rank != 2 or number % 7:
            continue
        unit = [n // 2 for n in facts.output.size]
        expected = [list(f.at(u) or ()) for f, u in zip(facts.fields, unit, strict=True)]
        assert report.evaluate("([i, unit]) => page.field.theory(i, unit)", [number, unit]) == (
            expected
        )


def test_the_viewer_sees_what_the_rules_say_of_each_input(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "streams.html")
    analysis = cnn.analyze(Path(__file__).parents[1] / "language" / "two_stream.yaml").analysis
    places = {id_: n for n, id_ in enumerate(analysis.facts)}
    for image in seen_inputs(analysis):
        page.evaluate("input => page.field.look(input)", image.name)
        for facts in image:
            if facts.fields is None or facts.output.rank != image.shape.rank:
                continue
            unit = [n // 2 for n in facts.output.size]
            expected = [list(f.at(u) or ()) for f, u in zip(facts.fields, unit, strict=True)]
            asked = [places[facts.node.id], unit]
            assert page.evaluate("([i, unit]) => page.field.theory(i, unit)", asked) == expected


def test_another_input_offers_its_own_layers_and_axes(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "streams.html")
    page.locator("#viewer").scroll_into_view_if_needed()
    page.wait_for_selector("#viewer-units input")
    assert page.locator("#viewer-units input").count() == 2
    page.locator("#viewer-input").select_option("flow")
    assert page.locator("#viewer-units input").count() == 3
    offered = page.locator("#viewer-layer option").all_inner_texts()
    assert offered == [
        "temporal/conv1",
        "temporal/maxpool1",
        "temporal/conv2",
        "temporal/global_avgpool1",
    ]
    page.locator("#layer-table tr", has_text="spatial/conv1").first.click()
    assert page.locator("#viewer-input").input_value() == "frame"
    assert (
        page.locator("#viewer-layer").evaluate("s => s.selectedOptions[0].text") == "spatial/conv1"
    )
    assert page.complaints == []


# --- keys, theme ----------------------------------------------------------------------------------


def test_keys_walk_through_the_rows(report: Any) -> None:
    report.evaluate("foldAll(false)")
    for key, place in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        report.keyboard.press(key)
        assert report.locator(f"tr#n{place}.at").count() == 1
        assert report.locator("tr.at").count() == 1


@pytest.mark.parametrize("key", ["/", "f"])
def test_a_key_leads_to_the_filter_and_escape_out_of_it(report: Any, key: str) -> None:
    report.keyboard.press(key)
    assert report.evaluate("document.activeElement.id") == "layer-filter"
    report.keyboard.type("jk?")  # these are letters now
    assert report.locator("#layer-filter").input_value() == "jk?"
    report.keyboard.press("Escape")
    assert report.evaluate("document.activeElement.id") != "layer-filter"


def test_help_opens_and_closes(report: Any) -> None:
    report.keyboard.press("?")
    assert report.locator("#help").is_visible()
    report.keyboard.press("Escape")
    assert not report.locator("#help").is_visible()


def test_the_theme_turns(report: Any) -> None:
    def ground() -> str:
        found: str = report.evaluate("getComputedStyle(document.documentElement).backgroundColor")
        return found

    seen = [ground()]
    for _ in range(3):
        report.keyboard.press("t")
        seen.append(ground())
    assert seen[0] == seen[1] == seen[3]  # auto is light here, then light, dark, auto
    assert seen[2] != seen[0]


# --- comparison -----------------------------------------------------------------------------------


def test_layers_of_a_comparison_are_filtered_and_sorted(comparison: Any) -> None:
    rows = "#layers-table tbody tr"
    every = len(shown(comparison, rows))
    comparison.locator("input[data-filter]").fill("removed")
    assert {r.get_attribute("data-status") for r in shown(comparison, rows)} == {"removed"}
    comparison.locator("input[data-filter]").fill("")
    assert len(shown(comparison, rows)) == every
    comparison.locator("#layers-table th.n button").first.click()
    cells = comparison.locator(f"{rows} td:nth-child(4)").evaluate_all(
        "cells => cells.map(cell => Number(cell.dataset.value))"
    )
    assert cells == sorted(cells, reverse=True)
    assert cells[0] > 0 > cells[-1]


def test_the_drawings_of_a_comparison_show_what_is_gone_and_what_is_new(comparison: Any) -> None:
    before, after = comparison.locator(".beside svg").all()
    assert before.locator(".removed").count() > 0
    assert before.locator(".added").count() == 0
    assert after.locator(".added").count() > 0
    assert after.locator(".removed").count() == 0


# --- the size of drawings -------------------------------------------------------------------------

BOX = "#drawing .drawing"


def width_of_drawing(page: Any) -> float:
    return float(
        page.evaluate(f"document.querySelector('{BOX} svg').getBoundingClientRect().width")
    )


def own_width(page: Any) -> float:
    return float(page.evaluate(f"document.querySelector('{BOX} svg').viewBox.baseVal.width"))


@pytest.mark.parametrize("way", ["buttons", "keys"])
def test_a_drawing_is_enlarged_and_fitted(report: Any, way: str) -> None:
    def act(key: str) -> None:
        if way == "keys":
            report.locator(BOX).press(key)
        else:
            report.locator(f'#drawing [data-zoom="{key}"]').click()

    own = own_width(report)
    act("1")
    assert width_of_drawing(report) == pytest.approx(own, abs=0.1)
    act("+")
    assert width_of_drawing(report) == pytest.approx(1.25 * own, abs=0.1)
    assert report.locator("#drawing .zoom span").inner_text() == "125 %"
    act("-")
    act("-")
    assert width_of_drawing(report) == pytest.approx(own / 1.25, abs=0.1)
    act("0")
    box = report.locator(BOX)
    assert box.evaluate("box => box.scrollHeight <= box.clientHeight + 1")
    assert box.evaluate("box => box.scrollWidth <= box.clientWidth + 1")


def test_a_mouse_moves_a_drawing_and_chooses_nothing_by_that(report: Any) -> None:
    box = report.locator(BOX)
    box.scroll_into_view_if_needed()
    for _ in range(4):
        report.locator('#drawing [data-zoom="+"]').click()
    box.evaluate("box => { box.scrollLeft = 60; box.scrollTop = 90; }")
    before = report.url
    place = box.bounding_box()
    x, y = place["x"] + place["width"] / 2, place["y"] + 150
    report.mouse.move(x, y)
    report.mouse.down()
    report.mouse.move(x + 17, y + 31, steps=3)
    report.mouse.up()
    assert box.evaluate("box => [box.scrollLeft, box.scrollTop]") == pytest.approx([43, 59], abs=2)
    assert report.locator("#drawing .chosen, #drawing .live").count() == 0
    assert report.url == before


def test_the_wheel_with_a_key_enlarges_what_is_below_it(report: Any) -> None:
    box = report.locator(BOX)
    box.scroll_into_view_if_needed()
    report.locator('#drawing [data-zoom="1"]').click()
    place = box.bounding_box()
    x, y = place["x"] + 200, place["y"] + 120
    inside = (
        "([x, y]) => { const r = document.querySelector('#drawing .drawing svg')"
        ".getBoundingClientRect(); return (y - r.top) / r.height; }"
    )
    before = report.evaluate(inside, [x, y])
    report.mouse.move(x, y)
    report.keyboard.down("Control")
    report.mouse.wheel(0, -300)
    report.keyboard.up("Control")
    assert width_of_drawing(report) == pytest.approx(2.718 * own_width(report), rel=0.01)
    assert report.evaluate(inside, [x, y]) == pytest.approx(before, abs=0.01)


def test_two_fingers_enlarge_a_drawing(report: Any) -> None:
    report.locator('#drawing [data-zoom="1"]').click()
    own = width_of_drawing(report)
    report.evaluate(
        """() => {
            const box = document.querySelector('#drawing .drawing');
            const send = (type, id, x) => box.dispatchEvent(new PointerEvent(type, {
                pointerId: id, pointerType: 'touch', clientX: x, clientY: 200, bubbles: true }));
            send('pointerdown', 7, 100); send('pointerdown', 8, 200);
            send('pointermove', 8, 250);
            send('pointerup', 7, 100); send('pointerup', 8, 250);
        }"""
    )
    assert width_of_drawing(report) == pytest.approx(1.5 * own, abs=0.1)


def test_a_wide_drawing_begins_as_wide_as_its_box(open_page: Open, folder: Path) -> None:
    page = open_page(folder / "unet.html", width=600)
    share = width_of_drawing(page) / own_width(page)
    assert 0.6 <= share < 1


def test_a_drawing_takes_the_whole_screen(report: Any) -> None:
    report.locator('#drawing [data-zoom="F"]').click()
    report.wait_for_function("document.fullscreenElement !== null")
    assert report.evaluate("document.fullscreenElement.matches('#drawing .drawing')")
    report.locator(BOX).press("F")
    report.wait_for_function("document.fullscreenElement === null")


# --- another batch, another type ------------------------------------------------------------------


def test_memory_and_work_follow_batch_and_type(report: Any) -> None:
    said = report.locator("#what-if-told")
    for batch, dtype in ((1, "float32"), (32, "float16"), (1024, "int8")):
        report.locator("#what-if-batch").fill(str(batch.bit_length() - 1))
        report.locator("#what-if-dtype").select_option(label=dtype)
        options = Options(batch=batch, dtype=dtype)
        data = to_dict(cnn.analyze("zoo:resnet18").analysis, options)
        assert f"({data['memory']['memory_bytes']:,} bytes)" in said.inner_text()
        macs = batch * data["totals"]["macs"]
        assert report.locator("#what-if-images").inner_text() == f"{batch:,}"
        assert said.inner_text().endswith(f"; {macs:,} MACs.")


# --- a picture below the fields -------------------------------------------------------------------


def canvas(page: Any) -> str:
    """Return what the viewer shows, once it is drawn."""
    page.wait_for_timeout(300)
    return str(page.evaluate("document.querySelector('#viewer-canvas').toDataURL()"))


def pixel(page: Any, x: int, y: int) -> tuple[int, ...]:
    from PIL import Image

    with Image.open(BytesIO(b64decode(canvas(page).partition(",")[2]))) as picture:
        return tuple(picture.getpixel((x, y)))


def test_parameters_of_the_spec_are_sliders_over_what_was_counted(
    open_page: Open, tmp_path: Path
) -> None:
    analysis = cnn.analyze("zoo:mobilenet_v2").analysis
    path = tmp_path / "page.html"
    path.write_text(to_html(analysis, variants=variants(analysis)), encoding="utf-8")
    page = open_page(path)
    page.evaluate('one("#variants").open = true')
    slider = page.locator('input[data-parameter="width"]')
    told = page.locator('label:has(input[data-parameter="width"]) + output')
    assert told.inner_text().startswith("1.0, as here: 153 layers, 3,504,872 parameters")
    slider.focus()
    slider.press("ArrowLeft")
    slider.press("ArrowLeft")
    # Torchvision has so many, too, in its network of half the width.
    assert "1,968,680 parameters (×0.562)" in told.inner_text()
    assert slider.get_attribute("aria-valuetext") == "0.5"
    for stop in range(int(slider.get_attribute("max") or 0) + 1):
        slider.evaluate("(s, at) => { s.value = at; s.dispatchEvent(new Event('input')); }", stop)
        value = float(str(slider.get_attribute("aria-valuetext")).split(",")[0])
        alone = cnn.analyze(cnn.load("zoo:mobilenet_v2", settings={"width": value})).total
        assert f"{alone.parameters:,} parameters" in told.inner_text()
        assert f"{alone.operations('mac'):,} MACs" in told.inner_text()
    assert page.complaints == []


def test_fields_are_seen_on_a_picture_of_the_reader(report: Any, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pillow is not installed")
    image.new("RGB", (90, 90), (200, 0, 0)).save(tmp_path / "red.png")
    report.locator("#viewer").scroll_into_view_if_needed()
    report.locator("#viewer-outside").uncheck()
    report.locator("#viewer-file").set_input_files(tmp_path / "red.png")
    report.wait_for_timeout(500)
    middle, corner = pixel(report, 360, 360), pixel(report, 25, 25)
    assert middle[0] - middle[1] > 100, "the unit looks there"
    assert corner[0] - corner[1] < middle[0] - middle[1], "few paths lead there"
    report.locator("#viewer-picture").select_option("")
    assert pixel(report, 360, 360)[0] < 120


def test_what_is_no_picture_is_said(report: Any, tmp_path: Path) -> None:
    (tmp_path / "text.png").write_text("no picture", encoding="utf-8")
    report.locator("#viewer").scroll_into_view_if_needed()
    report.locator("#viewer-file").set_input_files(tmp_path / "text.png")
    said = "text.png is no picture that this browser can read."
    report.locator("#viewer-facts", has_text=said).wait_for(timeout=5_000)
    assert said in texts(report, "#viewer-facts")


def test_a_drawing_comes_with_the_page(report: Any) -> None:
    report.locator("#viewer").scroll_into_view_if_needed()
    report.locator("#viewer-outside").uncheck()
    before = canvas(report)
    report.locator("#viewer-picture").select_option("drawing")
    assert canvas(report) != before


def test_fields_of_earlier_layers_are_nested(report: Any) -> None:
    report.locator("#viewer").scroll_into_view_if_needed()
    before = canvas(report)
    report.locator("#viewer-nested").check()
    assert canvas(report) != before
    report.locator("#viewer-nested").uncheck()
    assert canvas(report) == before


def test_the_viewer_plays_through_the_layers(report: Any) -> None:
    report.locator("#viewer").scroll_into_view_if_needed()
    report.wait_for_timeout(300)
    layer = report.locator("#viewer-layer")
    last = layer.input_value()
    button = report.locator("#viewer-play")
    button.click()
    first = layer.input_value()
    assert int(first) < int(last)
    report.wait_for_timeout(1500)
    assert layer.input_value() != first
    button.click()
    assert button.inner_text() == "Play through the layers"
    at = layer.input_value()
    report.wait_for_timeout(900)
    assert layer.input_value() == at


# --- gallery --------------------------------------------------------------------------------------

CARDS = "li.network"


def test_every_card_leads_to_a_page(gallery: Any, folder: Path) -> None:
    links = gallery.locator("h3 a").evaluate_all("links => links.map(a => a.getAttribute('href'))")
    assert sorted(links) == sorted(f"{name}.html" for name in SHOWN)
    gallery.locator(f"{CARDS} h3 a").first.click()
    assert gallery.url == (folder / links[0]).as_uri()


def test_cards_are_filtered_by_words_and_family(gallery: Any) -> None:
    gallery.locator("#network-filter").fill("net 2015")
    assert texts(gallery, f"{CARDS} h3") == ["ResNet-18", "ResNet-50", "U-Net"]
    assert gallery.locator("#network-count").inner_text() == "3 of 5"
    gallery.locator("#network-family").select_option("ResNet")
    assert texts(gallery, f"{CARDS} h3") == ["ResNet-18", "ResNet-50"]
    gallery.locator("#network-filter").fill("")
    gallery.locator("#network-family").select_option("")
    assert len(shown(gallery, CARDS)) == len(SHOWN)
    assert gallery.locator("#network-count").inner_text() == ""


@pytest.mark.parametrize("key", ["parameters", "macs", "year", "layers"])
def test_cards_are_sorted(gallery: Any, key: str) -> None:
    before = texts(gallery, f"{CARDS} h3")
    gallery.locator("#network-sort").select_option(key)
    values = gallery.locator(CARDS).evaluate_all(
        "(cards, key) => cards.map(card => Number(card.dataset[key]))", key
    )
    assert values == sorted(values)
    gallery.locator("#network-sort").select_option("")
    assert texts(gallery, f"{CARDS} h3") == before


def test_keys_walk_through_the_cards(gallery: Any) -> None:
    gallery.keyboard.press("j")
    gallery.keyboard.press("j")
    name = texts(gallery, f"{CARDS} h3")[1]
    assert gallery.evaluate("document.activeElement.textContent") == name


def test_cards_are_found_by_a_layer_and_lead_to_its_row(gallery: Any, folder: Path) -> None:
    gallery.locator("#network-filter").fill("conv 7x7")
    assert texts(gallery, f"{CARDS} h3") == ["ResNet-18", "ResNet-50"]
    assert texts(gallery, f"{CARDS} .hit")[0] == "conv 7x7/2 pad 3 no bias"
    gallery.locator(f"{CARDS} .hit").first.click()
    assert gallery.url == f"{(folder / 'resnet18.html').as_uri()}#n0"
    assert gallery.locator("tr.at").get_attribute("id") == "n0"


def test_the_address_says_what_is_chosen(gallery: Any) -> None:
    gallery.locator("#network-filter").fill("net 2015")
    gallery.locator("#network-family").select_option("ResNet")
    assert gallery.url.endswith("#q=net+2015&family=ResNet")
    gallery.reload()
    assert texts(gallery, f"{CARDS} h3") == ["ResNet-18", "ResNet-50"]
    gallery.locator("#network-filter").fill("")
    gallery.locator("#network-family").select_option("")
    assert "#" not in gallery.url


def test_keys_lead_from_network_to_network_and_back(report: Any, folder: Path) -> None:
    for key, name in (("n", "resnet50"), ("p", "resnet18"), ("p", "lenet5"), ("g", "index")):
        with report.expect_navigation():
            report.keyboard.press(key)
        assert report.url == (folder / f"{name}.html").as_uri()


# --- the zoo as a picture -------------------------------------------------------------------------

DOTS = ".dots > :not(.out)"
FILTERED = "#zoo-table tbody tr:not([hidden])"


@pytest.fixture
def zoo(open_page: Open, folder: Path) -> Any:
    page = open_page(folder / "zoo.html")
    yield page
    assert page.complaints == []


def places(page: Any) -> dict[str, tuple[float, float]]:
    found = page.locator(DOTS).evaluate_all(
        "dots => dots.map(d => [d.getAttribute('href'), +d.firstChild.getAttribute('cx'),"
        " +d.firstChild.getAttribute('cy')])"
    )
    return {href.removesuffix(".html"): (x, y) for href, x, y in found}


def test_dots_and_rows_are_filtered_together_and_the_address_says_by_what(zoo: Any) -> None:
    assert len(places(zoo)) == len(SHOWN)
    zoo.locator("#zoo-filter").fill("resnet")
    assert set(places(zoo)) == {"resnet18", "resnet50"}
    assert len(shown(zoo, FILTERED)) == 2
    assert zoo.locator("#zoo-count").inner_text() == "2 of 5"
    assert zoo.url.endswith("#q=resnet")
    zoo.reload()
    assert set(places(zoo)) == {"resnet18", "resnet50"}


def test_years_are_chosen_by_two_sliders(zoo: Any) -> None:
    zoo.locator("#zoo-from").fill("2015")
    zoo.locator("#zoo-to").fill("2016")
    assert set(places(zoo)) == {"resnet18", "resnet50", "unet"}
    assert zoo.url.endswith("#from=2015&to=2016")


def test_axes_fit_what_is_shown_if_they_shall(zoo: Any) -> None:
    before = places(zoo)["resnet50"]
    zoo.locator("#zoo-fit").uncheck()
    zoo.locator("#zoo-family").select_option("ResNet")
    assert places(zoo)["resnet50"] == before
    zoo.locator("#zoo-fit").check()
    left, right = places(zoo)["resnet18"], places(zoo)["resnet50"]
    assert right[0] - left[0] > 500
    assert left[1] > right[1]
    assert len(shown(zoo, ".labels text")) == 2


def test_areas_follow_what_is_chosen(zoo: Any) -> None:
    radii = (
        "dots => Object.fromEntries(dots.map("
        "d => [d.getAttribute('href'), +d.firstChild.getAttribute('r')]))"
    )
    before = zoo.locator(DOTS).evaluate_all(radii)
    assert max(before, key=lambda name: before[name]) == "unet.html"
    zoo.locator("#zoo-area").select_option("seen")
    after = zoo.locator(DOTS).evaluate_all(radii)
    assert max(after, key=lambda name: after[name]) == "resnet18.html"  # a field of 435
    zoo.locator("#zoo-area").select_option("")
    assert len(set(zoo.locator(DOTS).evaluate_all(radii).values())) == 1


def test_arrow_keys_lead_from_dot_to_dot(zoo: Any, folder: Path) -> None:
    zoo.locator('.dots a[href="lenet5.html"]').focus()
    assert "LeNet-5, 1998: 60 k parameters" in zoo.locator("#zoo-told").inner_text()
    zoo.keyboard.press("ArrowUp")
    zoo.keyboard.press("ArrowRight")
    reached = zoo.evaluate("document.activeElement.getAttribute('href')")
    assert reached not in {None, "lenet5.html"}
    assert zoo.locator('.dots [tabindex="0"]').count() == 1
    zoo.keyboard.press("Enter")
    zoo.wait_for_url((folder / reached).as_uri())


def test_a_page_leads_to_its_dot(report: Any) -> None:
    report.locator("#standing a", has_text="The whole picture").click()
    report.wait_for_url("**/zoo.html#at=resnet18")
    assert report.locator("tr.at").get_attribute("id") == "zoo-resnet18"
    assert report.locator(".dots .at").get_attribute("href") == "resnet18.html"


# --- buttons that copy ----------------------------------------------------------------------------


def copied(page: Any, label: str) -> str:
    """Press a button and return what it copied."""
    page.evaluate("navigator.clipboard.writeText = async (text) => { window.copied = text; }")
    page.get_by_label(label, exact=True).click()
    page.wait_for_function("window.copied !== undefined")
    return str(page.evaluate("window.copied"))


def test_a_table_is_copied_for_spreadsheets_as_it_is_shown(report: Any) -> None:
    report.fill("#layer-filter", "7x7/2")
    text = copied(report, "Copy as table: Layers")
    assert text == (
        "layer\tkind\tattributes\toutput\tparameters\tMACs\tactivations\tfield\tline\n"
        "conv1/conv1\tconv\t7x7/2 pad 3 no bias\t112x112x64\t9408\t118013952\t802816\t7\t15\n"
    )


def test_a_table_is_copied_for_papers(report: Any) -> None:
    text = copied(report, "Copy as LaTeX: Operations by kind")
    assert text.splitlines()[:6] == [
        r"\begin{tabular}{lrrrr}",
        r"  \toprule",
        r"  kind & layers & parameters & MACs & FLOPs \\",
        r"  \midrule",
        r"  conv & 20 & 11,166,912 & 1,813,561,344 & 3,627,122,688 \\",
        r"  batchnorm & 20 & 9,600 & 0 & 4,967,424 \\",
    ]
    assert r"global\_avgpool" in text
    assert text.endswith("  \\bottomrule\n\\end{tabular}\n")
    assert report.evaluate("page.latex") == SPECIAL


def test_the_table_of_layers_is_copied_as_the_whole_result(report: Any) -> None:
    found = json.loads(copied(report, "Copy as JSON: Layers"))
    assert found == to_dict(cnn.analyze("zoo:resnet18").analysis, Options())


def test_a_table_is_copied_as_objects(report: Any) -> None:
    found = json.loads(copied(report, "Copy as JSON: Operations by kind"))
    assert found[0] == {
        "kind": "conv",
        "layers": 20,
        "parameters": 11_166_912,
        "MACs": 1_813_561_344,
        "FLOPs": 3_627_122_688,
    }


@pytest.mark.parametrize("label", ["Cost by stage", "Live memory by tensor"])
def test_a_copied_chart_stands_alone_in_the_colours_of_paper(report: Any, label: str) -> None:
    for theme in ("light", "dark"):
        report.evaluate("theme => { root.dataset.theme = theme; }", theme)
        svg = ET.fromstring(copied(report, f"Copy SVG: {label}"))  # noqa: S314 - our own page
        assert svg.tag == "{http://www.w3.org/2000/svg}svg"
        assert svg.attrib["width"] == "640"
        drawn = [e for e in svg.iter() if e.tag.endswith(("}path", "}text"))]
        assert drawn
        assert all("fill" in e.attrib and "class" not in e.attrib for e in drawn)
        fills = {e.attrib["fill"] for e in drawn}
        assert "rgb(219, 234, 254)" in fills  # a convolution on paper


def test_a_copied_drawing_stands_alone(report: Any) -> None:
    svg = ET.fromstring(copied(report, "Copy SVG: Drawing of the network"))  # noqa: S314
    names = {e.tag.partition("}")[2] for e in svg.iter()}
    assert not names & {"style", "metadata", "script"}
    words = "".join(svg.itertext())
    assert "7×7 conv, 64, /2" in words
    assert not [e for e in svg.iter() if any(k[:2] == "on" or k == "href" for k in e.attrib)]


def test_only_the_treemap_that_is_shown_has_a_button(report: Any) -> None:
    buttons = report.get_by_label("Copy SVG: Treemap of the")
    assert sum(button.is_visible() for button in buttons.all()) == 1
