"""Every document is written in every format; a new one of either is found and tested at once."""

from __future__ import annotations

import csv
import json
import pkgutil
import re
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser
from importlib import import_module
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar

import pytest
from markdown_it import MarkdownIt

import cnnanalyze as cnn
import cnnanalyze.report
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.auditing.examine import audit
from cnnanalyze.characters import cells
from cnnanalyze.course.explanations.explain import explain, quantities
from cnnanalyze.course.grading.answers import Paper
from cnnanalyze.course.grading.grade import grade
from cnnanalyze.course.worked_steps.network import work_out
from cnnanalyze.crosscheck.baseline import compare as compare_baseline
from cnnanalyze.crosscheck.baseline import record
from cnnanalyze.crosscheck.budget import check_budgets
from cnnanalyze.crosscheck.closed_forms import find_closed_forms
from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.deployment.deploy import deploy_network
from cnnanalyze.errors import PluginError, UsageError
from cnnanalyze.language.spec import spec_of
from cnnanalyze.layers.base import KINDS
from cnnanalyze.linting.rules import entries
from cnnanalyze.report import audit_document as audits
from cnnanalyze.report import budget as budgets
from cnnanalyze.report import closed_forms, layer_reference, zoo, zoo_plot
from cnnanalyze.report import deployment as deployments
from cnnanalyze.report import sweep as sweeps
from cnnanalyze.report import verification_document as verified
from cnnanalyze.report.conventions import conventions
from cnnanalyze.report.convolution.blocks import document as convolved
from cnnanalyze.report.convolution.step_selection import Shown
from cnnanalyze.report.derivation.blocks import document as explained_all
from cnnanalyze.report.difference import difference
from cnnanalyze.report.document import (
    Abridged,
    Block,
    Break,
    Code,
    Document,
    Facts,
    Figure,
    Figures,
    Group,
    Heading,
    Headline,
    Headlines,
    Items,
    Paragraph,
    Span,
    Tabular,
    code,
    prose,
)
from cnnanalyze.report.findings import rule_reference
from cnnanalyze.report.formats import OWN_FORMATS
from cnnanalyze.report.formula import Formula
from cnnanalyze.report.graded import document as marks
from cnnanalyze.report.json import dump
from cnnanalyze.report.lecture_facts import document as facts
from cnnanalyze.report.lecture_tables import STYLES
from cnnanalyze.report.lecture_tables import document as draw_table
from cnnanalyze.report.matrices import matrix
from cnnanalyze.report.networks import networks
from cnnanalyze.report.options import Options
from cnnanalyze.report.planes import Plane, Planes
from cnnanalyze.report.sheet import Style
from cnnanalyze.report.sheet import document as solved_sheet
from cnnanalyze.report.summary import summary
from cnnanalyze.report.table import Cell, Status, Table, cells_of
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.writers import FORMATS, Writer, find, known, render, writer
from cnnanalyze.report.writers.markdown import Markdown
from cnnanalyze.report.writers.terminal import Terminal
from tests.course.lectures.lectures import examined
from tests.course.marking import solved
from tests.plug_ins import install, run_beside

SUM = Formula("n + 1", "n + 1", "<mi>n</mi><mo>+</mo><mn>1</mn>")
HOSTILE = "</p> & \\input{x} {_% $a^b ~ #1 | `tick `` *b* [l](m) \x1b[31m \u202e “ü” ≥ 3"
WIDTHS = (40, 80, 100, 200)


def picture() -> str:
    """Return a picture."""
    return '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0"/></svg>'


