"""Records of verification: what they speak of, and what they do not speak of any more."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

import cnnanalyze as cnn
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.crosscheck import record as record_module
from cnnanalyze.crosscheck.record import VerificationRecord, code_of, digest, read_record
from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.errors import UsageError

SPEC = """\
cnn: 1
name: Small
input: 11x13x2
layers:
  - conv: {filters: 3, kernel: 5}
  - relu
expect: [{source: ours, total: {parameters: 153}}]
"""


def analysis(text: str = SPEC) -> Analysis:
    return cnn.analyze(cnn.loads(text)).analysis


@pytest.fixture(scope="module")
def balance() -> Balance:
    return cnn.verify(cnn.loads(SPEC), lines=7)


def test_lines_that_were_followed_are_told(balance: Balance) -> None:
    assert balance.followed == (("input", ((7, 11), (7, 13))),)
    assert cnn.verify(cnn.loads(SPEC)).followed == (("input", ((11, 11), (13, 13))),)


def test_a_record_gives_back_what_a_run_showed(balance: Balance, tmp_path: Path) -> None:
    record = VerificationRecord()
    record.add(analysis(), balance)
    file = tmp_path / "verification.json"
    file.write_text(record.text(), encoding="utf-8")
    assert read_record(file).find(analysis()) == balance
    assert read_record(file).text() == record.text()


def test_entries_that_differ_come_along(balance: Balance, tmp_path: Path) -> None:
    wrong = replace(balance, discrepancies=(Discrepancy("conv1", "shape", "", "7x9x3", "7x9x4"),))
    record = VerificationRecord()
    record.add(analysis(), wrong)
    file = tmp_path / "verification.json"
    file.write_text(record.text(), encoding="utf-8")
    found = read_record(file).find(analysis())
    assert found == wrong
    assert not found.is_balanced


def test_a_record_has_a_line_for_each_network_by_name() -> None:
    record = VerificationRecord()
    for name in ("b", "c", "a"):
        network = cnn.loads(SPEC.replace("Small", name))
        record.add(cnn.analyze(network).analysis, cnn.verify(network, lines=3))
    lines = record.text().splitlines()
    assert [json.loads(line.removesuffix(","))["network"] for line in lines[1:-1]] == [
        "a",
        "b",
        "c",
    ]
    assert len(json.loads(record.text())["networks"]) == 3


def test_a_record_that_is_not_there_is_empty(tmp_path: Path) -> None:
    assert read_record(tmp_path / "none.json").find(analysis()) is None


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", ":1:1: error: this is not JSON: expecting value"),
        ("[]", ":1:1: error: a record of verification must be a mapping with 'record' and "),
        ("{}", ":1:1: error: a record of verification needs 'record' and 'networks'"),
        (
            '{"record": 2, "networks": []}',
            ":1:12: error: 'record' of a record of verification must",
        ),
        (
            '{"record": 1, "networks": [{"digest": "a"}]}',
            ":1:28: error: 'networks' needs 'network', 'layers', 'compared', 'differ', 'lines' and",
        ),
        ("[" * 100_000, " is nested too deep"),
    ],
)
def test_what_is_no_record_is_refused(text: str, message: str, tmp_path: Path) -> None:
    file = tmp_path / "verification.json"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_record(file)
    assert str(caught.value).removeprefix("error: ").startswith(f"{file}{message}")
    assert "  help: " in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("layers", "2", "'layers' of 'networks' must be a whole number, not '2'"),
        ("compared", {"shape": None}, "'shape' of 'compared' must be a whole number, not nothing"),
        (
            "differ",
            [{"node": "a"}],
            "'differ' needs 'quantity', 'detail', 'by_rule' and 'observed'",
        ),
        (
            "lines",
            {"input": [[1]]},
            "'input' of 'lines' must be how many lines are followed, and of how many",
        ),
        ("remarks", [1], "'remarks' of 'networks' must be a text, not 1"),
        ("network", 5, "'network' of 'networks' must be a text, not 5"),
        ("netwrok", 5, "'networks' has no 'netwrok'; it takes network, digest, layers, compared"),
    ],
)
def test_an_entry_that_says_something_else_is_refused(
    balance: Balance, tmp_path: Path, key: str, value: object, message: str
) -> None:
    record = VerificationRecord()
    record.add(analysis(), balance)
    data = json.loads(record.text())
    data["networks"][0][key] = value
    file = tmp_path / "verification.json"
    file.write_text(json.dumps(data), encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        read_record(file)
    assert caught.value.message.startswith(message)


# --- what a record speaks of ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("filters: 3", "filters: 4"),
        ("kernel: 5", "kernel: 5, padding: same"),
        ("input: 11", "input: 17"),
        ("relu", "tanh"),
        ("cnn: 1", "cnn: 1  # a word"),
        ("parameters: 153", "parameters: 154"),
    ],
)
def test_another_spec_is_another_network(old: str, new: str) -> None:
    assert digest(analysis(SPEC.replace(old, new))) != digest(analysis())


def test_another_number_of_the_rules_is_another_network() -> None:
    own = analysis()
    facts = own["conv1"]
    assert facts.cost is not None
    changed = {
        **own.facts,
        "conv1": replace(facts, cost=replace(facts.cost, mac=facts.cost.mac + 1)),
    }
    assert digest(replace(own, facts=changed)) != digest(own)


def test_another_kernel_of_its_kinds_is_another_network(monkeypatch: pytest.MonkeyPatch) -> None:
    own, seen = digest(analysis()), []

    def changed(module: str) -> str:
        seen.append(module.rpartition(".")[2])
        return code_of(module) + "pass"

    monkeypatch.setattr(record_module, "code_of", changed)
    assert digest(analysis()) != own
    assert set(seen) == {"conv", "activation"}  # others do not matter to it


def test_words_about_code_do_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    bodies = {
        "plain_words": 'def f(x):\n    return x + 1\n\n\nclass C:\n    A = "# 1"\n',
        "more_words": (
            '"""A module."""\n\n# a comment\n\ndef f(x):\n    """Add.\n\n    One.\n    """\n'
            '    # why\n    return x + 1\n\nclass C:\n    """A class."""\n\n    A = "# 1"\n'
        ),
        "other_code": 'def f(x):\n    return x + 2\n\n\nclass C:\n    A = "# 1"\n',
    }
    for name, body in bodies.items():
        (tmp_path / f"{name}.py").write_text(body, encoding="utf-8")
        __import__(name)
        monkeypatch.setitem(sys.modules, name, sys.modules[name])
    assert code_of("plain_words") == code_of("more_words") != code_of("other_code")


def test_code_that_cannot_be_read_is_known_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "built", ModuleType("built"))
    assert code_of("built") == "built"
