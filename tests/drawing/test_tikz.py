"""TikZ: everything that the SVG shows, with the same looks, and nothing that ends LaTeX."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

import cnnanalyze as cnn
from cnnanalyze.drawing.style import palette
from cnnanalyze.drawing.tikz import escape, read_rules, tikz
from cnnanalyze.language.zoo import zoo
from cnnanalyze.layers.traits import Category
from tests.drawing.parsed import SVG, parse

NODE = re.compile(r"\\node\[(.*),text=(colour\d+)\] at \((-?[\d.]+),(-?[\d.]+)\) \{(.*)\};")


def of(name: str, **options: str) -> tuple[str, str]:
    """Return the SVG and the TikZ of a network."""
    chosen: dict[str, Any] = {"theme": "light", **options}
    drawing = cnn.draw(f"zoo:{name}", **chosen)
    return drawing.svg, str(drawing.to("tikz"))


def check(svg: str, written: str) -> None:
    root = parse(svg).root
    lines = written.splitlines()
    texts = ["".join(t.itertext()) for t in root.iter(f"{SVG}text")]
    nodes = [m for line in lines if (m := NODE.fullmatch(line))]
    assert [n[5] for n in nodes] == [escape(t) for t in texts]
    width, height = parse(svg).view.width, parse(svg).view.height
    assert all(0 <= float(n[3]) <= width and 0 <= float(n[4]) <= height for n in nodes)
    assert sum(" rectangle " in line for line in lines) == len(list(root.iter(f"{SVG}rect")))
    paths = [line for line in lines if line.startswith(r"\path") and " rectangle " not in line]
    assert len(paths) == len(list(root.iter(f"{SVG}path")))
    assert all(line.endswith(";") for line in lines if line.startswith((r"\path", r"\node")))
    assert set(re.findall(r"=(colour\d+)", written)) == set(
        re.findall(r"definecolor\{(colour\d+)\}", written)
    )
    bare = re.sub(r"\\[{}]", "", written)
    assert bare.count("{") == bare.count("}")
    assert written.isascii() or all(ord(c) < 0x180 for c in written)


@pytest.mark.sampled(12)
@pytest.mark.parametrize("name", sorted(zoo()))
def test_everything_that_is_drawn_is_typeset(name: str) -> None:
    check(*of(name))


@pytest.mark.parametrize(
    "options",
    [{"colour": "macs"}, {"direction": "right"}, {"theme": "dark"}, {"style": "volumes"}],
    ids=str,
)
def test_every_way_to_draw_is_typeset(options: dict[str, str]) -> None:
    check(*of("resnet18", **options))


def test_looks_are_those_of_the_style_sheet() -> None:
    _, written = of("lenet5")
    colours = dict(re.findall(r"definecolor\{(colour\d+)\}\{HTML\}\{(\w+)\}", written))
    title = next(line for line in written.splitlines() if line.endswith("{LeNet-5};"))
    assert r"\fontsize{13.5}{13.5}\selectfont\bfseries" in title  # 18 px are 13.5 points
    boxes = re.findall(r"fill=(colour\d+),draw=(colour\d+),.* rectangle", written)
    found = {(f"#{colours[f].lower()}", f"#{colours[d].lower()}") for f, d in boxes}
    known = palette(dark=False)
    for family in (Category.CONVOLUTION, Category.POOLING, Category.DENSE):
        assert (known[f"{family}-fill"], known[f"{family}-line"]) in found


def test_the_stronger_rule_wins_and_children_are_told_from_descendants() -> None:
    rules = read_rules(".a text{x:1}.a .b{x:2}.a>.b{y:3}text{x:0;y:0}")
    root = ET.fromstring('<g class="a"><g><text class="b"/></g></g>')  # noqa: S314 - our own text
    path = [root, root[0], root[0][0]]
    looks: dict[str, str] = {}
    for rule in rules:
        if rule.suits(path):
            looks |= rule.looks
    assert looks == {"x": "2", "y": "0"}


@pytest.mark.parametrize(
    "name", [r"\input{x}", "100% & $x_1^2$ #", "~", "{", "名前", "a\nb", '"<>|'], ids=str
)
def test_names_are_no_commands(name: str) -> None:
    text = '<svg xmlns="http://www.w3.org/2000/svg"><style>.a{fill:#000000}</style></svg>'
    root = ET.fromstring(text)  # noqa: S314 - our own text
    ET.SubElement(root, f"{SVG}title").text = name
    ET.SubElement(root, f"{SVG}text", {"x": "1", "y": "2", "class": "a"}).text = name
    (node,) = re.findall(r"at \(1,2\) \{(.*)\};", tikz(ET.tostring(root, "unicode")))
    bare = re.sub(r"\\(text\w+|dots|[{}$&#%_])(\{\})?", "", node)
    assert not re.search(r"[\\{}$&#%_~^]", bare)


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex: nothing is typeset")
def test_latex_makes_a_page_of_it(tmp_path: Path) -> None:
    (tmp_path / "net.tex").write_text(of("resnet50")[1], encoding="utf-8")
    run = subprocess.run(
        ["pdflatex", "-halt-on-error", "-interaction=batchmode", "net.tex"],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0
    assert (tmp_path / "net.pdf").read_bytes().startswith(b"%PDF-")