def hostile() -> Document:
    """Return a document with every block, whose texts mean something to every format."""
    columns = (
        Column("one", HOSTILE, "left", is_code=True),
        Column("two", "number", "right"),
        Column("three", "words", "left"),
    )
    rows = tuple(
        tuple(Cell(text, text) for text in (word, "1,234", f"{HOSTILE} {HOSTILE}"))
        for word in ("a|b", "[1, 2]", "", "`")
    )
    grouped = (columns[0]._replace(role="group"), columns[1], columns[2]._replace(role="remark"))
    return Document(
        HOSTILE,
        (
            Heading(HOSTILE, 1, HOSTILE),
            *(Heading("deep", level) for level in range(2, 9)),
            Paragraph(HOSTILE, HOSTILE),
            Paragraph(prose("Write `a_b` or ``c`d`` or `e|f`, ``` not this `nor.")),
            Facts(((HOSTILE, HOSTILE), (code(HOSTILE), code(HOSTILE)), ("畳み込み", "")), HOSTILE),
            Items((HOSTILE, "", code("x" * 300)), HOSTILE),
            Tabular(Table(columns, rows, rows[0], note=HOSTILE), HOSTILE, ("a&b", "deep")),
            Tabular(Table(columns, ())),
            Tabular(
                Table(columns, rows * 20, statuses=(Status(HOSTILE, "✗", "bad"),) * 80),
                HOSTILE,
                is_folded=True,
                filter=HOSTILE,
            ),
            Tabular(Table(grouped, rows, statuses=(Status("fine", "✓", "good"),) * 4)),
            Headlines((Headline(HOSTILE, HOSTILE, HOSTILE, HOSTILE, HOSTILE),) * 2),
            Figures((Figure(picture, HOSTILE, can_zoom=True), Figure(picture, ""))),
            Abridged(
                lambda: [Heading("deep", 2), Tabular(Table(grouped, rows), filter="a")] * 2,
                lambda: [Paragraph(HOSTILE)],
            ),
            Code(f"{HOSTILE}\n\n  ```\n\\end{{document}}\n", "yaml", HOSTILE),
            Code(HOSTILE),
            Figure(picture, HOSTILE),
            Figure(picture, HOSTILE, lambda _: [[(HOSTILE, "bold")], [("│ ok", "")]]),
            SUM,
            matrix((("1", "a_b|$"), ("", "-1,024"))),
            Paragraph((Span(HOSTILE, tone="strong"), Break(), Span(HOSTILE, tone="bad"), SUM)),
            Tabular(
                Table(
                    (Column("s", "n + 1", "left", formula=SUM),),
                    ((Cell("n + 1", "n + 1", SUM),),),
                )
            ),
            Planes(
                (
                    Plane(
                        HOSTILE[:20], (("1", "<&$|_%"), ("", "-2")), (("in", "wrong"), ("at", ""))
                    ),
                    Plane("b", (("3",),), (("to come",),), "*"),
                )
            ),
            Group(HOSTILE, (Paragraph(HOSTILE), Group((SUM,), (Items((HOSTILE,)), SUM), level=9))),
            Group((Span(HOSTILE), SUM), (Heading("deep", 2), Paragraph(HOSTILE)), fold="open"),
        ),
        lambda: {"text": HOSTILE},
    )


def blocks_of(document: Document, *, in_full: bool = False) -> Iterator[Block]:
    """Yield all blocks of a document, those of groups among them."""
    left = list(document.shown(in_full=in_full))
    while left:
        block = left.pop(0)
        yield block
        if isinstance(block, Group):
            left[:0] = block.blocks
        if isinstance(block, Figures):
            left[:0] = block.figures


def headings_of(document: Document) -> int:
    """Return how many headings a document has in formats that fold nothing."""
    blocks = blocks_of(document)
    return sum(isinstance(b, Heading) or (isinstance(b, Group) and b.level > 0) for b in blocks)


def subjects() -> Iterator[str]:
    """Yield the functions of the report floor that return a document."""
    package = cnnanalyze.report
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if ".writers" in found.name:
            continue
        for name, thing in vars(import_module(found.name)).items():
            if getattr(thing, "__module__", "") == found.name and (
                getattr(thing, "__annotations__", {}).get("return") == "Document"
            ):
                yield f"{found.name}.{name}".removeprefix(f"{package.__name__}.")


LENET = cnn.analyze("zoo:lecture_000_lenet").analysis
HARD_SHEET = (
    "- id: A\n"
    f"  text: {json.dumps(HOSTILE.replace('$', '') + ' of $n_c$')}\n"
    "  convolution: {image: [[1, 2], [3, 4.5]], kernel: [[1, -1]]}\n"
    "  ask: {a: output, b: {find: output, at: [1, 1]}}\n"
    "- {id: B, spec: 'zoo:lecture_000_lenet', find: parameters}\n"
)


@cache
def analysis(name: str) -> Analysis:
    """Return what the rules say of a network of the zoo."""
    return cnn.analyze(f"zoo:{name}").analysis


LIMITED = f"""
cnn: 1
name: {json.dumps(HOSTILE)}
input: 9x7x2
layers: [{{conv: {{filters: 5, kernel: 3}}, as: first}}, relu]
budgets: {{parameters: 3, macs: 1G}}
"""


