"""Counting conventions: rows of data, formulas, the user's own."""

from __future__ import annotations

import re
from functools import cache
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.core.conventions import CONVENTIONS, DEFAULT, REST, Convention, convention, names
from cnnanalyze.core.conventions.formula import TERMS, Formula, parse
from cnnanalyze.core.conventions.rule import UNKNOWN, select, spread
from cnnanalyze.core.cost import OPERATIONS
from cnnanalyze.errors import CnnError, UsageError
from cnnanalyze.layers.base import KINDS
from cnnanalyze.testing import network_of
from tests.conftest import SPECS
from tests.core.conventions.measured import PRINTED, TOOLS


def test_mac_counts_multiply_accumulates_alone() -> None:
    assert convention("mac").formula("conv") == Formula(((1, "mac"),))


def test_flop_counts_two_per_mac_and_one_per_other_operation() -> None:
    formula = convention("flop").formula("lrn")
    assert formula is not None
    weights = {term: n for n, term in formula.terms}
    assert weights == {name: 2 if name == "mac" else 1 for name in OPERATIONS}


def test_default_is_what_papers_print() -> None:
    assert DEFAULT == "mac"
    assert DEFAULT in CONVENTIONS.names()


def test_kinds_may_have_lines_of_their_own_and_others_count_nothing() -> None:
    row = Convention("mine", {"conv dense": "mac", "batchnorm": "2*output"}, "a test", "nowhere")
    assert str(row.formula("dense")) == "mac"
    assert str(row.formula("batchnorm")) == "2*output"
    assert str(row.formula("relu")) == "0"
    assert not row.is_elementary
    assert hash(row) == hash(Convention("mine", {}, "a test", "nowhere"))


@pytest.mark.parametrize("name", CONVENTIONS.names())
def test_every_row_says_what_and_where(name: str) -> None:
    row = convention(name)
    assert row.description, f"{name}: what is counted, in words"
    assert row.source, f"{name}: who counts so, and where one can read it"
    assert row.parts.terms
    assert set(row.counts.split()) <= {"operations", "parameters"}


OURS = {"mac", "flop"}
"""What the run of a network counts: the balance of the two books holds them."""


@cache
def from_outside() -> frozenset[str]:
    """Return the conventions of which somebody else printed a number that is recorded here."""
    texts = (path.read_text("utf-8") for path in SPECS.rglob("*") if path.is_file())
    claimed = (re.findall(r"convention: *['\"]?([\w-]+)", text) for text in texts)
    return frozenset((*TOOLS, *PRINTED, "keras", "pytorch", *chain.from_iterable(claimed)))


@pytest.mark.parametrize("name", [name for name in CONVENTIONS.names() if name not in OURS])
def test_every_row_is_held_by_a_number_from_outside(name: str) -> None:
    row = convention(name)
    alike = {n for n in CONVENTIONS.names() if convention(n).operations == row.operations}
    held = alike if row.operations else {name}  # half of a number holds the whole of it, too
    assert held & from_outside(), (
        f"nothing that is recorded was printed under '{name}': give PRINTED of "
        "tests/core/conventions/measured.py a line, or a claim in specs/ 'convention: "
        f"{name}'"
    )


@pytest.mark.parametrize("name", CONVENTIONS.names())
def test_every_row_names_kinds_and_terms_that_there_are(name: str) -> None:
    row = convention(name)
    for table in (row.operations, row.functions):
        for kinds, text in table.items():
            assert text == UNKNOWN or parse(text)
            for kind, conditions in map(select, kinds.split()):
                if kind == "*":
                    continue
                cls = KINDS.get(kind)
                assert cls is not None, f"{name}: there is no layer kind '{kind}'"
                assert cls.kind == kind, f"{name}: '{kind}' is another word for '{cls.kind}'"
                asked = {attribute for attribute, _ in conditions}
                unknown = asked - {*cls.model_fields, "rank", "inputs"}
                assert unknown == set(), f"{name}: '{kind}' has no attributes {sorted(unknown)}"


