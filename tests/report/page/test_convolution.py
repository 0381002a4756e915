"""The page that plays: whole without a script, and as it says with one."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_convolve import SIX
from tests.conftest import Run
from tests.course.worked_steps.lectures import SEVEN_000
from tests.course.worked_steps.test_lectures import text
from tests.report.page.reader import Page


@pytest.fixture
def run(run: Run) -> Run:
    """Run a command line as on a terminal of 80 columns."""
    return partial(run, columns=80)


SEVEN = text(SEVEN_000)
PRINTED = ("--stride", "2", "--expect", "91 100 83; 69 91 127; 44 72 74")


def texts(page: Page, kind: str) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row.all("td")] for row in table.all("tr")]
        for table in page.root.all("table", data_grid=kind)
    ]


@pytest.fixture
def edges(run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "edges.html"
    assert run("convolve", "--image", SIX, "--kernel", "vertical-edge", "-o", path).code == 0
    return path


def test_without_a_script_everything_is_there(edges: Path) -> None:
    page = Page(edges.read_text("utf-8"))
    rows = [["-5", "-4", "0", "8"], ["-10", "-2", "2", "3"], ["0", "-2", "-4", "-7"]]
    assert texts(page, "output")[0][:3] == rows
    assert texts(page, "image")[0][0] == ["3", "0", "1", "2", "7", "4"]
    sums = [p.text for p in page.root.all("p", class_="sum")]
    assert len(sums) == 16
    assert sums[6].endswith("= 2")


def test_wrong_cells_are_struck_out(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "wrong.html"
    kernel = "3 4 4; 1 0 2; -1 0 3"
    assert run("convolve", "--image", SEVEN, "--kernel", kernel, *PRINTED, "-o", path).code == 1
    page = Page(path.read_text("utf-8"))
    assert [s.text for s in page.root.all("s")] == ["83", "127"]
    assert [td.text for td in page.root.all("td", class_="wrong")] == ["8388", "127117"]


def test_hostile_names_stay_text(run: Run, tmp_path: Path) -> None:
    name = "<script>alert(1)</script>{{ 7 * 7 }}"
    spec = f"cnn: 1\nname: {json.dumps(name)}\ninput: {{values: [[1, 2]]}}\nlayers: [relu]\n"
    (tmp_path / "net.yaml").write_text(spec, "utf-8")
    found = run("convolve", tmp_path / "net.yaml", "-f", "html").out
    assert "<script>alert" not in found
    assert Page(found).root.one("h1").text == name


def test_steps_of_a_large_image_lie_apart(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("\n".join(",".join("0" * 103) for _ in range(101)))
    found = run("convolve", tmp_path / "a.csv", "-k", "sobel-x", "-f", "html").out
    page = Page(found)
    (data,) = page.root.all("script", data_steps="")
    steps = json.loads(data.text)["steps"]
    assert len(steps) == 888
    assert steps[0]["number"] == 1
    assert "888 of 9,999 steps are played." in found
    assert len(found) < 700_000


def filled(page: Any) -> int:
    found: int = page.locator('[data-grid="output"] td:not(.to-come)').count()
    return found


def until(page: Any, what: str) -> None:
    for _ in range(200):  # the page's own policy forbids what playwright waits with
        if page.evaluate(what):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"in ten seconds it is not so that {what}")


@pytest.mark.browser
def test_the_player_plays(edges: Path, open_page: Any) -> None:
    page = open_page(edges)
    assert filled(page) == 1
    page.keyboard.press("ArrowRight")
    assert filled(page) == 2
    assert page.locator("[data-where]").text_content() == "step 2 of 16: output row 1, column 2"
    assert page.locator("td.in").count() == 9
    assert page.locator("td.at").text_content() == "-4"
    page.locator('[data-grid="output"] td').nth(6).click()
    assert page.locator("[data-where]").text_content() == "step 7 of 16: output row 2, column 3"
    assert page.locator("[data-sum]").text_content().endswith("= 2")
    page.locator("[data-position]").fill("14")
    assert filled(page) == 15
    page.locator("[data-speed]").select_option("80")
    page.locator("body").click(position={"x": 5, "y": 300})
    page.keyboard.press("Space")
    assert page.locator('[data-do="play"]').text_content() == "⏸ Pause"
    until(page, "page.players[0].timer === null")
    assert filled(page) == 16
    page.keyboard.press("Home")
    assert filled(page) == 1
    page.locator('[data-do="on"]').focus()
    page.keyboard.press("Space")  # presses the button, and does not play
    until(page, "page.players[0].at === 1")
    assert page.evaluate("page.players[0].timer") is None
    assert (page.complaints, len(page.requests)) == ([], 1)


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(
    width: int, scheme: str, run: Run, tmp_path: Path, open_page: Any
) -> None:  # fmt: skip
    axe = pytest.importorskip(
        "axe_playwright_python.sync_playwright", reason="accessibility: axe is not installed"
    )
    path = tmp_path / "rgb.html"
    planes = [o for _ in range(3) for o in ("--image", SIX)]
    run("convolve", *planes, "-k", "[sobel-x, 0, 0]", "-k", "blur", "--padding", "1", "--apply",
        "relu", "--pool", "max", "2", "-o", path)  # fmt: skip
    page = open_page(path, width=width, color_scheme=scheme)
    page.wait_for_timeout(200)  # colours fade in
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert [v["id"] for v in axe.Axe().run(page).response["violations"]] == []
    assert page.complaints == []


@pytest.mark.browser
def test_nothing_moves_by_itself(edges: Path, open_page: Any) -> None:
    page = open_page(edges, reduced_motion="reduce")
    assert page.evaluate("page.players[0].timer") is None
    cell = page.locator('[data-grid="image"] td').first
    assert cell.evaluate("c => getComputedStyle(c).transitionDuration") == "0s"


@pytest.mark.browser
def test_a_picture_is_clicked(run: Run, tmp_path: Path, open_page: Any) -> None:
    path = tmp_path / "a.html"
    (tmp_path / "a.csv").write_text(
        "\n".join(",".join(str((r * c) % 251) for c in range(53)) for r in range(47))
    )
    run("convolve", tmp_path / "a.csv", "-k", "sobel-x", "-o", path)
    page = open_page(path)
    box = page.locator("canvas[data-output]").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    row, column, _ = page.evaluate("page.players[0].steps[page.players[0].at].at")
    assert abs(row - 22) <= 1
    assert abs(column - 25) <= 3
    assert page.complaints == []


def test_a_small_picture_is_shaded_cell_by_cell(run: Run, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="no picture is read without pillow")
    picture = image.new("L", (4, 3))
    picture.putdata([0, 10, 117, 118, 128, 200, 255, 3, 7, 50, 60, 70])
    picture.save(tmp_path / "cat.png")
    out = run("convolve", tmp_path / "cat.png", "-k", "1 -1", "--apply", "relu", "-f", "html").out
    page = Page(out)
    cells = [c for t in page.root.all("table", data_grid="image") for c in t.all("td")]
    assert [c.attributes["style"] for c in cells[:4]] == [
        "--grey:0",
        "--grey:10",
        "--grey:117",
        "--grey:118",
    ]
    # What comes out is stretched from its smallest number (-107) to its largest (252).
    cells = [c for t in page.root.all("table", data_grid="output") for c in t.all("td")]
    shades = {c.text: c.attributes["style"] for c in cells[:9]}
    assert (shades["-107"], shades["252"], shades["-10"]) == ("--grey:0", "--grey:255", "--grey:69")


def test_padding_of_a_picture_has_no_shade(run: Run, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="no picture is read without pillow")
    image.new("L", (3, 2), 77).save(tmp_path / "cat.png")
    kernel = ("-k", "1 0 -1; 1 0 -1; 1 0 -1", "--padding", "1")
    page = Page(run("convolve", tmp_path / "cat.png", *kernel, "-f", "html").out)
    (table,) = page.root.all("table", data_grid="image")
    styled = [[("style" in c.attributes) for c in row.all("td")] for row in table.all("tr")]
    inner = [False, True, True, True, False]
    assert styled == [[False] * 5, inner, inner, [False] * 5]


def test_given_numbers_are_not_shaded(edges: Path) -> None:
    assert "--grey:" not in edges.read_text("utf-8")