def open_sizes() -> cnn.Spec:
    """Return a network whose input has sizes that are left open."""
    return cnn.loads("{cnn: 1, input: HxWx3, layers: [{conv: {filters: 7, kernel: 5}}, relu, gap]}")


def limited() -> budgets.Outcome:
    """Return how it stands with a network that is over one of its budgets."""
    found = cnn.analyze(cnn.loads(LIMITED)).analysis
    checks = check_budgets(found, spec_of(found.network).budgets)
    before = record(analysis("lenet5"))
    grown = compare_baseline(before, record(found), Fraction(0))
    return budgets.Outcome(found.network.name, "<b>.yaml", checks, grown)


def swept(**options: Any) -> cnn.Sweep:
    """Return a sweep of which some points are kept, some refused, some over a limit."""
    text = (
        "{cnn: 1, name: family, input: 17x17x3, params: {width: 3, kernel: 3}, layers: "
        "[{conv: {filters: $width, kernel: $kernel}}, relu]}"
    )
    return cnn.sweep(
        cnn.loads(text),
        {"width": [5, 7, 11], "kernel": [3, 19]},
        budgets={"parameters": 300},
        where="width * kernel < 200",
        **options,
    )


def balance_of(name: str) -> Balance:
    """Return what a run of a network showed in which more differs than is printed."""
    found = (Discrepancy(name, "parameters", HOSTILE, "7", "5"),) * 23
    return Balance(name, 3, (("shape", 3), ("parameters", 5)), found, remarks=(HOSTILE,))


SAMPLES: dict[str, Callable[[], tuple[Document, ...]]] = {
    "layer_reference.contents": lambda: (
        layer_reference.contents(),
        layer_reference.contents(whole=True),
    ),
    "layer_reference.explained": lambda: tuple(map(layer_reference.explained, KINDS)),
    "findings.rule_reference.contents": lambda: (
        rule_reference.contents(),
        rule_reference.contents(whole=True),
    ),
    "findings.rule_reference.explained": lambda: tuple(
        rule_reference.explained(rule_reference.find(name)) for name in entries()
    ),
    "derivation.blocks.document": lambda: (
        explained_all("", [explain(LENET, "fc3", "receptive_field")]),
        explained_all(HOSTILE, [explain(LENET, "conv1", q) for q in quantities(LENET, "conv1")]),
    ),
    "lecture_tables.document": lambda: tuple(draw_table(LENET, style) for style in STYLES),
    "sheet.document": lambda: tuple(
        solved_sheet(solved(HARD_SHEET), Style(*style)) for style in ((), (True,), (False, True))
    ),
    "graded.document": lambda: (
        marks(grade(solved(HARD_SHEET), [Paper(HOSTILE, {("A", "a"): HOSTILE}), Paper("B", {})])),
    ),
    "convolution.blocks.document": lambda: (
        convolved(Shown("LeNet", work_out(cnn.load("zoo:edge_detection")))),
    ),
    "lecture_facts.document": lambda: (
        facts([examined("004")]),
        facts([examined("003"), examined("004")]),
    ),
    "hostile": lambda: (hostile(),),
    "summary.summary": lambda: (
        summary(analysis("resnet50"), graph=True),
        summary(analysis("lenet5"), Options(layout="chw", convention="torchinfo")),
    ),
    "networks.networks": lambda: (networks([analysis("vgg11"), analysis("lenet5")], graph=True),),
    "difference_document.document": lambda: (
        difference([analysis("resnet18"), analysis("resnet34")]).document(),
        difference([analysis("vgg11"), analysis("vgg13"), analysis("lenet5")]).document(),
    ),
    "audit_document.document": lambda: (
        audits.document([audit(analysis("resnet50"))]),
        audits.document([audit(analysis("lenet5")), audit(analysis("resnet50"))]),
    ),
    "deployment.document": lambda: (
        deployments.document(deploy_network(cnn.load("zoo:lenet5"))),
        deployments.document(
            deploy_network(cnn.load("zoo:mobilenet_v2"), target="cortex-m7", dtype="mixed"),
        ),
    ),
    "verification_document.document": lambda: (
        verified.document([cnn.verify(cnn.loads(LIMITED))]),
        verified.document([*map(balance_of, ("tiny", HOSTILE))], [UsageError(HOSTILE)]),
    ),
    "budget.document": lambda: (budgets.document([limited(), limited()]),),
    "closed_forms.describe": lambda: (closed_forms.describe(find_closed_forms(open_sizes())),),
    "closed_forms.explain": lambda: (
        closed_forms.explain(find_closed_forms(open_sizes()), "", "macs"),
        closed_forms.explain(find_closed_forms(open_sizes()), "conv1"),
    ),
    "conventions.conventions": lambda: (
        conventions([analysis("lenet5")]),
        conventions([analysis("lenet5"), analysis("vgg11")]),
    ),
    "zoo_plot.document": lambda: (
        zoo_plot.document(zoo.entries(cnn.zoo(), zoo.Wanted(name="vgg")), [LENET]),
    ),
    "sweep.document": lambda: (
        sweeps.document(swept().summary),
        sweeps.document(swept(pareto=["macs", "receptive_field:most"]).summary),
    ),
    "sweep.explain": lambda: (sweeps.explain(swept().plan, 0), sweeps.explain(swept().plan, 4)),
    "zoo.document": lambda: (zoo.document(zoo.entries(cnn.zoo(), zoo.Wanted(name="vgg"))),),
}


