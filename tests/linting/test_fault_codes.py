"""Every fault of a reading carries the code of a rule, and every such rule has its faults."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnanalyze as cnn
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.errors import Fault, ShapeError
from cnnanalyze.linting.rule import is_code
from cnnanalyze.linting.rules import FAULT, entries

ROOT = Path(cnn.__file__).parent
CASES = Path(__file__).parents[1] / "language" / "bad_input"
SPECS = Path(__file__).parents[2] / "specs"
CODES = {code for code, entry in entries().items() if entry.needs == FAULT}

EXPECTED = {
    "a_word": "SP014",
    "attributes": "SP003*3 SP015 SP005*14 SP003 SP005*2",
    "behind_a_fault": "SP004 SH003 SH001",
    "blocks": "SP019*3 SP014*2 SP015 SP003 SP019*4 SP014 SP019 SP014 SP003",
    "calls": "SH002 SP006*5 GR011*2 SP020",
    "claims": "SP017*3 SP003*2 SP017*3 SP003 SP017*4 SP003 SP017*2",
    "claims_of_nobody": "SP017*2",
    "control": "SP005*5 SP013*2",
    "counted": "SP005",
    "cycle": "GR002*3 GR001 GR002",
    "defaults": "SP004 SP014 SP003",
    "duplicate_keys": "SP002*2",
    "duplicates_and_more": "SP002 SP003 SP002 SP004 SP002 SP003 SP002 SH001 SP002 SP015 GR001",
    "else": "SP013 SP004",
    "empty": "SP011",
    "expressions": "SP007*3 SP005 SP007*8",
    "extends_itself": "SP018",
    "extends_nonsense": "SP018",
    "extends_outside": "SP018",
    "header": "SP014 SP003 SP014*5 SP018 SP016 SP014",
    "header_missing": "SP015",
    "idle": "SP003 SP004 SP015 SP005 SP004 SP003 SP007 SP006*2 SP004 SP003 SP007*3",
    "input_is_the_end": "GR004",
    "joins": "GR011*3 SP013*2 SP003 SP013 SP004 SP013",
    "merge_keys": "SP001 SP003 SP001 SP015 SP001",
    "names": "GR005 SP019*5 GR005",
    "no_height": "SP007",
    "no_layers_left": "GR004",
    "not_a_mapping": "SP014",
    "only_comments": "SP011",
    "outputs": "SP014",
    "parameters": "SP019*2 SP007 SP019",
    "permute_wrong_rank": "SH004",
    "recursion": "SP022",
    "references": "GR001*6 SP004 GR001 GR011 GR001 GR004",
    "repeat_a_billion": "SP012",
    "repeat_in_repeat": "SP012",
    "rows_times_rows": "SP012",
    "sections": "SP015 SP005 SP003 SP005*4 SP014*2 SP003 SP005*4",
    "sections_of_wrong_type": "SP014*3 SP017",
    "shapes": "SH002 SH003 SH004*2 SH001*3",
    "sharing": "SP021*6 GR001 SP021*2 SP005",
    "steps": "SP013*4 SP003 SP013*12",
    "syntax": "SP001",
    "unknown_kinds": "SP004*5 SP007",
    "weights": "SP020*9",
    "weights_too_many": "SP012",
}
"""The codes of the faults of every bad spec, in the order of their places."""


def faults_of(path: Path) -> tuple[Fault, ...]:
    with pytest.raises(cnn.CnnError) as caught:
        cnn.load(path)
    return caught.value.faults


def written_out(codes: str) -> list[str]:
    pairs = [part.partition("*") for part in codes.split()]
    return [code for code, _, times in pairs for _ in range(int(times or 1))]


@pytest.mark.parametrize("case", sorted(CASES.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_bad_spec_has_its_codes(case: Path) -> None:
    codes = [fault.code for fault in faults_of(case)]
    assert codes == written_out(EXPECTED[case.stem])
    assert set(codes) <= CODES


def test_the_code_is_not_printed() -> None:
    fault = faults_of(CASES / "joins.yaml")[0]
    assert fault.code == "GR011"
    assert "GR011" not in str(fault)


def literals(path: Path) -> set[str]:
    """Return the codes that a module names: ``code="SP003"`` and ``under("SP017")``."""
    nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    texts = {node.value for node in nodes if isinstance(node, ast.Constant)}
    return {text for text in texts if isinstance(text, str) and is_code(text)}


def test_every_code_that_is_raised_has_a_rule_and_the_other_way_round() -> None:
    modules = [
        ROOT / "errors.py",
        *(ROOT / "language").glob("*.py"),
        *(ROOT / "layers").glob("*.py"),
    ]
    assert len(modules) > 40
    raised = {code for module in modules for code in literals(module)}
    assert raised == CODES - {"SP000"}


def test_a_default_holds_for_what_has_no_code_of_its_own() -> None:
    faults = Faults("SP014")
    faults.add("a section", None)
    faults.under("SP017").add("a claim", None)
    faults.under("SP017").add("an unknown word in it", None, code="SP003")
    with faults.under("SP020").caught():
        raise cnn.SpecError(Fault("a weight"), Fault("an expression", code="SP007"))
    codes = {fault.message: fault.code for fault in faults.sorted()}
    assert codes == {
        "a section": "SP014",
        "a claim": "SP017",
        "an unknown word in it": "SP003",
        "a weight": "SP020",
        "an expression": "SP007",
    }


def test_what_a_foreign_kind_refuses_has_a_code_too() -> None:
    assert ShapeError("no").faults[0].code == "SH013"


TEXTS = [p.read_text(encoding="utf-8") for p in sorted(SPECS.glob("*.yaml"))]
HOSTILE = ["0", "-1", "1.5", "word", "[]", "{}", "[[1, 2], [3]]", "$nope", "$in / 0", "^9", "relu"]
HOSTILE += ["!!x y", "*nowhere", "'", "[", "\t", "{for: {a: [1]}, do: [relu]}", "5x5", "777"]


@given(data=st.data())
def test_no_fault_of_a_mutilated_spec_is_without_code(data: st.DataObject) -> None:
    words = data.draw(st.sampled_from(TEXTS)).split(" ")
    for _ in range(data.draw(st.integers(1, 3))):
        words[data.draw(st.integers(0, len(words) - 1))] = data.draw(st.sampled_from(HOSTILE))
    try:
        cnn.loads(" ".join(words))
    except cnn.CnnError as error:
        wrong = [f.message for f in error.faults if f.code not in CODES]
        assert [m for m in wrong if not m.endswith("more errors are not shown")] == []
