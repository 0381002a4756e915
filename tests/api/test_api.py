"""The commands as functions of Python: each gives a result that can be asked, shown and written."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.cli.commands import COMMANDS
from tests.conftest import Run

ONE = "{cnn: 1, name: one, input: 13x11x3, layers: [{conv: {filters: 5, kernel: 3}}, relu]}"
OTHER = "{cnn: 1, name: other, input: 13x11x3, layers: [{conv: {filters: 7, kernel: 3}}, relu]}"


def refusal(error: pytest.ExceptionInfo[cnn.CnnError]) -> tuple[str, str]:
    """Return the message of a fault and what it advises."""
    (fault,) = error.value.faults
    return fault.message, fault.help


# --- compare --------------------------------------------------------------------------------------


def test_compare_gives_what_the_command_prints(run: Run, tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(ONE)
    (tmp_path / "other.yaml").write_text(OTHER)
    paths = [tmp_path / "one.yaml", tmp_path / "other.yaml"]
    found = cnn.compare(*paths)
    for form in ("json", "markdown", "html"):
        outcome = run("compare", *paths, "--format", form)
        assert outcome.out == found.render(form)
    assert json.loads(found.render("json")) == found.to_dict()


def test_compare_tells_what_differs() -> None:
    found = cnn.compare(cnn.loads(ONE), cnn.loads(OTHER))
    assert repr(found) == ("<Difference: other against one: 0 layers added, 0 removed, 2 changed>")
    conv, relu = found.rows()
    assert (conv["layer"], conv["status"], relu["layer"]) == ("conv1", "changed", "relu1")
    # 3 * 3 * 3 weights and a bias for each of 5 filters, and of 7
    assert (conv["parameters_before"], conv["parameters_after"]) == (5 * 28, 7 * 28)
    assert not found.is_empty
    assert cnn.compare(cnn.loads(ONE), cnn.loads(ONE)).is_empty
    assert "<td>conv1</td>" in found._repr_html_()


def test_compare_takes_settings_for_what_is_read() -> None:
    half = cnn.load("zoo:mobilenet_v1", settings={"width": 0.5})
    found = cnn.compare("zoo:mobilenet_v1", "zoo:mobilenet_v1", settings={"width": 0.5})
    assert found.is_empty
    assert found.analyses[0].total.parameters == 1_331_592
    with pytest.raises(cnn.UsageError, match="is read already"):
        cnn.compare("zoo:mobilenet_v1", half, settings={"width": 0.5})


def test_compare_wants_two_networks() -> None:
    with pytest.raises(cnn.UsageError) as error:
        cnn.compare("zoo:lenet5")
    assert refusal(error) == (
        "there is nothing to compare with",
        "cnnanalyze.compare(one, other) takes two",
    )


def test_compare_refuses_unknown_formats() -> None:
    found = cnn.compare(cnn.loads(ONE), cnn.loads(OTHER))
    with pytest.raises(cnn.UsageError) as error:
        found.render("latx")
    message, _ = refusal(error)
    assert message == "there is no format 'latx'; did you mean 'latex'?"


# --- draw -----------------------------------------------------------------------------------------


def test_draw_gives_what_the_command_writes(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "net.svg"
    options = ("--colour", "macs", "--theme", "dark", "--expand", "stage1")
    outcome = run("draw", "zoo:resnet18", "-o", file, *options)
    assert outcome.code == 0
    drawn = cnn.draw("zoo:resnet18", colour="macs", theme="dark", expand="stage1")
    assert drawn.svg == str(drawn) == drawn._repr_html_() == file.read_text("utf-8")
    again = tmp_path / "again.svg"
    drawn.write(again)
    assert again.read_bytes() == file.read_bytes()
    everything = cnn.draw("zoo:resnet18", expand="all")
    assert len(everything.svg) > len(drawn.svg)
    assert len(repr(everything)) < 60


def test_draw_refuses_at_once_what_it_does_not_know() -> None:
    with pytest.raises(cnn.UsageError, match="a drawing has no theme 'drak'"):
        cnn.draw("zoo:lenet5", theme="drak")
    with pytest.raises(cnn.UsageError, match="has no layer or block 'conv9'"):
        cnn.draw("zoo:lenet5", expand=["conv9"])


def test_a_png_is_light_where_the_theme_is_left_to_the_reader(tmp_path: Path) -> None:
    pytest.importorskip("cairosvg", reason="cairosvg is not installed: no PNG was made")
    png = cnn.draw("zoo:lenet5").to_png()
    assert png.startswith(b"\x89PNG")
    assert png == cnn.draw("zoo:lenet5", theme="light").to_png()
    cnn.draw("zoo:lenet5").write(tmp_path / "net.png")
    assert (tmp_path / "net.png").read_bytes() == png


# --- audit ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["zoo:lecture_001_lenet", "zoo:lecture_000"])
def test_audit_gives_what_the_command_prints(run: Run, name: str) -> None:
    found = cnn.audit(name)
    for form in ("json", "markdown"):
        assert run("audit", name, "--format", form).out == found.render(form)
    assert json.loads(found.render("json")) == json.loads(json.dumps(found.to_dict()))


@pytest.mark.thorough
def test_audit_tells_what_became_of_every_figure() -> None:
    found = cnn.audit("zoo:lecture_001_lenet", "zoo:lectures")
    assert found.is_fine
    assert repr(cnn.audit("zoo:lecture_001_lenet")) == (
        "<AuditResult: 44 figures (holds 37, wrong 7)>"
    )
    assert len(found.lectures) == 5
    outcomes = [row["outcome"] for row in found.rows()]
    assert len(outcomes) == 44 + sum(len(one.rows) for one in found.lectures)
    assert len(repr(found)) < 100
    assert found._repr_html_().count("<tr>") == 1 + 200


def test_audit_finds_a_figure_that_does_not_hold() -> None:
    spec = cnn.loads(
        "{cnn: 1, name: net, input: 9x7x1, layers: [bn],"
        " expect: [{source: me, total: {parameters: 4}}]}"
    )
    found = cnn.audit(spec)
    (row,) = found.rows()
    assert not found.is_fine
    # scale and shift of one channel; the statistics, too, make four
    assert (row["printed"], row["computed"], row["source"]) == ("4", "2", "me")


# --- gallery --------------------------------------------------------------------------------------


def test_gallery_writes_what_the_command_writes(run: Run, tmp_path: Path) -> None:
    assert run("gallery", "zoo:lenet5", "-o", tmp_path / "pages", "--jobs", 1).code == 0
    made = cnn.gallery("zoo:lenet5")
    assert made.differences(tmp_path / "pages") == ()
    (tmp_path / "pages" / "lenet5.html").write_text("changed", "utf-8")
    (tmp_path / "pages" / "index.html").unlink()
    assert [line.split()[0] for line in made.differences(tmp_path / "pages")] == [
        "missing",
        "different",
    ]
    made.write(tmp_path / "pages")
    assert made.differences(tmp_path / "pages") == ()
    assert len(repr(made)) < 60


def test_gallery_refuses_two_pages_of_one_name(tmp_path: Path) -> None:
    (tmp_path / "lenet5.yaml").write_text(ONE)
    with pytest.raises(cnn.UsageError, match=r"would share the page lenet5\.html"):
        cnn.gallery("zoo:lenet5", tmp_path / "lenet5.yaml")
    with pytest.raises(cnn.UsageError, match="'jobs' is a whole number from 1 on, not 0"):
        cnn.gallery("zoo:lenet5", jobs=0)


# --- all results ----------------------------------------------------------------------------------


@cache
def result_of(name: str) -> object:
    """Return what a function gives for something large of its sort."""
    match name:
        case "convolve":
            return cnn.convolve([[n * m for n in range(97)] for m in range(89)], "vertical-edge")
        case "explain":
            return cnn.explain("zoo:resnet50", "", "parameters")
        case "solve":
            return cnn.solve("zoo:first_course")
        case "grade":
            return cnn.grade("zoo:first_course", {"filters.parameters": "270"}, {})
        case "compare":
            return cnn.compare("zoo:resnet18", "zoo:resnet50")
        case "lint":
            return cnn.lint("zoo:resnet50", "zoo:m5", profile="strict")
        case "verify":
            return cnn.verify(cnn.loads(ONE))
        case "analysis":
            return cnn.analyze("zoo:resnet50").analysis
        case "gallery":
            return cnn.gallery("zoo:lenet5")
        case "export":
            return cnn.export("zoo:lenet5")
        case "draw":
            return cnn.draw("zoo:lenet5")
        case _:
            return getattr(cnn, name)("zoo:resnet50")


WITH_ROWS = ["analyze", "audit", "compare", "gallery", "grade", "lint", "solve", "verify"]
RESULTS = [*WITH_ROWS, "analysis", "convolve", "draw", "explain", "export"]


@pytest.mark.parametrize("name", RESULTS)
def test_a_result_is_told_in_one_short_line(name: str) -> None:
    told = repr(result_of(name))
    assert told.startswith("<")
    assert "\n" not in told
    assert len(told) < 160


@pytest.mark.parametrize("name", [name for name in RESULTS if name != "analysis"])
def test_a_notebook_shows_a_result(name: str) -> None:
    result: Any = result_of(name)
    assert result._repr_html_().startswith("<")


@pytest.mark.parametrize("name", WITH_ROWS)
def test_rows_of_a_result_have_the_same_columns(name: str) -> None:
    result: Any = result_of(name)
    rows = list(result.rows())
    assert len({tuple(row) for row in rows}) == 1
    pandas = pytest.importorskip("pandas", reason="pandas is not installed: no data frame was made")
    frame = result.to_pandas()
    assert isinstance(frame, pandas.DataFrame)
    assert list(frame.columns) == list(rows[0])
    assert len(frame) == len(rows)


def test_rows_of_a_report_add_up_to_its_totals() -> None:
    report = cnn.analyze("zoo:resnet50")
    rows = list(report.rows())
    assert sum(row["parameters"] for row in rows) == report.total.parameters == 25_557_032
    assert sum(row["macs"] for row in rows) == report.total.operations("mac")


def test_rows_of_findings_have_places(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text("cnn: 1\ninput: 5x5x1\nlayers:\n- relu\n- relu\n")
    (row,) = cnn.lint(path, select="NA003").rows()
    assert (row["file"], row["line"], row["column"], row["code"]) == (str(path), 5, 3, "NA003")
    assert repr(cnn.lint(path, select="NA003")) == "<LintResult: 1 finding in 1 spec (warning 1)>"
    assert repr(cnn.lint(path, select="CV")) == "<LintResult: nothing found in 1 spec>"


FUNCTIONS = [name for name in cnn.__all__ if inspect.isfunction(getattr(cnn, name))]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_what_a_function_returns_is_public(name: str) -> None:
    given = str(inspect.signature(getattr(cnn, name)).return_annotation)
    no_classes = {"Any", "Callable", "Path", "LayerClass", "RuleClass"}  # two are variables
    classes = set(re.findall(r"\b[A-Z]\w+", given)) - no_classes
    assert classes <= set(cnn.__all__)


# --- every command is a function ------------------------------------------------------------------

FUNCTION_OF = {
    "summary": "analyze",
    "draw": "draw",
    "export": "export",
    "report": "Report.to_html",
    "compare": "compare",
    "sweep": "sweep",
    "deploy": "deploy",
    "import": "from_onnx",
    "gallery": "gallery",
    "verify": "verify",
    "audit": "audit",
    "lint": "lint",
    "check": "check",
    "budget": "budget",
    "explain": "explain",
    "convolve": "convolve",
    "solve": "solve",
    "grade": "grade",
    "zoo": "zoo_table",
    "layers": "layer_kinds",
    "rule": "lint_rules",
    "schema": "schema",
}
"""By command: what gives the same in Python."""


def test_every_command_is_a_function() -> None:
    assert list(FUNCTION_OF) == list(COMMANDS), (
        "FUNCTION_OF in this file says in the order of COMMANDS which function of cnnanalyze/api "
        "gives what a command gives"
    )
    for name in FUNCTION_OF.values():
        thing: Any = cnn
        for part in name.split("."):
            thing = getattr(thing, part)
        assert inspect.isfunction(thing), name


def test_every_command_is_in_the_table_of_the_guide() -> None:
    guide = Path(__file__).parents[2] / "docs" / "guides" / "python.md"
    rows = [line for line in guide.read_text("utf-8").splitlines() if line.startswith("| `")]
    told = {word for row in rows for word in re.findall(r"`(\w+)[^`]*`", row.split("|")[1])}
    assert set(COMMANDS) - told == set(), "docs/guides/python.md needs a row with its function"


def test_budget_gives_what_the_command_prints(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(ONE.replace("layers:", "budgets: {parameters: 100}, layers:"))
    found = cnn.budget("net.yaml")
    outcome = run("budget", "net.yaml", "--format", "json")
    assert json.loads(outcome.out) == found.to_dict()
    assert outcome.out == found.render("json")
    assert run("budget", "net.yaml", "--format", "markdown").out == found.render("markdown")
    (row,) = found.rows()
    assert (row["measured"], row["limit"], row["verdict"]) == (5 * 28, 100, "over")
    assert repr(found) == "<BudgetResult: 1 network: not within budget: net.yaml>"
    assert not found.is_kept


def test_budget_writes_a_baseline_and_tells_what_grew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(ONE)
    assert cnn.budget("net.yaml").write_baseline("costs.json") == 1
    Path("net.yaml").write_text(ONE.replace("filters: 5", "filters: 6"))
    grown = cnn.budget("net.yaml", baseline="costs.json")
    assert {row["verdict"] for row in grown.rows() if row["quantity"] == "parameters"} == {"grew"}
    # 6 filters for 5 are 20 % more
    assert cnn.budget("net.yaml", baseline="costs.json", allow=20).is_kept
    assert not cnn.budget("net.yaml", baseline="costs.json", allow="19.9 %").is_kept
    with pytest.raises(cnn.UsageError) as caught:
        cnn.budget("net.yaml", allow=-1)
    assert refusal(caught) == ("'allow' is a percentage, not -1", "for example 2.5 for 2.5 % more")
    with pytest.raises(cnn.UsageError, match=r"there is no baseline .none\.json."):
        cnn.budget("net.yaml", baseline="none.json")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (lambda: cnn.zoo_table(family="LeNet", until=1998), "zoo --family LeNet --until 1998"),
        pytest.param(
            *(lambda: cnn.zoo_table(max_macs="300M"), "zoo --max-macs 300M"),
            marks=pytest.mark.thorough,
        ),
        (lambda: cnn.layer_kinds("conv"), "layers conv"),
        (lambda: cnn.lint_rules("CV003"), "rule CV003"),
        (lambda: cnn.conventions("zoo:lenet5"), "summary zoo:lenet5 --conventions"),
        (lambda: cnn.overview("zoo:vgg11", "zoo:vgg13"), "summary zoo:vgg11 zoo:vgg13"),
    ],
)
def test_listings_give_what_the_command_prints(
    found: Callable[[], cnn.Listing], words: str, run: Run
) -> None:
    listing = found()
    assert list(listing.rows())
    for form in ("json", "markdown"):
        assert run(*words.split(), "--format", form).out == listing.render(form)
    assert json.loads(listing.render("json"))["schema"] == listing.to_dict()["schema"]


def test_listings_of_everything_have_a_row_for_each() -> None:
    assert {row["kind"] for row in cnn.layer_kinds().rows()} >= {"conv", "relu", "lrn"}
    assert {row["code"] for row in cnn.lint_rules().rows()} >= {"CV003", "NA001"}
    assert repr(cnn.lint_rules("CV003")).startswith("<Listing: CV003 even-kernel")


@pytest.mark.thorough
def test_table_of_the_zoo_has_a_row_for_each_network() -> None:
    assert {row["zoo"] for row in cnn.zoo_table().rows()} == set(cnn.zoo())


def test_listings_refuse_as_commands_do() -> None:
    with pytest.raises(cnn.UsageError) as caught:
        cnn.zoo_table(min_macs="lots")
    assert refusal(caught)[1] == "write --min-macs 25M"
    with pytest.raises(cnn.UsageError, match="there is no layer kind 'covn'"):
        cnn.layer_kinds("covn")
    with pytest.raises(cnn.UsageError, match="did you mean 'spec'"):
        cnn.schema("spce")


def test_schema_is_that_of_the_command(run: Run) -> None:
    assert json.loads(run("schema").out) == cnn.schema()
    assert json.loads(run("schema", "--of", "lint").out) == cnn.schema("lint")


def test_equal_networks_are_one_in_a_set() -> None:
    one, again = cnn.loads(ONE), cnn.loads(ONE)
    assert one == again
    assert len({one, again, cnn.loads(OTHER)}) == 2
    assert len({cnn.analyze(one), cnn.analyze(again)}) == 1
    built = cnn.NetworkBuilder("one")
    x = built.conv(built.input(13, 11, 3), filters=5, kernel=3)
    assert len({one.network, built.build(outputs=built.relu(x))}) == 1


# --- fixes, and the drawing below the table -------------------------------------------------------

BIASED = """cnn: 1
input: 7x5x3
layers:
  - conv: {filters: 2, kernel: 3, padding: same}  # stays
  - bn
  - relu