def test_every_subject_has_a_sample() -> None:
    lacking = set(subjects()) - set(SAMPLES)
    assert lacking == set(), "SAMPLES in this file needs a document of each, such as somebody gets"
    assert set(SAMPLES) - {*subjects(), "hostile"} == set()


@pytest.fixture(params=SAMPLES, scope="module")
def documents(request: pytest.FixtureRequest) -> tuple[Document, ...]:
    return SAMPLES[request.param]()


# --- every format ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known(tables=True))
def test_every_document_is_written_in_every_format(
    documents: tuple[Document, ...], name: str
) -> None:
    for document in documents:
        if find(name).is_tabular and document.table is None:
            with pytest.raises(UsageError, match="is not a table, and csv writes tables only"):
                render(document, name)
            continue
        text = render(document, name)
        if name == "csv":
            text = text.replace("\r\n", "\n")
        if name != "json":  # what writes its data to a terminal escapes them
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", text)
        if (check := CHECKS.get(name)) is not None:
            check(text, document)


def check_markdown(text: str, document: Document) -> None:
    """Check that tables are tables, and that nothing else became anything."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    kinds = Counter(token.type for token in tokens)
    tables = [b for b in blocks_of(document) if isinstance(b, Tabular)]
    assert kinds["table_open"] == len(tables)
    assert kinds["tr_open"] == sum(
        1 + min(len(t.table.rows), 50 if t.is_folded else 1_000) + bool(t.table.foot)
        for t in tables
    )
    assert kinds["th_open"] == sum(len(t.on_paper.headings) for t in tables)
    assert kinds["heading_open"] == headings_of(document)
    assert kinds["fence"] == sum(
        isinstance(b, Code) or (isinstance(b, Figure) and b.outline is not None)
        for b in blocks_of(document)
    )
    assert kinds["html_block"] == 2 * sum(t.is_folded for t in tables)
    for line in text.splitlines():
        if line.startswith("| "):
            bars = len(re.findall(r"(?<!\\)\|", line)) - 1
            assert bars in {len(t.on_paper.headings) for t in tables}


def check_latex(text: str, document: Document) -> None:
    """Check that braces and environments are balanced, and that no text is obeyed."""
    if document.table is not None:
        tables = sum(isinstance(block, Tabular) for block in document.shown(in_full=False))
        assert len(re.findall(r"\\begin\{(?:tabular|longtable)\}", text)) == tables
        text = "\n".join(line for line in text.splitlines() if not line.startswith("%"))
    bare = re.sub(r"\\[\\{}%&$#_]", "", text.replace(r"\\", ""))
    depth = 0
    for sign in bare:
        depth += {"{": 1, "}": -1}.get(sign, 0)
        assert depth >= 0
    assert depth == 0
    opened: list[str] = []
    for word, name in re.findall(r"\\(begin|end)\{([a-z]+)\}", text):
        if word == "begin":
            opened.append(name)
        else:
            assert opened.pop() == name
    assert opened == []
    assert not re.search(r"[#%]", bare)
    assert r"\input" not in text
    assert bare.count("$") % 2 == 0
    assert not re.search(r"\\\\\s*\[", text), "a bracket there is the distance to the next row"


class Tree(HTMLParser):
    """Reads a page strictly: what is opened is closed, in its order."""

    EMPTY: ClassVar = {"meta", "br", "path", "input", "wbr"}

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        self.count: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        self.count[tag] += 1
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"href", "src"}:
                self.links.append(value or "")
        if tag not in self.EMPTY:
            self.opened.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close an element."""
        if tag not in self.EMPTY:
            assert self.opened.pop() == tag


