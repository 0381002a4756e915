"""How explanations look: in a terminal, in Markdown, in LaTeX, on a page, as data."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.expression import Name
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.explanations.explanation import Explanation
from cnnanalyze.course.explanations.notation import NOTATIONS, PLAIN, Notation
from cnnanalyze.report.derivation.blocks import document, equation
from cnnanalyze.report.writers import render

LENET = cnn.analyze("zoo:lecture_000_lenet").analysis
ALEXNET = cnn.analyze("zoo:alexnet").analysis


def written(explanation: Explanation, format: str = "text", width: int = 80) -> str:  # noqa: A002
    """Write one explanation."""
    return render(document("", (explanation,)), format, width)


def every(notation: str) -> list[Explanation]:
    """Return the answers to all questions about one layer."""
    return [explain(ALEXNET, "conv2", q, notation) for q in quantities(ALEXNET, "conv2")]


@pytest.mark.parametrize("style", NOTATIONS.values(), ids=NOTATIONS.keys())
@pytest.mark.parametrize("key", ["input", "output"])
def test_an_extent_along_an_axis_looks_like_nothing_else(style: Notation, key: str) -> None:
    others = {style.symbol(Name(k)): k for k in PLAIN if k != key}
    for rank in (1, 2, 3):
        for axis in range(rank):
            found = style.symbol(Name(key, axis, rank))
            assert found not in others, others.get(found)


def test_text() -> None:
    assert written(explain(LENET, "conv1", "parameters")) == (
        "How many parameters does conv1 learn?\n"
        "  conv (kernel 5, filters 8) on 32x32x3\n"
        "\n"
        "  weights = k·k·C·C_out = 5·5·3·8 = 600\n"
        "  biases = C_out = 8\n"
        "  parameters = weights + biases = 600 + 8 = 608\n"
        "\n"
        "  Answer: 608\n"
        "\n"
        "  where k = 5 kernel size; C = 3 channels of the input; C_out = 8 filters\n"
        "\n"
        "  Why:\n"
        "    - A filter is as deep as its input: it reads all 3 channels at once.\n"
        "    - The same weights are used at every position, so the size of the image does\n"
        "      not matter.\n"
        "    - There is one bias per filter, not one per layer or per position: it is\n"
        "      added wherever the filter is applied.\n"
    )


@pytest.mark.parametrize(
    ("notation", "formula"),
    [
        ("plain", "n_out = ⌊(n + 2p - k) / s⌋ + 1 = ⌊(32 + 2·0 - 5) / 1⌋ + 1 = ⌊27/1⌋ + 1"),
        ("ng", "n^[l] = ⌊(n^[l-1] + 2p - f) / s + 1⌋ = ⌊(32 + 2·0 - 5) / 1 + 1⌋"),
        ("cs231n", "W₂ = (W₁ - F + 2P) / S + 1 = (32 - 5 + 2·0) / 1 + 1 = 27/1 + 1"),
        ("bologna", "W_out = (W + P - K) / S + 1 = (32 + 0 - 5) / 1 + 1 = 27/1 + 1"),
        ("keras", "new_size = ⌊(size + 2·padding - kernel_size) / strides⌋ + 1"),
        ("pytorch", "out_size = ⌊(in_size + 2·padding - dilation·(kernel_size - 1) - 1) / stride"),
    ],
)
def test_every_notation_writes_the_size_in_its_own_way(notation: str, formula: str) -> None:
    text = written(explain(LENET, "conv1", "output", notation), "text", 300)
    assert formula in text


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_text_keeps_to_the_width_but_for_formulas(notation: str, width: int) -> None:
    for explanation in every(notation):
        for line in written(explanation, "text", width).splitlines():
            assert len(line) <= width or " = " in line
            assert line == line.rstrip()


def test_a_long_formula_is_broken_at_its_equals_signs() -> None:
    text = written(explain(LENET, "conv1", "output"))
    assert (
        "  n_out = ⌊(n + 2p - k) / s⌋ + 1\n"
        "        = ⌊(32 + 2·0 - 5) / 1⌋ + 1\n"
        "        = ⌊27/1⌋ + 1\n"
        "        = 27 + 1\n"
        "        = 28\n"
        "  C_out = 8\n"
    ) in text


def test_the_receptive_field_is_climbed_in_a_table() -> None:
    text = written(explain(LENET, "fc3", "receptive_field", "ng"))
    assert (
        "  layer  f  s  r_l                  j_l\n"
        "  ─────  ─  ─  ───────────────────  ───────\n"
        "  conv1  5  1  1 + (5 - 1)·1 = 5    1·1 = 1\n"
        "  pool1  2  2  5 + (2 - 1)·1 = 6    1·2 = 2\n"
        "  conv2  5  1  6 + (5 - 1)·2 = 14   2·1 = 2\n"
        "  pool2  2  2  14 + (2 - 1)·2 = 16  2·2 = 4\n"
        "  fc3    5  1  16 + (5 - 1)·4 = 32  0\n"
    ) in text


def test_a_total_is_a_sum_over_layers() -> None:
    text = written(explain(LENET, "", "parameters"))
    assert "  parameters = Σ parameters_l = 608 + 3,216 + 48,120 + 10,164 + 850" in text
    assert "  fc3             48,120\n" in text
    assert "  Answer: 62,958\n" in text


def test_markdown() -> None:
    text = written(explain(LENET, "conv1", "output", "cs231n"), "markdown")
    assert text.startswith("# What size is the output of conv1?\n")
    assert r"W_{2} &= \frac{W_{1} - F + 2P}{S} + 1 \\" in text
    assert "**Answer:** 28x28x8" in text
    assert text.count("$$") % 2 == 0


def test_latex() -> None:
    text = written(explain(LENET, "conv1", "output", "ng"), "latex")
    assert r"n^{[l]} &= \left\lfloor \frac{n^{[l-1]} + 2p - f}{s} + 1 \right\rfloor \\" in text
    assert r"\textbf{Answer:} 28x28x8" in text
    code = written(explain(LENET, "conv1", "weights", "keras"), "latex")
    assert r"\texttt{kernel\_size} \cdot \texttt{kernel\_size} \cdot \texttt{channels}" in code


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="no pdflatex: nothing is typeset")
def test_latex_is_typeset(tmp_path: Path) -> None:
    found = [e for notation in NOTATIONS for e in every(notation)]
    found += [explain(LENET, "fc3", "centre"), explain(LENET, "", "flops")]
    (tmp_path / "sheet.tex").write_text(render(document("AlexNet", found), "latex"), "utf-8")
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"],  # noqa: S607
        cwd=tmp_path,
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout.decode("utf-8", "replace")[-2000:]


@pytest.mark.parametrize("notation", NOTATIONS)
def test_mathml_is_lean_and_well_formed(notation: str) -> None:
    for explanation in every(notation):
        for step in explanation.steps:
            text = equation(explanation.style, step).mathml
            math = ET.fromstring(f"<math>{text}</math>")  # noqa: S314 - our own text
            assert {e.tag for e in math.iter()} <= MATHML
            assert all(len(list(e)) == 2 for e in math.iter("mfrac"))
            assert all(len(list(e)) == 3 for e in math.iter("msubsup"))
            assert len(text) < 9_000


MATHML = frozenset(
    {"math", "mi", "mn", "mo", "mtext", "mrow", "mfrac", "msub", "msup", "msubsup"}
    | {"mtable", "mtr", "mtd", "munder"}
)


class Tags(HTMLParser):
    """Counts that every tag that is opened is closed again."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:  # noqa: ARG002
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_page_is_whole_and_needs_nothing_from_elsewhere() -> None:
    found = [*every("ng"), explain(LENET, "fc3", "receptive_field"), explain(LENET)]
    page = render(document("A & B", found), "html")
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert '<h1 id="a--b">A &amp; B</h1>' in page
    assert page.count("<section>") == len(found)
    assert not re.search(r"https?:|<link|<img", page)
    assert "<mo>=</mo><mn>32</mn>" in page