"""


def test_fix_shows_and_writes_what_the_command_does(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ours.yaml", "theirs.yaml"):
        Path(name).write_text(BIASED)
    found = cnn.fix("ours.yaml", select="NA001")
    assert found.diff == run("lint", "ours.yaml", "--select", "NA001", "--diff").out
    assert Path("ours.yaml").read_text() == BIASED
    assert repr(found) == "<FixResult: 1 fix in 1 spec>"
    assert list(found.rows()) == [{"file": "ours.yaml", "fixes": 1, "findings_left": 0}]
    assert [f.code for f in cnn.lint("ours.yaml", select="NA001")] == ["NA001"]
    assert (found.count, len(found.left), found.write()) == (1, 0, 1)
    assert run("lint", "theirs.yaml", "--select", "NA001", "--fix").code == 0
    assert Path("ours.yaml").read_text() == Path("theirs.yaml").read_text()
    assert "bias: false}  # stays" in Path("ours.yaml").read_text()
    assert cnn.fix("ours.yaml", select="NA001").write() == 0


def test_fix_writes_nothing_over_what_changed_in_the_meantime(tmp_path: Path) -> None:
    path = tmp_path / "net.yaml"
    path.write_text(BIASED)
    found = cnn.fix(path, select="NA001")
    path.write_text(BIASED.replace("7x5x3", "9x5x3"))
    with pytest.raises(cnn.UsageError, match="changed by another program in the meantime"):
        found.write()
    assert path.read_text() == BIASED.replace("7x5x3", "9x5x3")


def test_fix_leaves_files_of_the_package_alone() -> None:
    from cnnanalyze.linting.fixes import FixedText

    ((spec, mended),) = cnn.fix("zoo:lenet5").specs
    changed = FixedText(mended.before, cnn.Source(mended.before.name, "x"), 1, mended.result)
    with pytest.raises(cnn.UsageError, match="belongs to cnnanalyze itself and is not changed"):
        cnn.FixResult(((spec, changed),)).write()


def test_fix_refuses_what_is_no_spec(tmp_path: Path) -> None:
    path = tmp_path / "net.onnx"
    path.write_bytes(b"")
    with pytest.raises(cnn.UsageError, match="is not a spec and is not changed") as caught:
        cnn.fix(path)
    assert caught.value.faults[0].help == "'cnnanalyze.lint' says what is found in it"


def test_a_report_draws_the_graph_that_the_command_draws(run: Run) -> None:
    report = cnn.analyze("zoo:lenet5")
    assert run("summary", "zoo:lenet5", "--graph").out == report.render(graph=True, width=100)
    assert run("summary", "zoo:lenet5").out == report.render(width=100)
    assert "○" in report.render(graph=True)
    assert "<svg" in report.render("html", graph=True)