def check_html(text: str, document: Document) -> None:
    """Check that the page is well formed, and asks nobody for anything."""
    if document.page is not None:  # its tests are in the folder of pages
        assert text == document.page()
        return
    tree = Tree()
    tree.feed(text)
    assert tree.opened == []
    tables = [b for b in blocks_of(document, in_full=True) if isinstance(b, Tabular)]
    assert tree.count["table"] == len(tables)
    assert tree.count["td"] == sum(
        sum(head.role != "group" for head in t.compact.headings)
        * (len(t.table.rows) + bool(t.table.foot))
        for t in tables
    )
    assert text.count('<input type="search"') == sum(bool(t.filter) for t in tables)
    assert text.count(" data-ranges=") == sum(t.has_ranges for t in tables)
    numbers = text.count('<input type="number"')
    assert tree.count["input"] == text.count('<input type="search"') + numbers
    assert bool(numbers) == any(t.has_ranges for t in tables)
    assert all(link.startswith("#") for link in tree.links)
    assert "default-src 'none'" in text
    assert not re.search(r"@import|url\(|<link|<iframe|<img", text)
    if document.title != HOSTILE:
        assert max(Counter(tree.ids).values()) == 1
        assert {link[1:] for link in tree.links} <= set(tree.ids)


def check_json(text: str, document: Document) -> None:
    """Check that the data are those of the subject."""
    assert json.loads(text) == json.loads(dump(document.data()))


def check_csv(text: str, document: Document) -> None:
    """Check that there is a line for each row, under the keys of the columns."""
    assert document.table is not None
    table = document.table()
    first, *rows = csv.reader(StringIO(text))
    assert first == [heading.key for heading in table.headings]
    assert len(rows) == len(table.rows)


CHECKS: dict[str, Callable[[str, Document], None]] = {
    "markdown": check_markdown,
    "latex": check_latex,
    "html": check_html,
    "json": check_json,
    "csv": check_csv,
}


@pytest.mark.parametrize("width", WIDTHS)
def test_lines_fit_the_terminal(documents: tuple[Document, ...], width: int) -> None:
    for document in documents:
        fixed = {  # what can be copied is not broken
            cell.text
            for block in blocks_of(document)
            if isinstance(block, Tabular)
            for row in block.table.rows
            for cell, head in zip(row, block.table.headings, strict=True)
            if head.is_code
        }
        for line in render(document, "text", width).splitlines():
            assert cells(line) <= width or line.startswith("    ") or line.strip() in fixed, line


def test_columns_of_words_are_broken_and_at_last_become_lines() -> None:
    table = Table(
        (Column("a", "name", "left", is_code=True), Column("b", "meaning", "left")),
        ((Cell("kernel", "kernel"), Cell("", "the size of the window along every axis")),),
    )
    document = Document("t", (Tabular(table, "Attributes"),), dict)
    assert render(document, "text", 40) == (
        "Attributes:\n"
        "  name    meaning\n"
        "  ──────  ──────────────────────────────\n"
        "  kernel  the size of the window along\n"
        "          every axis\n"
    )
    assert render(document, "text", 20) == (
        "Attributes:\n  name\n  kernel\n    meaning: the\n      size of the\n      window along\n"
        "      every axis\n"
    )


SIZE = Formula(
    "n_out = (n - k) + 1 = 28",
    r"n_{\text{out}} = (n - k) + 1 = 28",
    "<mi>n</mi>",
    sides=("n_out", "= (n - k) + 1", "= 28"),
)
ANSWER = Document(
    "t",
    (
        Group(
            (Span("valid = "), Span("28", tone="good")),
            (
                Paragraph((Span("where "), SUM, Break(), Span("and so on"))),
                Group("Why?", (Items(("It is so.",)), SIZE, SUM), level=3),
            ),
            fold="closed",
        ),
    ),
    dict,
)


def test_a_group_is_set_in_below_its_title() -> None:
    assert render(ANSWER, "text", 80) == (
        "valid = 28\n"
        "  where n + 1\n"
        "  and so on\n"
        "\n"
        "  Why?\n"
        "      - It is so.\n"
        "\n"
        "    n_out = (n - k) + 1 = 28\n"
        "    n + 1\n"
    )


