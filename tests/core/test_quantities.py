"""The table of quantities, and that every view shows every row of it: also one that is new."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.quantities import measure, of_network
from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.comparison.quantity import compared
from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.quantities import BYTES, QUANTITIES, Quantity, Terms, find, known, rows
from cnnanalyze.core.tree import as_tree
from cnnanalyze.course.explanations import layer_questions, network_questions
from cnnanalyze.course.lectures.quantities import LECTURE_QUANTITIES, quantity
from cnnanalyze.course.sheets.questions.layer_pattern import PATTERN
from cnnanalyze.crosscheck.budget import check_budgets
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.drawing.svg import draw
from cnnanalyze.errors import Mark, Source
from cnnanalyze.language.claims import claimed
from cnnanalyze.language.sections import limited, plan_budgets
from cnnanalyze.linting.config_rules import _OWN as _OWN_FACTS
from cnnanalyze.linting.config_rules import declare, facts
from cnnanalyze.linting.declaration import WrittenRule
from cnnanalyze.report.columns import _OWN, column, columns
from cnnanalyze.report.json import bytes_key
from cnnanalyze.report.networks import traits
from cnnanalyze.report.options import Options
from cnnanalyze.report.view import view
from cnnanalyze.schemas import schema_of
from cnnanalyze.schemas.networks import LayerRow, Totals

SPEC = """\
cnn: 1
name: small
input: 7x11x2
layers:
- conv: {filters: 5, kernel: 3}
- bn
"""
"""On the way: 154 numbers, 225 behind the convolution (95 parameters), 225 behind the norm (20)."""

TRANSFERS = Quantity(
    "transfers",
    "numbers read and written",
    "numbers that a layer reads and writes: inputs, outputs and what it holds",
    lambda f, _: sum(s.count for s in f.node.input_shapes) + f.activations + f.stored,
    question="How many numbers {do} {id} read and write?",
)
LARGEST = Quantity(
    "largest_output",
    "largest output",
    "numbers in the largest output of a layer, for one image",
    lambda f, _: f.activations,
    adds_up=False,
    question="How many numbers are in the largest output of {id}?",
)
GRADIENTS = Quantity(
    "gradient_memory",
    "gradient memory",
    "memory of the gradients of all parameters that training changes",
    lambda f, terms: f.trainable * terms.bytes,
    unit=BYTES,
    question="How many bytes do the gradients of {id} take?",
)
BUS = Quantity(
    "bus_cycles",
    "bus cycles",
    "cycles of a bus that moves one number at a time",
    lambda f, terms: f.activations * terms.batch + f.stored,
    is_exact=False,
)
OF_CONV, OF_NORM = 154 + 225 + 95, 225 + 225 + 20
OF_ALL = OF_CONV + OF_NORM


@pytest.fixture
def transfers(monkeypatch: pytest.MonkeyPatch) -> Quantity:
    """Add a row to the table, and nothing else."""
    monkeypatch.setitem(QUANTITIES, TRANSFERS.key, TRANSFERS)
    return TRANSFERS


@pytest.fixture
def others(monkeypatch: pytest.MonkeyPatch) -> None:
    """Add a maximum, a memory and a model."""
    for row in (LARGEST, GRADIENTS, BUS):
        monkeypatch.setitem(QUANTITIES, row.key, row)


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return a spec in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    Path("net.yaml").write_text(SPEC, "utf-8")
    return "net.yaml"


# --- a new row ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_a_column_of_layers(run: Any, net: str) -> None:
    out = run("summary", net, "--columns", "name,transfers", "--format", "csv").out
    assert list(csv.reader(StringIO(out))) == [
        ["name", "transfers"],
        ["conv1", str(OF_CONV)],
        ["batchnorm1", str(OF_NORM)],
    ]
    shown = run("summary", net, "--all", "--columns", "name,transfers").out
    assert "numbers read and written" in shown
    assert f"total                            {OF_ALL}" in shown
    assert "transfers" in next(csv.reader(StringIO(run("summary", net, "--format", "csv").out)))


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_a_key_in_json(run: Any, net: str) -> None:
    data = json.loads(run("summary", net, "--format", "json").out)
    assert [layer["transfers"] for layer in data["layers"]] == [OF_CONV, OF_NORM]
    assert data["totals"]["transfers"] == OF_ALL
    jsonschema.validate(data, schema_of("summary"))


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_a_column_of_networks(run: Any, net: str) -> None:
    out = run("summary", net, "zoo:lenet5", "--columns", "transfers", "--format", "csv").out
    assert out.split()[:2] == ["transfers", str(OF_ALL)]


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_compared(run: Any, net: str) -> None:
    Path("other.yaml").write_text(SPEC.replace("filters: 5", "filters: 6"), "utf-8")
    data = json.loads(run("compare", net, "other.yaml", "--format", "json").out)
    (pair,) = data["comparisons"]
    more = (45 + 19) + (45 + 45 + 4)  # one map of 5x9 and its numbers
    assert pair["totals"]["transfers"]["change"] == more
    assert [layer["transfers"]["change"] for layer in pair["layers"]] == [64, 94]
    jsonschema.validate(data, schema_of("compare"))
    assert run("compare", net, "other.yaml", "--sort", "transfers").code == 0
    outcome = run("compare", net, "other.yaml", "--fail-on-growth", "transfers=10")
    assert outcome.code == 1
    assert f"small, other.yaml: numbers read and written grew from {OF_ALL} to 1,102" in outcome.err


@pytest.mark.usefixtures("transfers")
def test_a_new_row_can_be_limited(run: Any, net: str) -> None:
    Path(net).write_text(
        f"{SPEC}budgets: {{transfers: 900, layers: {{conv1: {{transfers: 474}}}}}}\n"
    )
    outcome = run("lint", net, "--select", "BG")
    assert outcome.code == 1
    assert (
        "error[BG011] budget-quantity: 944 numbers read and written, 44 over the budget of 900"
        in (outcome.out)
    )
    assert "most of it: conv1 474, batchnorm1 470" in outcome.out
    assert run("budget", net).code == 1
    assert "transfers" in schema_of("spec")["properties"]["budgets"]["properties"]


@pytest.mark.usefixtures("transfers")
def test_a_new_row_can_be_claimed() -> None:
    text = f"{SPEC}expect: [{{source: by hand, total: {{transfers: 944}}, layers: "
    found = check_claims(cnn.analyze(cnn.loads(f"{text}{{conv1: {{transfers: 475}}}}}}]")).analysis)
    assert [(c.computed, c.outcome) for c in found] == [("944", "holds"), ("474", "fails")]


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_known_to_declared_rules(run: Any, net: str) -> None:
    Path("cnnanalyze.toml").write_text(
        '[[lint.rule]]\ncode = "ACME001"\nwhen = "transfers > 470"\n'
        'message = "${transfers} numbers"\n'
    )
    out = run("lint", net, "--select", "ACME001").out
    assert "net.yaml:5:3: warning[ACME001] declared-acme001: 474 numbers" in out
    assert "1 warning" in out


@pytest.mark.usefixtures("transfers")
def test_a_new_row_colours_drawings(run: Any, net: str) -> None:
    assert run("draw", net, "--colour", "transfers", "-o", "net.svg").code == 0
    drawn = Path("net.svg").read_text("utf-8")
    assert ">944<" in drawn  # the norm stands in the box of its convolution
    assert "numbers read and written, up to 944 in a box" in drawn


# --- a new maximum, a new memory, a new model -----------------------------------------------------

COLUMNS = "largest_output,gradient_memory,bus_cycles"


@pytest.mark.usefixtures("others")
def test_rows_of_every_sort_are_columns(run: Any, net: str) -> None:
    out = run("summary", net, "--all", "--columns", f"name,{COLUMNS}").out
    lines = [line.split() for line in out.splitlines()]
    assert ["conv1", "225", "380", "B", "320"] in lines
    assert ["batchnorm1", "225", "40", "B", "245"] in lines
    assert ["total", "225", "420", "B", "565"] in lines
    out = run("summary", net, "zoo:lenet5", "--columns", COLUMNS, "--format", "csv").out
    assert out.splitlines()[1] == "225,420,565"


@pytest.mark.usefixtures("others")
def test_rows_of_every_sort_are_in_json(run: Any, net: str) -> None:
    data = json.loads(run("summary", net, "--format", "json").out)
    assert data["totals"]["largest_output"] == 225
    assert [layer["largest_output"] for layer in data["layers"]] == [225, 225]
    assert data["memory"]["gradient_memory_bytes"] == 420
    assert not re.search("bus_cycles", json.dumps(data))  # models are in tables alone
    jsonschema.validate(data, schema_of("summary"))


@pytest.mark.usefixtures("others")
def test_rows_of_every_sort_colour_drawings(run: Any, net: str) -> None:
    said = {
        "largest_output": "largest output, up to 225 in a box",
        "gradient_memory": "gradient memory in bytes, up to 420 in a box",
        "bus_cycles": "bus cycles, up to 565 in a box",
    }
    for key, words in said.items():
        assert run("draw", net, "--colour", key, "-o", "net.svg").code == 0
        assert words in Path("net.svg").read_text("utf-8")


@pytest.mark.usefixtures("others")
def test_exact_rows_of_every_sort_are_limited_and_claimed(run: Any, net: str) -> None:
    Path(net).write_text(f"{SPEC}budgets: {{largest_output: 220, gradient_memory: 400}}\n")
    out = run("lint", net, "--select", "BG").out
    assert "the largest output is 225, 5 over the budget of 220" in out
    assert "420 bytes of gradient memory (float32), 20 over the budget of 400" in out
    text = f"{SPEC}expect: [{{source: by hand, total: {{largest_output: 225, "
    found = check_claims(cnn.analyze(cnn.loads(f"{text}gradient_memory: 7}}}}]")).analysis)
    assert [(c.computed, c.outcome) for c in found] == [("225", "holds"), ("420", "fails")]
    Path(net).write_text(f"{SPEC}budgets: {{bus_cycles: 5}}\n")
    assert "'budgets' has no 'bus_cycles'" in run("lint", net, "--select", "BG").out


@pytest.mark.usefixtures("others")
def test_a_new_maximum_is_worked_out(run: Any, net: str) -> None:
    out = run("explain", net, "conv1", "largest_output").out
    assert "How many numbers are in the largest output of conv1?" in out
    assert "= H_out·W_out·C_out = 5·9·5 = 225" in out
    out = run("explain", net, "largest_output").out
    assert "= max(" in out
    assert "The number of a network is the largest among its layers." in out
    assert "Answer: 225" in out


@pytest.mark.usefixtures("others")
def test_a_new_maximum_of_many_layers_is_that_of_its_stages(run: Any) -> None:
    out = run("explain", "zoo:resnet18", "largest_output").out
    assert "Answer: 802,816" in out  # 112 · 112 · 64 behind the first convolution
    assert re.search(r"stage4 +25,088\n", out)  # 7 · 7 · 512, and not the sum


@pytest.mark.usefixtures("others")
def test_a_new_memory_is_worked_out(run: Any, net: str) -> None:
    assert "(3·3·2·5 + 5)·4 = 95·4 = 380" in run("explain", net, "conv1", "gradient_memory").out
    out = run("explain", net, "gradient_memory").out
    assert "= 380 + 40 = 420" in out
    assert "Answer: 420 B" in out


@pytest.mark.usefixtures("others")
def test_rows_of_every_sort_can_be_asked_for_on_a_sheet(run: Any, net: str) -> None:
    asked = [
        f"- {{id: {key}{number}, spec: {net}, {of}find: {key}}}\n"
        for key in ("largest_output", "gradient_memory")
        for number, of in enumerate(("", "layer: batchnorm1, "))
    ]
    Path("a.sheet").write_text(f"sheet: 1\nquestions:\n{''.join(asked)}")
    data = json.loads(run("solve", "a.sheet", "--format", "json").out)
    answers = [question["answers"][0]["value"] for question in data["questions"]]
    assert answers == [225, 225, 420, 40]


@pytest.mark.usefixtures("others")
def test_rows_of_every_sort_are_known_to_declared_rules(run: Any, net: str) -> None:
    Path("cnnanalyze.toml").write_text(
        '[[lint.rule]]\ncode = "ACME001"\n'
        'when = "largest_output > 220 and gradient_memory > 40 and bus_cycles > 300"\n'
        'message = "${gradient_memory} bytes"\n'
    )
    out = run("lint", net, "--select", "ACME001").out
    assert "warning[ACME001] declared-acme001: 380 bytes" in out
    assert "1 warning" in out


# --- every row ------------------------------------------------------------------------------------

EVERY = list(QUANTITIES)
NUMBERS = [row.key for row in rows()]
OF_LAYERS = [row.key for row in rows(layers=True)]
EXACT = [row.key for row in rows(exact=True)]


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    """Return a network with norms, joins and blocks."""
    return cnn.analyze("zoo:resnet18").analysis


def number_of(quantity: Quantity, facts: NodeFacts, terms: Terms) -> int:
    """Return the number of a layer; every layer of that network has one."""
    assert quantity.of_layer is not None
    number = quantity.of_layer(facts, terms)
    assert number is not None
    return number


@pytest.mark.parametrize("key", EVERY)
def test_a_row_says_what_it_is(key: str) -> None:
    row = QUANTITIES[key]
    assert row.key == key
    assert row.about[:1].islower(), f"{key}: 'about' begins with a small letter"
    assert not row.about.endswith("."), f"{key}: 'about' ends without a full stop"
    assert row.of_layer or row.of_layers or row.of_axes, f"{key}: no function gives its number"
    assert all(find(word) is row for word in row.words)
    assert row.ask("it").endswith("?"), f"{key}: 'question' ends in a question mark"


def keys_beside_quantities() -> dict[str, set[str]]:
    """Return the keys that views have for other things than quantities of layers."""
    asked = {*layer_questions.QUESTIONS, *network_questions.QUESTIONS}
    return {
        "a key of layers in JSON": set(LayerRow.__annotations__),
        "a key of the totals in JSON": set(Totals.__annotations__),
        "a column": {c.key for c in _OWN},
        "a fact of declared rules": set(_OWN_FACTS),
        "a question": {word for word in asked if (row := known(word)) is None or row.topic != word},
        "a quantity of lectures": set(LECTURE_QUANTITIES),
        "a quantity of sheets": {*PATTERN, "count"},
    }


@pytest.mark.parametrize("key", OF_LAYERS)
def test_no_view_has_the_key_for_something_else(key: str) -> None:
    if QUANTITIES[key].of_axes is not None:
        return
    taken = [view for view, keys in keys_beside_quantities().items() if key in keys]
    assert taken == [], f"'{key}' is already {taken[0]}: the quantity needs another key"


def test_a_key_that_a_view_has_for_something_else_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for key in ("tensors", "uncounted", "share", "position", "kernels", "count"):
        monkeypatch.setitem(QUANTITIES, key, replace(TRANSFERS, key=key))
        with pytest.raises(AssertionError, match=f"'{key}' is already a"):
            test_no_view_has_the_key_for_something_else(key)


@pytest.mark.parametrize("key", OF_LAYERS)
def test_what_differs_between_equal_layers_says_that_it_is_of_their_place(
    analysis: Analysis, key: str
) -> None:
    found: dict[object, set[int]] = {}
    for one in analysis:
        found.setdefault(one.likeness, set()).add(number_of(QUANTITIES[key], one, Terms()))
    differs = any(len(numbers) > 1 for numbers in found.values())
    assert not differs or QUANTITIES[key].of_place, f"{key}: 'of_place=True' is missing"


def test_no_word_means_two_rows() -> None:
    words = [word for row in QUANTITIES.values() for word in dict.fromkeys(row.words)]
    assert len(words) == len(set(words))
    assert len({row.title for row in QUANTITIES.values()}) == len(QUANTITIES)


@pytest.mark.parametrize("key", OF_LAYERS)
@pytest.mark.parametrize("terms", [Terms(), Terms("torchinfo", 3, 2)])
def test_layers_make_the_network(analysis: Analysis, key: str, terms: Terms) -> None:
    quantity = QUANTITIES[key]
    if quantity.of_axes is not None or key == "memory":  # of the last layer; of two sorts together
        return
    each = [number_of(quantity, f, terms) for f in analysis]
    together = sum(each) if quantity.adds_up else max(each)
    if not quantity.is_exact:
        assert of_network(quantity, analysis, terms) == pytest.approx(together, abs=len(each))
    elif terms.convention == "mac" or not quantity.counted:
        assert of_network(quantity, analysis, terms) == together


@pytest.mark.parametrize("key", NUMBERS)
def test_every_row_is_a_column(analysis: Analysis, key: str) -> None:
    quantity = QUANTITIES[key]
    options = Options()
    if quantity.of_axes is None:
        shown = traits(options if key != "operations" else Options(convention="fvcore"))
        assert quantity.title in {t.title for t in shown.values()} or key == "operations"
    if quantity.of_layer is None or quantity.of_axes is not None:
        return
    found = column(key)
    assert found is columns()[found.key] or found.key in columns()
    layer = view(analysis, options, fitting=False)
    assert found.get(layer.rows[0], layer) == number_of(
        quantity, layer.rows[0].facts[0], options.terms
    )
    assert found.total is not None
    assert found.total(layer) == of_network(quantity, analysis, options.terms)


@pytest.mark.parametrize("key", EXACT)
def test_every_exact_row_is_in_json(analysis: Analysis, key: str) -> None:
    quantity = QUANTITIES[key]
    if quantity.of_axes is not None:
        return
    data = cnn.Report(analysis).to_dict()
    number = measure(quantity, analysis.total)
    if quantity.is_memory:
        assert data["memory"][bytes_key(quantity)] == number
        return
    assert data["totals"][key] == number
    if quantity.of_layer is not None:
        assert data["layers"][0][key] == number_of(quantity, next(iter(analysis)), Terms())


@pytest.mark.parametrize("key", EXACT)
def test_every_exact_row_can_be_limited_claimed_and_compared(analysis: Analysis, key: str) -> None:
    quantity = QUANTITIES[key]
    assert key in {row.key for row in compared()} or key == "operations"
    one_meaning = not quantity.means_several
    assert (key in claimed(of_layer=True)) == one_meaning
    # "layers" names limits by layer.
    assert (key in limited()) == (one_meaning and key != "layers")
    if key not in limited():
        return
    budgets = plan_budgets({key: {"at_most": 10**15}}, "here")
    (check,) = check_budgets(analysis, budgets)
    assert check.verdict == "within"
    terms = Terms("flop") if key == "operations" else Terms()
    assert check.measured == of_network(quantity, analysis, terms)


@pytest.mark.parametrize("key", OF_LAYERS)
def test_every_row_of_layers_can_be_asked_by_a_declared_rule(key: str) -> None:
    assert key in facts()
    entry = {"code": "ACME001", "when": f"{key} > 0", "message": f"${{{key}}}"}
    tree = as_tree(entry, Mark(Source("cnnanalyze.toml", "x"), 1, 1))
    row = bind(tree, WrittenRule, "a declared rule", Faults())
    assert row is not None
    assert declare(row).formula == f"{key} > 0"


@pytest.mark.parametrize("key", OF_LAYERS)
def test_every_row_of_layers_colours_a_drawing(key: str) -> None:
    quantity = QUANTITIES[key]
    drawn = draw(cnn.analyze("zoo:lenet5").analysis, colour=quantity.column)
    unit = " in bytes" if quantity.is_memory else ""
    assert f"{quantity.title}{unit}, up to " in drawn


# --- parameters -----------------------------------------------------------------------------------


def test_parameters_of_a_layer_are_those_of_its_row_and_add_up() -> None:
    report = cnn.analyze("zoo:resnet50")
    assert sum(f.parameters for f in report) == report.total.parameters == 25_557_032
    norm = report["conv1/batchnorm1"]
    assert (norm.parameters, norm.statistics, norm.stored) == (128, 128, 256)
    row = next(x for x in report.to_dict()["layers"] if x["id"] == "conv1/batchnorm1")
    assert [row[key] for key in ("parameters", "statistics", "stored")] == [128, 128, 256]


@pytest.mark.parametrize(
    ("word", "key"),
    [
        ("trainable", "trainable_parameters"),
        ("buffers", "statistics"),
        ("field", "receptive_field"),
    ],
)
def test_a_quantity_has_other_words(word: str, key: str) -> None:
    assert find(word).key == key


def test_an_unknown_quantity_is_met_with_the_nearest() -> None:
    with pytest.raises(cnn.UsageError) as caught:
        find("activation")
    assert caught.value.message == "there is no quantity 'activation'; did you mean 'activations'?"


# --- exercises ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_worked_out_from_the_rules(run: Any, net: str) -> None:
    out = run("explain", net, "conv1", "transfers").out
    assert "How many numbers does conv1 read and write?" in out
    assert "transfers = H·W·C + H_out·W_out·C_out + k·k·C·C_out + C_out" in out
    assert "= 154 + 225 + 90 + 5" in out
    assert f"= {OF_CONV}" in out
    whole = run("explain", net, "transfers").out
    assert str(OF_ALL) in whole
    assert "The total of a network is the sum over its layers." in whole


@pytest.mark.usefixtures("transfers")
def test_a_new_row_can_be_asked_for_on_a_sheet(run: Any, net: str) -> None:
    Path("a.sheet").write_text(
        f"sheet: 1\nquestions:\n- {{id: one, spec: {net}, layer: conv1, find: transfers}}\n"
        f"- {{id: all, spec: {net}, find: transfers}}\n"
    )
    data = json.loads(run("solve", "a.sheet", "--format", "json").out)
    answers = [question["answers"][0]["value"] for question in data["questions"]]
    assert answers == [OF_CONV, OF_ALL]
    Path("ann.yaml").write_text("{one: 474, all: 944}")
    assert "2 of 2 points" in run("grade", "a.sheet", "ann.yaml").out


@pytest.mark.usefixtures("transfers")
def test_a_new_row_is_a_fact_of_a_lecture(net: str) -> None:
    analysis = cnn.analyze(net).analysis
    assert quantity(analysis, "conv1", "transfers") == OF_CONV
    assert quantity(analysis, "", "transfers") == OF_ALL
    assert quantity(analysis, "", "depth") == 1
