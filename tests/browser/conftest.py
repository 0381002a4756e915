"""Pages of every sort, to be opened in a browser."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli import run
from cnnanalyze.report.difference import difference
from cnnanalyze.report.page.gallery import example, in_order, index, network_page, picture
from cnnanalyze.report.page.gallery_folder import Gallery
from cnnanalyze.report.page.gallery_pages import EXAMPLES
from cnnanalyze.report.page.gallery_ways import with_ways
from cnnanalyze.report.page.network import to_html

SPECS = Path(__file__).parent.parent.parent / "specs"
SHOWN = ("lenet5", "resnet18", "resnet50", "mobilenet_v1", "unet")
"""The networks of the gallery that is tested."""


# --- pages ----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a page of every sort."""
    found = tmp_path_factory.mktemp("pages")

    def write(name: str, text: str) -> None:
        (found / f"{name}.html").write_text(text, encoding="utf-8")

    paths = {name: SPECS / f"{name}.yaml" for name in cnn.zoo()}
    examples = [e for e in EXAMPLES if e.name in {"audit", "lint"}]
    pages = [network_page(SPECS / f"{name}.yaml", name) for name in SHOWN]
    cards = in_order(page.card for page in pages)
    files = {name: text for page in pages for name, text in page.files.items()}
    files |= {name: text for e in examples for name, text in example(e, paths).items()}
    files = with_ways(files | picture(cards), cards, examples)
    Gallery(files | index(cards, EXAMPLES)).write(found)
    for name in SHOWN:
        write(f"{name}_alone", to_html(cnn.analyze(SPECS / f"{name}.yaml").analysis))
    pairs = {
        "comparison": ("zoo:mobilenet_v1", "zoo:mobilenet_v2"),
        "comparison_of_three": ("zoo:lenet5", "zoo:lenet5_common", "zoo:lenet_caffe"),
    }
    for name, networks in pairs.items():
        write(name, cnn.compare(*networks).render("html"))
    hostile = [cnn.analyze(cnn.loads(HOSTILE_SPEC)).analysis for _ in range(2)]
    write("hostile", to_html(hostile[0]))
    write("hostile_comparison", difference(hostile).render("html"))
    write("nested", to_html(cnn.analyze(cnn.loads(NESTED_SPEC)).analysis))
    streams = cnn.load(SPECS.parent / "tests" / "language" / "two_stream.yaml")
    write("streams", to_html(cnn.analyze(streams).analysis))
    write("large", to_html(cnn.analyze(cnn.loads(LARGE_SPEC)).analysis))
    lines = cnn.loads(LINES_SPEC)
    findings = cnn.lint(lines).findings
    write("many_lines", to_html(cnn.analyze(lines).analysis, findings=findings))
    return found


Find = Callable[[str], Path]