def test_json_holds_the_trees() -> None:
    text = written(explain(LENET, "conv1", "weights", "ng"), "json")
    data = json.loads(text)
    assert data["schema"] == 1
    (found,) = data["explanations"]
    assert (found["layer"], found["quantity"], found["value"]) == ("conv1", "weights", 600)
    (step,) = found["steps"]
    assert step["formula"] == "f·f·n_c^[l-1]·n_c^[l]"
    assert step["substituted"] == "5·5·3·8"
    assert step["tree"] == {
        "value": 600,
        "operation": "*",
        "arguments": [
            {"value": 5, "symbol": "f"},
            {"value": 5, "symbol": "f"},
            {"value": 3, "symbol": "n_c^[l-1]"},
            {"value": 8, "symbol": "n_c^[l]"},
        ],
    }
    assert found["where"][0] == {
        "symbol": "f",
        "key": "kernel",
        "meaning": "kernel size",
        "value": 5,
    }


def test_fractions_stay_exact_in_data() -> None:
    (found,) = json.loads(written(explain(LENET, "fc3", "centre"), "json"))["explanations"]
    assert found["value"] == ["31/2", "31/2"]
    assert found["answer"] == "15.5"


def test_width_comes_first_where_the_course_has_it_so() -> None:
    net = cnn.loads("{cnn: 1, input: 11x13x3, layers: [{conv: {filters: 2, kernel: 1}, as: it}]}")
    analysis = cnn.analyze(net).analysis
    for notation, shape in (("plain", "11x13x2"), ("cs231n", "13x11x2")):
        text = written(explain(analysis, "it", "output", notation))
        assert f"Answer: {shape}\n" in text