def test_a_long_formula_is_broken_before_its_equals_signs() -> None:
    assert render(Document("t", (SIZE,), dict), "text", 22) == ("n_out = (n - k) + 1\n      = 28\n")


def test_styles_of_a_terminal_follow_the_words_into_the_next_line() -> None:
    words = (Span("one two "), Span("three four five", tone="bad"), Span(" six"))
    lines = list(Terminal(20).lines((Paragraph(words),)))
    assert lines == [
        [("one two ", ""), ("three four", "bold red")],
        [("five ", "bold red"), ("six", "")],
    ]


def test_a_group_in_markdown_latex_and_on_a_page() -> None:
    assert render(ANSWER, "markdown") == (
        "**valid =** 28\n\nwhere $n + 1$\\\nand so on\n\n### Why?\n\n- It is so.\n\n"
        "$$\nn_{\\text{out}} = (n - k) + 1 = 28\n$$\n\n$$\nn + 1\n$$\n"
    )
    assert (
        "\\textbf{valid = }28\n\nwhere $n + 1$\\\\{}\nand so on\n\n\\subsubsection*{Why?}\n"
    ) in render(ANSWER, "latex")
    page = render(ANSWER, "html")
    assert '<details><summary>valid = <span class="good">28</span></summary>\n' in page
    assert "<section>\n<h2>Why?</h2>" in page
    assert "<math><mi>n</mi><mo>+</mo><mn>1</mn></math><br>and so on" in page


def test_headings_that_are_called_alike_have_anchors_of_their_own() -> None:
    document = Document("t", (Heading("Ada", 2), Heading("Ada", 2)), dict)
    page = render(document, "html")
    assert '<h2 id="ada">Ada</h2>' in page
    assert '<h2 id="ada-1">Ada</h2>' in page
    assert '<a href="#ada-1">Ada</a>' in page


def test_a_page_has_one_title_and_no_heading_deeper_than_the_one_above_allows() -> None:
    table = Table((Column("n", "n", "right"),), (cells_of("1"),))
    blocks = (
        Heading("One", 3),
        Tabular(table, "Numbers"),
        Heading("Deeper", 5),
        Heading("Two", 3),
        Tabular(table, "Numbers"),
        Tabular(table, "Numbers"),
    )
    page = render(Document("Both", blocks, dict), "html")
    assert re.findall(r"<(h\d) id=[^>]*>([^<]*)", page) == [
        ("h1", "Both"),
        ("h2", "One"),
        ("h3", "Deeper"),
        ("h2", "Two"),
        ("h2", "Keys"),
    ]
    # What scrolls has a name that nothing else on the page has.
    names = re.findall(r'role="region" aria-label="([^"]*)"', page)
    assert names == ["Numbers: One", "Numbers: Two", "Numbers: Two (2)"]
    titled = render(Document("Both", (Heading("Both, in full", 3),), dict), "html")
    assert re.findall(r"<(h\d) id=[^>]*>([^<]*)", titled)[0] == ("h1", "Both, in full")


def test_on_a_page_words_of_a_program_are_broken_and_code_can_be_scrolled() -> None:
    blocks = (Code("a", "text"), Code("a: 1", "yaml"), SIZE)
    page = render(Document("t", blocks, dict), "html")
    assert '<pre class="code"><code class="language-text">a</code>' in page
    assert '<pre class="code" tabindex="0"><code class="language-yaml">a: 1</code>' in page
    assert '<div class="math" tabindex="0">' in page


def test_a_page_carries_the_data_if_the_document_says_so() -> None:
    page = render(Document("t", (), dict, lambda: {"a": "</script>"}), "html")
    assert '<script type="application/json" id="result">{"a":"\\u003c/script>"}</script>' in page


STATUSES = Document(
    "t",
    (
        Heading("Layers", 2),
        Tabular(
            Table(
                (
                    Column("source", "source", "left", role="group"),
                    Column("layer", "layer", "left"),
                    Column("verdict", "verdict", "left", role="status"),
                    Column("why", "why", "left", role="remark"),
                    Column("change", "change", "right"),
                ),
                (
                    cells_of("paper", "stage1/conv1", "added", "", Cell(1024, "+1,024")),
                    cells_of("paper", "fc", "wrong", "one\ntwo", Cell(-7, "−7")),
                    cells_of("thesis", "fc", "wrong", "one", Cell(0, "")),
                ),
                statuses=(
                    Status("new", "+", "good"),
                    Status("wrong", "✗", "bad"),
                    Status("wrong", "✗", "bad"),
                ),
            ),
            filter="wrong fc",
        ),
    ),
    dict,
)