@pytest.fixture(scope="session")
def find(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Find:
    """Return a function that gives the page of a name, which is written when it is asked for."""
    others = tmp_path_factory.mktemp("others")

    def find(name: str) -> Path:
        path = others / f"{name}.html"
        if name in COMMANDS and not path.exists():
            run([*COMMANDS[name].split(), "-o", str(path)])
        elif name in LONG and not path.exists():
            path.write_text(to_html(cnn.analyze(cnn.loads(LONG[name])).analysis), "utf-8")
        elif name not in {*COMMANDS, *LONG}:
            path = request.getfixturevalue("folder") / f"{name}.html"
        return path

    return find


COMMANDS = {
    "summary": "summary zoo:resnet18",
    "several": "summary zoo:lenet5 zoo:vgg16",
    "graph": "summary zoo:resnet18 --graph",
    "conventions": "summary zoo:lenet5 --conventions",
    "budget": f"budget {SPECS.parent / 'tests' / 'browser' / 'limited.yaml'}",
    "found": "lint zoo:alexnet zoo:zfnet --profile teaching",
    "departures": "check zoo:resnet18 --against zoo:resnet34",
    "audited": "audit zoo:vgg16 zoo:alexnet",
    "lectures": "audit zoo:lectures",
    "compared": "compare zoo:lenet5 zoo:lenet_caffe",
    "verified": f"verify {SPECS / 'lenet5.yaml'} {SPECS / 'lecture_001_lenet.yaml'} --lines 3",
    "solved": "solve zoo:first_course",
    "graded": f"grade zoo:first_course {SPECS / 'sheets' / 'first_course.csv'}",
    "explained": "explain zoo:resnet18",
    "convolved": "convolve zoo:edge_detection",
    "listed": "zoo",
    "kind": "layers conv",
    "kinds": "layers",
    "rule": "rule CV003",
    "rules": "rule",
}
"""A page of every command whose result has one."""


HOSTILE = (
    "<script>alert(1)</script> </script><img src=x onerror=alert(2)> \" ' ` & &lt; "
    "\u202etxet\u202c 🧠🔥 {{ 7 * 7 }} " + "x" * 10_000
)
"""What a network may be called by somebody who means no good."""

NAME = json.dumps(HOSTILE, ensure_ascii=False)
HOSTILE_SPEC = f"""\
cnn: 1
name: {NAME}
family: {NAME}
about: {NAME}
source: {NAME}
input: 7x11x3
layers: [{{conv: {{filters: 5, kernel: 3}}}}, relu, gap, {{dense: 3}}]
expect:
  - source: {NAME}
    total: {{parameters: {{printed: 999, verdict: wrong, reason: {NAME}}}}}
"""

NESTED_SPEC = """\
cnn: 1
name: nested
input: 11x13x3
blocks:
  inner:
    params: {filters: }
    layers:
      - concat:
          - [{conv: {filters: $filters, kernel: 3, padding: same}}, relu]
          - [{conv: {filters: $filters, kernel: 1}}, relu]
      - {conv: {filters: $filters, kernel: 1}}
  outer:
    params: {filters: }
    layers:
      - add:
          - [{inner: {filters: $filters}}, relu, {inner: {filters: $filters}}]
          - [{conv: {filters: $filters, kernel: 1}}]
      - {conv: {filters: $filters, kernel: 5, padding: same}}
      - tanh
layers:
  - {outer: {filters: 17}}
  - {maxpool: {kernel: 3, stride: 1, padding: 1}}
  - {outer: {filters: 34}}
  - {conv: {filters: 5, kernel: 1}}
"""
"""Blocks on the cards of blocks."""

UNIT = "[{conv: {filters: 13, kernel: 3, padding: 1}}, batchnorm, relu]"
LARGE_SPEC = f"""\
cnn: 1
name: large
input: 31x37x3
blocks:
  unit: {{layers: {UNIT}}}
  residual: {{layers: [{{add: [[{{unit: , repeat: 3}}], []]}}]}}
layers:
  - {{unit: , as: first}}
  - {{residual: , repeat: 103, as: deep}}
  - {{maxpool: 2}}
  - {{unit: , as: last}}
  - gap
  - {{dense: 11, as: scores}}
  - dropout
  - softmax
"""
"""1,041 layers: 3 in front, 103 times 10, and 8 at the end."""

LINES_SPEC = "cnn: 1\nname: lines\ninput: 13x17x3\nlayers:\n" + "".join(
    f"  - conv: {{filters: {5 + i % 3}, kernel: 3, padding: same}}\n  - batchnorm\n  - relu\n"
    for i in range(400)
)
"""1,200 layers, each on a line of its own, with a finding for every bias."""

LONG = {
    "long": "cnn: 1\nname: long\ninput: 13x17x3\nlayers:\n"
    + "".join(
        f"  - conv: {{filters: {5 + i % 3}, kernel: 3, padding: same}}\n  - relu\n"
        for i in range(5000)
    ),
    "long_blocks": LARGE_SPEC.replace("repeat: 103", "repeat: 999").replace("large", "long_blocks"),
}
"""10,000 layers, each on a line of its own; 10,001 layers, most of them in blocks of ten."""