def test_worked_answer_of_the_front_door() -> None:
    worked = cnn.explain("zoo:lecture_000_lenet", "conv1", "macs")
    assert isinstance(worked, cnn.Worked)
    assert worked.value == 470_400
    assert worked.formula == "H_out·W_out·C_out·k·k·C"
    assert str(worked) == worked.render() == worked.render("text")
    assert "<math" in worked._repr_html_()
    for format, start in (("json", "{"), ("markdown", "# "), ("latex", "\\doc"), ("html", "<!")):  # noqa: A001
        assert worked.render(format).startswith(start)
    with pytest.raises(cnn.UsageError, match="there is no format 'pdf'"):
        worked.render("pdf")


def test_columns_of_wide_names_are_aligned_by_cells_not_by_characters() -> None:
    network = cnn.loads(
        "{cnn: 1, input: 9x7x3, layers: [{conv: {filters: 5, kernel: 3}, as: 畳み込み}, "
        "{gap: , as: 名}, {dense: 3, as: añ}]}"
    )
    text = written(explain(cnn.analyze(network).analysis, "", "parameters"))
    rows = text.splitlines()
    start = rows.index("  layer     parameters")
    assert rows[start + 2 : start + 4] == ["  畳み込み  140", "  añ        18"]


def test_legend_says_what_a_symbol_is_and_repeats_no_word() -> None:
    layers = "[{attention: {heads: 2, key_size: 5, window: 7}, as: seen}]"
    net = cnn.loads(f"{{cnn: 1, input: 14x21x10, layers: {layers}}}")
    text = written(explain(cnn.analyze(net).analysis, "seen", "macs"), width=100)
    legend = " ".join(text[text.index("where ") :].partition("\n\n")[0].split())
    assert legend.endswith("h = 2 heads; d_k = 5 head size; window = 7")


def test_what_is_seen_through_offsets_is_not_called_a_statistic() -> None:
    net = cnn.loads(
        "{cnn: 1, input: 9x7x3, layers: [{conv: {filters: 18, kernel: 3, padding: 1}, as: moved}, "
        "{deform_conv: {filters: 5, kernel: 3, padding: 1}, from: [input, moved], as: deformed}]}"
    )
    text = " ".join(written(explain(cnn.analyze(net).analysis, "deformed", "field")).split())
    assert "Also: everything is seen through deformed" in text
    assert (
        "What comes of the whole map (a statistic, a gate, attention, offsets) has a part" in text
    )