def test_a_row_with_a_status_has_its_sign_where_the_format_shows_one() -> None:
    assert render(STATUSES, "text", 80).splitlines()[2:] == [
        "source  layer           verdict  change",
        "──────  ──────────────  ───────  ──────",
        "paper   + stage1/conv1  added    +1,024",
        "paper   ✗ fc            wrong        −7",
        "    one",
        "    two",
        "thesis  ✗ fc            wrong",
        "    one",
    ]
    assert "| paper  | ✗ fc           | wrong   | one; two |     −7 |\n" in render(
        STATUSES, "markdown"
    )
    assert "  paper & + stage1/conv1 & added &  & +1,024 \\\\\n" in render(STATUSES, "latex")
    page = render(STATUSES, "html")
    assert (
        '<tr data-status="new"><td>stage1/conv1</td>'
        '<td><span class="verdict good">+ added</span></td><td></td>'
        '<td class="n" data-value="1024">+1,024</td></tr>\n'
    ) in page
    assert "<td><ul><li>one</li><li>two</li></ul></td>" in page


def test_rows_of_a_group_stand_below_its_name_on_a_page() -> None:
    page = render(STATUSES, "html")
    heads = re.findall(r'<tr class="group"><th scope="rowgroup" colspan="4">(\w+)</th></tr>', page)
    assert heads == ["paper", "thesis"]
    assert page.count("<tbody>") == 2
    assert " data-sortable>" not in page  # rows would leave their group


def test_a_table_that_can_be_filtered_has_a_box_for_it_and_an_anchor_of_its_own() -> None:
    heading, table = STATUSES.blocks
    page = render(Document("t", (heading, table, table), dict), "html")
    assert re.findall(r'<table id="([^"]+)"', page) == ["layers-table", "layers-table-2"]
    assert re.findall(r'data-filter="([^"]+)"', page) == ["layers-table", "layers-table-2"]
    assert page.count('placeholder="Filter, such as wrong fc"') == 2
    assert page.count(" data-main") == page.count(" data-filter-box ") == 1


LARGE = Document(
    "t",
    (
        Headlines((Headline("macs", "MACs", "+5 %", "40 → 42", "+2"),)),
        Figures((Figure(picture, "before", can_zoom=True), Figure(picture, "after"))),
    ),
    dict,
)


def test_headlines_are_large_on_a_page_and_facts_elsewhere() -> None:
    assert render(LARGE, "text", 80) == "MACs  +5 %: 40 → 42; +2\n\n[before]\n\n[after]\n"
    assert render(LARGE, "markdown") == "- MACs: +5 %: 40 → 42; +2\n\n*before*\n\n*after*\n"
    assert "\\item[{MACs}] +5 \\%: 40 $\\to$ 42; +2\n" in render(LARGE, "latex")
    assert '<span class="number">+5 %</span> <span class="exact">40 → 42</span>' in render(
        LARGE, "html"
    )


def test_pictures_are_side_by_side_on_a_page_and_those_that_can_be_zoomed_have_a_script() -> None:
    page = render(LARGE, "html")
    assert page.count('<div class="beside">') == 1
    assert (
        page.count('<div class="scroll drawing"') == page.count('<div class="scroll picture"') == 1
    )
    assert "startZoom" in page
    assert "startZoom" not in render(ANSWER, "html")


def test_what_is_abridged_is_whole_where_it_can_be_filtered() -> None:
    both = Abridged(lambda: [Paragraph("All of it.")], lambda: [Paragraph("Some.")])
    document = Document("t", (both,), dict)
    assert render(document, "text") == render(document, "markdown") == "Some.\n"
    page = render(document, "html")
    assert "All of it." in page
    assert "Some." not in page


def test_planes_stand_side_by_side_and_below_one_another_where_it_is_narrow() -> None:
    window = Plane("image", (("1", "2", "3"), ("4", "5", "6")), (("in", "in", ""),) * 2)
    output = Plane("output", (("-12345", "0"),), (("at", "to come"),), "→")
    document = Document("t", (Planes((window, output)),), dict)
    assert render(document, "text", 80) == (
        "image      output\n[1 2]3     [-12345]     .\n[4 5]6\n"
    )
    assert render(document, "text", 20) == ("image\n[1 2]3\n[4 5]6\noutput\n[-12345]     .\n")
    assert render(document, "markdown") == (
        "$$\n\\underset{\\text{image}}{\\begin{bmatrix} "
        "\\mathbf{\\underline{1}} & \\mathbf{\\underline{2}} & 3 \\\\ "
        "\\mathbf{\\underline{4}} & \\mathbf{\\underline{5}} & 6 \\end{bmatrix}} \\to "
        "\\underset{\\text{output}}{\\begin{bmatrix} \\boxed{-12345} & \\cdot \\end{bmatrix}}\n$$\n"
    )