def multiplying() -> list[str]:
    """Return the kinds of ours that multiply and add, by their examples."""
    return [
        cls.kind
        for cls in KINDS
        if "." not in cls.kind
        and any(
            facts.node.kind == cls.kind and facts.operations("mac")
            for example in cls.examples
            for facts in cnn.analyze(network_of(cls.kind, example.inputs, example.attributes))
        )
    ]


@pytest.mark.parametrize(
    "name", [name for name in CONVENTIONS.names() if "operations" in convention(name).counts]
)
def test_every_row_says_what_kinds_count_that_multiply(name: str) -> None:
    told = convention(name).operations
    kinds = {select(selector)[0] for selectors in told for selector in selectors.split()}
    if REST in kinds:
        return
    silent = sorted(set(multiplying()) - kinds)
    assert silent == [], (
        f"the row '{name}' in cnnanalyze/core/conventions/tools.py counts nothing for {silent}: "
        "give each its formula, '0' if the tool counts nothing, or '?' if nobody knows"
    )


def test_what_is_not_written_out_is_counted_by_no_tool() -> None:
    net = "{cnn: 1, input: 7x11x2, layers: [{conv: {filters: 5, kernel: 3}}, "
    report = cnn.analyze(cnn.loads(f"{net}{{opaque: {{output: 5x9x4, macs: 4000}}}}]}}"))
    assert report.total.operations("mac") == 4050 + 4000
    for tool in ("torchinfo", "fvcore", "onnx-tool", "darknet", "mac-conv"):
        assert report.total.uncounted(tool) == ("opaque",)


# --- rules that depend on attributes --------------------------------------------------------------


def test_the_rule_with_most_conditions_is_taken() -> None:
    table = {"pool": "input", "pool[rank=3]": "side", "pool[rank=3,size=1]": "output"}
    row = Convention("mine", table, "a test", "nowhere")
    assert row.asks("pool")
    assert not row.asks("relu")
    for traits, formula in (
        ({"rank": "2", "size": "1"}, "input"),
        ({"rank": "3", "size": "2"}, "side"),
        ({"rank": "3", "size": "1"}, "output"),
    ):
        assert str(row.formula("pool", traits)) == formula


def test_a_condition_may_ask_only_whether_something_is_given() -> None:
    (rule, _) = spread({"resize": "input", "resize[size]": "positions"})["resize"]
    assert rule.holds({"size": "7"})
    assert not rule.holds({"scale": "2"})


def test_a_later_line_for_the_same_layers_holds() -> None:
    (rule,) = spread({"conv dense": "mac", "dense": "2*mac"})["dense"]
    assert str(rule.formula) == "2*mac"