# --- the registry ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", known(tables=True))
def test_the_table_says_of_a_format_what_its_class_says(name: str) -> None:
    entry, cls = OWN_FORMATS[name], find(name)
    said = (cls.endings, cls.is_tabular)
    assert (entry.endings, entry.is_tabular) == said, f"OWN_FORMATS in {TABLE} says otherwise"


def test_what_every_format_writes_is_checked() -> None:
    own_tests = {"text"}
    unchecked = set(known(tables=True)) - set(CHECKS) - own_tests
    assert unchecked == set(), "CHECKS in this file needs a function that reads what it writes"


def test_an_unknown_format_is_refused_with_the_nearest() -> None:
    with pytest.raises(UsageError) as caught:
        render(hostile(), "markdwon")
    assert str(caught.value) == (
        "error: there is no format 'markdwon'; did you mean 'markdown'?\n"
        f"  help: the formats are {', '.join(known())}"
    )


def test_a_format_that_lacks_a_block_is_refused() -> None:
    with pytest.raises(PluginError, match=r"format 'acme.bad' lacks code, facts\(\)"):

        @writer("acme.bad")
        class Bad(Writer):
            """Has no word for code and facts."""

            heading, paragraph, items = Markdown.heading, Markdown.paragraph, Markdown.items
            tabular, figure, formula = Markdown.tabular, Markdown.figure, Markdown.formula


def test_a_format_of_another_package_needs_a_dot() -> None:
    with pytest.raises(PluginError, match=r"format 'wiki' of .* carries no dot"):
        writer("wiki")(type("Wiki", (Markdown,), {}))


WIKI = '''
from cnnanalyze.report.writers import writer
from cnnanalyze.report.writers.markdown import Markdown


@writer("acme.wiki", ".wiki")
class Wiki(Markdown):
    """Headings of another kind."""

    def heading(self, block):
        return f"{'=' * block.level} {block.text} {'=' * block.level}"
'''


@pytest.fixture
def wiki() -> Iterator[str]:
    """Register a format as a plug-in does."""
    with FORMATS.scoped():
        exec(WIKI, {"__name__": "acme_wiki"})  # noqa: S102 - as an import of the package would
        yield "acme.wiki"


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", SAMPLES)
def test_a_format_of_a_plugin_writes_every_subject(wiki: str, name: str) -> None:
    assert wiki in known()
    for document in SAMPLES[name]():
        text = render(document, wiki)
        for block in document.shown(in_full=False):
            if isinstance(block, Heading):
                sign = "=" * block.level
                assert f"{sign} {block.text} {sign}\n" in text


def test_a_format_of_an_installed_package_is_taken_by_its_name_and_its_ending(
    tmp_path: Path,
) -> None:
    install(tmp_path, "formats", "acme", "acme_wiki", WIKI)

    def run(*words: str) -> str:
        done = run_beside(tmp_path, *words)
        return done.stdout + done.stderr

    assert run("layers", "conv", "--format", "acme.wiki").startswith("= conv =\n\nConvolution")
    assert run("rule", "CV003", "-o", "rule.wiki") == ""
    assert (tmp_path / "rule.wiki").read_text().startswith("= CV003 even-kernel =\n")
    refused = run("rule", "CV003", "--format", "acme.wikki")
    assert "there is no format 'acme.wikki'; did you mean 'acme.wiki'?" in refused


def test_every_writer_of_this_package_is_in_the_table() -> None:
    folder = Path(cnnanalyze.report.__file__).parent / "writers"
    decorated = {
        found[1]
        for path in folder.glob("*.py")
        if (found := re.search(r'^@writer\("(\w+)"', path.read_text("utf-8"), re.MULTILINE))
    }
    in_table = {name for name in FORMATS.words() if "." not in name}
    assert decorated == in_table, f"OWN_FORMATS in {TABLE} lacks or invents some"


TABLE = "cnnanalyze/report/formats.py"