@pytest.mark.parametrize("text", ["resize[", "resize]", "[rank=2]", "resize[]", "a[b][c]"])
def test_what_is_no_selector(text: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        select(text)
    assert str(caught.value) == (
        f"'{text}' is neither a kind nor one with conditions, as in resize[rank=2]"
    )


def test_a_kind_of_another_package_is_not_known_unless_it_is_named() -> None:
    assert convention("fvcore").formula("acme.twice") is None
    assert str(convention("mac").formula("acme.twice")) == "mac"
    mine = Convention("mine", {"acme.twice": "output"}, "a test", "nowhere")
    assert str(mine.formula("acme.twice")) == "output"
    assert str(mine.formula("relu")) == "0"
    assert mine.formula("acme.thrice") is None
    assert convention("onnx-tool").formula("selu") is None


def test_functions_replace_all_rules_of_a_kind() -> None:
    row = Convention(
        "mine",
        {"resize": "input", "resize[rank=2]": "output"},
        "a test",
        "nowhere",
        functions={"resize[rank=2]": "positions"},
    ).seen(["resize"])
    assert str(row.formula("resize", {"rank": "2"})) == "positions"
    assert str(row.formula("resize", {"rank": "1"})) == "0"


# What the tools print of a map of 10x10x3, doubled (sovrasov/flops-counter.pytorch#144).
BILINEAR = {"fvcore": 4_800, "thop": 13_200, "ptflops": 2_400, "onnx-tool": 4 * 1_200}


@pytest.mark.parametrize("tool", BILINEAR)
def test_bilinear_resizing_is_not_counted_as_the_nearest(tool: str) -> None:
    layers = "[{resize: {scale: 2, method: bilinear}}, identity]"
    total = cnn.analyze(cnn.loads(f"{{cnn: 1, input: 10x10x3, layers: {layers}}}")).total
    assert total.operations(tool) == BILINEAR[tool]


def test_layer_normalisation_under_onnx_tool() -> None:
    """Run at opset 17: 10,200 for 960 elements."""
    total = cnn.analyze(cnn.loads("{cnn: 1, input: 12x10x8, layers: [ln]}")).total
    assert total.operations("onnx-tool") == 10_200


# --- formulas -------------------------------------------------------------------------------------


sums = st.lists(st.tuples(st.integers(1, 999_999), st.sampled_from(TERMS)), min_size=1, max_size=5)


@given(terms=sums)
def test_a_formula_that_is_written_is_read_again(terms: list[tuple[int, str]]) -> None:
    formula = Formula(tuple(terms))
    assert parse(str(formula)) == formula


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "'' is not a sum of terms such as '2*mac + add'; it cannot be read from '' on"),
        (
            "2*mac add",
            (
                "'2*mac add' is not a sum of terms such as '2*mac + add'; "
                "it cannot be read from 'add' on"
            ),
        ),
        (
            "mac/2",
            "'mac/2' is not a sum of terms such as '2*mac + add'; it cannot be read from '/2' on",
        ),
        ("macs", "there is no term 'macs'; did you mean 'mac'?"),
    ],
)
def test_what_is_no_formula(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=r".") as caught:
        parse(text)
    assert str(caught.value) == message


def test_unknown_convention_is_refused_with_a_hint() -> None:
    with pytest.raises(UsageError) as caught:
        convention("flops")
    assert caught.value.message == ("there is no counting convention 'flops'; did you mean 'flop'?")
    assert caught.value.faults[0].help == f"the conventions are {', '.join(CONVENTIONS.names())}"


def test_functions_may_count_otherwise_than_modules() -> None:
    net = cnn.loads("{cnn: 1, input: 5x7x3, layers: [relu, {conv: {filters: 2, kernel: 3}}]}")
    total = cnn.analyze(net).total
    conv = 3 * 3 * 3 * 2 * (3 * 5) + 2 * (3 * 5)
    assert total.operations("ptflops") == 2 * 105 + conv
    assert total.operations("ptflops/relu") == 105 + conv
    assert total.operations("ptflops/relu,conv") == 105


def test_a_kind_that_is_counted_alike_however_it_is_called() -> None:
    with pytest.raises(UsageError) as caught:
        convention("calflops/mul")
    assert caught.value.message == "'calflops' counts 'mul' alike however a model calls it"
    assert caught.value.faults[0].help == ("after 'calflops/' is allowed add, multiply, softmax")


# --- the user's own -------------------------------------------------------------------------------

OWN = """
[tool.cnnanalyze.conventions.accelerator]
description = "MACs, and two for each normalised element"
parameters = "learned + statistics"
operations = {"conv dense" = "mac", batchnorm = "2*output"}
"""


def write(folder: Path, text: str, name: str = "pyproject.toml") -> None:
    (folder / name).write_text(text, encoding="utf-8")


def test_own_conventions_are_read_from_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OWN)
    below = tmp_path / "deep" / "below"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    net = cnn.loads("{cnn: 1, input: 5x7x3, layers: [{conv: {filters: 2, kernel: 3}}, bn]}")
    total = cnn.analyze(net).total
    assert total.operations("accelerator") == 3 * 3 * 3 * 2 * 15 + 2 * 30
    assert total.counted_parameters("accelerator") == 56 + 4 * 2
    assert "accelerator" in names()
    assert convention("accelerator").source == "pyproject.toml"


def test_own_conventions_may_have_a_file_to_themselves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, '[conventions.mine]\noperations = {conv = "mac"}\n', "cnnanalyze.toml")
    monkeypatch.chdir(tmp_path)
    assert convention("mine").description == "as cnnanalyze.toml says"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            '[conventions.mine]\noperation = {conv = "mac"}\n',
            "cnnanalyze.toml:2:1",
            (
                "convention 'mine' has no 'operation'; it takes description, source, operations, "
                "functions, parameters, halves, logits; did you mean 'operations'?"
            ),
        ),
        (
            '[conventions.mine]\noperations = {conv = "2*macs"}\n',
            "cnnanalyze.toml:2:23",
            "there is no term 'macs'; did you mean 'mac'?",
        ),
        (
            '[conventions.mine]\ndescription = """\nparameters"""\nhalves = 1\n',
            "cnnanalyze.toml:4:10",
            "'halves' of convention 'mine' must be true or false, not 1",
        ),
        (
            "[conventions.mine]\nsource = 3\n",
            "cnnanalyze.toml:2:10",
            "'source' of convention 'mine' must be a text, not 3",
        ),
        (
            '[conventions.mine]\nparameters = "weights"\n',
            "cnnanalyze.toml:2:15",
            "there is no term 'weights'",
        ),
        (
            "[conventions.mine]\nparameters = 3\n",
            "cnnanalyze.toml:2:14",
            "'parameters' of convention 'mine' must be a sum such as '2*mac + add', not 3",
        ),
        (
            "[conventions.mine]\noperations = 3\n",
            "cnnanalyze.toml:2:14",
            "'operations' of convention 'mine' must be a table, not 3",
        ),
        (
            "[conventions.thop]\n",
            "cnnanalyze.toml:1:14",
            "convention 'thop' is known already; choose another name",
        ),
        (
            '[conventions."a b"]\n',
            "cnnanalyze.toml:1:14",
            "convention 'a b' needs a plain name; choose another name",
        ),
        (
            "[conventions]\nmine = 3\n",
            "cnnanalyze.toml:2:8",
            "convention 'mine' must be a table, not 3",
        ),
        (
            "conventions = 3\n",
            "cnnanalyze.toml:1:15",
            "'conventions' of the configuration must be a table, not 3",
        ),
        (
            "[conventions.mine\n",
            "cnnanalyze.toml:1:18",
            "this is not TOML: expected ']' at the end of a table declaration",
        ),
    ],
)
def test_faulty_own_conventions_are_refused_at_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str, place: str, message: str
) -> None:
    write(tmp_path, text, "cnnanalyze.toml")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        names()
    assert caught.value.message == message
    assert str(caught.value.faults[0].mark) == place


def test_our_own_conventions_need_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "[broken\n")
    monkeypatch.chdir(tmp_path)
    assert convention("thop").name == "thop"
    with pytest.raises(CnnError):
        convention("no such name")


def test_own_conventions_may_have_conditions_and_say_what_they_do_not_know(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = OWN.replace('batchnorm = "2*output"', '"conv[rank=1]" = "0", relu = "?"')
    write(tmp_path, text)
    monkeypatch.chdir(tmp_path)
    layers = "[{conv: {filters: 5, kernel: 3}}, relu]"
    for size, number in (("9x2", 0), ("9x7x2", 7 * 5 * 5 * 9 * 2)):
        total = cnn.analyze(cnn.loads(f"{{cnn: 1, input: {size}, layers: {layers}}}")).total
        assert total.operations("accelerator") == number
        assert total.uncounted("accelerator") == ("relu",)


def test_a_condition_that_cannot_be_read_is_refused_at_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, OWN.replace("batchnorm =", '"conv[rank=2" ='))
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError) as caught:
        convention("accelerator")
    assert caught.value.faults[0].message == (
        "'conv[rank=2' is neither a kind nor one with conditions, as in resize[rank=2]"
    )
    assert caught.value.faults[0].mark is not None
    assert caught.value.faults[0].mark.line == 5
