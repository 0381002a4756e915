"""The engine: all faults in one run, one finding for a place, and rules that crash."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze as cnn
from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.tree import Tree, as_tree
from cnnanalyze.errors import Mark, Source, UsageError
from cnnanalyze.linting.config_rules import declare
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.declaration import WrittenRule
from cnnanalyze.linting.engine import lint_network, lint_source
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.linting.rule import RULES, Rule, rule
from cnnanalyze.linting.rules import entries
from cnnanalyze.linting.run import Configuration, lint_specs, of_file
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.networks import EVEN, MESSAGE, UNITS


@pytest.fixture
def registry() -> Iterator[None]:
    """Forget the rules of a test."""
    with RULES.scoped():
        yield
    entries.cache_clear()


def enter(cls: type[Rule]) -> type[Rule]:
    rule(cls)
    entries.cache_clear()
    return cls


def places(result: FileResult) -> list[tuple[str, int | None]]:
    return [(f.code, f.mark.line if f.mark else None) for f in result.findings]


def test_all_faults_of_a_file_come_in_one_run_with_what_looks_wrong() -> None:
    text = (
        "cnn: 1\ninput: 31x37x3\nlayerz: 5\nlayers:\n"
        "- conv: {filters: 7, kernel: 99}\n"  # does not fit
        "- conv: {filters: 0, kernel: 3}\n"
        "- covn: {filters: 5, kernel: 3}\n"
        "- {add: , from: [nobody, ^1]}\n"
        "- conv: {filters: 5, kernel: 3, groups: 2}  # cnn: ignore[XX]\n"
    )
    found = lint_source(Source("net.yaml", text))
    assert {line for _, line in places(found)} == {3, 5, 6, 7, 8, 9}
    assert {f.severity for f in found.findings} == {"error"}
    assert len({f.code for f in found.findings}) >= 4


def test_text_that_is_no_yaml_is_one_finding() -> None:
    found = lint_source(Source("net.yaml", "cnn: 1\nlayers: [\n"))
    assert [f.severity for f in found.findings] == ["error"]
    assert found.findings[0].message.startswith("invalid YAML: ")


def test_fault_without_a_code_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from cnnanalyze.errors import Fault, Mark
    from cnnanalyze.language.build import Attempt
    from cnnanalyze.linting import engine

    source = Source("net.yaml", EVEN)
    fault = Fault("something is off", Mark(source, 2, 1), "do it", count=2)
    monkeypatch.setattr(engine, "attempt", lambda *_: Attempt(None, None, (fault,)))
    (finding,) = engine.lint_source(source).findings
    assert (finding.code, finding.name, finding.severity) == ("SP000", "spec-fault", "error")
    assert (finding.message, finding.help, finding.instances) == ("something is off", "do it", 2)


def test_repeated_line_is_told_once_with_the_number_of_instances(lint: Any) -> None:
    (finding,) = lint(UNITS, "NA001").findings
    assert (finding.mark.line, finding.instances, finding.path) == (7, 3, "unit1/conv1")
    assert [str(call) for call in finding.chain] == ["in block 'unit' called at net.yaml:11:4"]
    assert finding.fix is not None


def test_two_places_of_one_line_are_two_findings(lint: Any) -> None:
    layer = "{conv: {filters: 7, kernel: 4, padding: same}}"
    found = lint(f"{{cnn: 1, input: 31x37x3, layers: [{layer}, {layer}]}}", "CV003").findings
    assert [f.path for f in found] == ["conv1", "conv2"]


@pytest.mark.usefixtures("registry")
def test_rule_that_crashes_is_a_finding_and_the_others_run() -> None:
    @enter
    class Crash(Rule):
        "It crashes."

        code = "ACME001"
        name = "crashing-rule"

        def check(self, context: RuleContext) -> Iterator[Finding]:
            raise ZeroDivisionError(f"no luck with {context.source.name}")

    found = lint_source(Source("net.yaml", EVEN + "# cnn: file-ignore[LN001, CV003, ACME001]\n"))
    assert places(found) == [("LN001", None)]
    crash = found.findings[0]
    assert crash.severity == "error"
    assert crash.message == (
        "the rule ACME001 (crashing-rule) crashed: ZeroDivisionError: no luck with net.yaml"
    )
    assert crash.help == "the other rules were run; 'ignore = [\"ACME001\"]' leaves this one out"
    assert found.suppressed == 1
    assert not LintResult((found,)).passes("error")


@pytest.mark.usefixtures("registry")
def test_fault_of_a_crashing_rule_is_told_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    cls = RULES.get("SP003")
    assert cls is not None

    def crash(*_: object) -> Iterator[Finding]:
        raise ValueError("oh")

    monkeypatch.setattr(cls, "check", crash)
    found = lint_source(Source("net.yaml", EVEN.replace("kernel", "kernl")))
    assert {f.code for f in found.findings} == {"LN001", "SP003"}


@pytest.mark.usefixtures("registry")
def test_rule_of_another_package_needs_no_index() -> None:
    @enter
    class WideLayer(Rule):
        "A layer has many filters."

        code = "ACME002"
        name = "wide-layer"
        severity = "info"

        def check(self, context: RuleContext) -> Iterator[Finding]:
            assert context.network is not None
            for node in context.network:
                yield self.found(context, "it is wide", node=node, attribute="filters", path="x")

    found = lint_source(Source("net.yaml", EVEN))
    assert [(f.code, f.path, str(f.mark)) for f in found.findings] == [
        ("ACME002", "x", "net.yaml:4:19"),
        ("CV003", "conv1", "net.yaml:4:30"),
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": "acme1"}, "needs a code of capital letters and three digits"),
        ({"name": "Wide Layer"}, "needs a name in kebab case, not 'Wide Layer'"),
        ({"severity": "fatal"}, "has the severity 'fatal'"),
        ({"code": "CV003"}, "rule 'CV003' is registered already"),
        ({"name": "even-kernel"}, "rule 'even-kernel' is registered already"),
    ],
)
@pytest.mark.usefixtures("registry")
def test_rule_that_cannot_be_entered_is_refused(changes: dict[str, str], message: str) -> None:
    attributes = {"code": "ACME003", "name": "new-rule", "severity": "info", **changes}
    with pytest.raises(cnn.CnnError) as caught:
        rule(type("New", (Rule,), attributes))
    assert message in caught.value.message


@pytest.mark.usefixtures("lint")
def test_severity_and_stage_follow_the_settings() -> None:
    given = SettingsSource(
        "test", Level(select=("CV003",)), severity={"CV": "info", "even-kernel": "error"}
    )
    (finding,) = lint_source(Source("net.yaml", EVEN), settings=Settings(caller=given)).findings
    assert finding.severity == "error"
    given = SettingsSource("test", severity={"SP": "info"})
    found = lint_source(
        Source("net.yaml", EVEN.replace("kernel", "kernl")), settings=Settings(caller=given)
    )
    assert [f.severity for f in found.findings] == ["error"], "faults stay errors"


def test_lint_section_of_a_spec_holds_between_files_and_caller() -> None:
    source = Source("net.yaml", f"{EVEN}lint: {{ignore: [CV003]}}\n")
    assert places(lint_source(source)) == []
    above = Settings(caller=SettingsSource("the command line", Level(select=("CV",))))
    assert places(lint_source(source, settings=above)) == [("CV003", 4)]
    below = Settings((SettingsSource("a file", Level(select=("CV",))),))
    assert places(lint_source(source, settings=below)) == []


@pytest.mark.parametrize(
    ("section", "place", "message"),
    [
        ("{ignore: [CV999]}", (5, 17), "there is no rule 'CV999'"),
        ("{select: evn-kernel}", (5, 16), "there is no rule 'evn-kernel'; did you mean 'even-kernel'?"),
        ("{severity: {XX: info}}", (5, 19), "there is no rule 'XX'"),
        ("{thresholds: {CV003: {side: 3}}}", (5, 28), "CV003 has no threshold 'side'; it has no thresholds"),
        ("{thresholds: {QQ: {side: 3}}}", (5, 21), "there is no rule 'QQ'"),
        ("{target: abacus}", (5, 16), "there is no target 'abacus'"),
    ],
)  # fmt: skip
def test_lint_section_that_names_nothing_is_an_error_at_its_place(
    section: str, place: tuple[int, int], message: str
) -> None:
    found = lint_source(Source("net.yaml", f"{EVEN}lint: {section}\n")).findings
    (wrong,) = (f for f in found if f.code == "LN002")
    assert wrong.mark is not None
    assert wrong.message.startswith(message)
    assert (wrong.mark.line, wrong.mark.column) == place


def test_comments_of_the_extended_spec_count(tmp_path: Path) -> None:
    base, above = tmp_path / "base.yaml", tmp_path / "net.yaml"
    base.write_text(EVEN)
    above.write_text("cnn: 1\nname: small\nextends: base.yaml\ninput: 17x19x3\n")

    def run() -> LintResult:
        given = SettingsSource("test", Level(select=("CV003", "SP010")))
        specs = [of_file(above), of_file(base)]
        found = list(lint_specs(specs, Configuration(given, isolated=True)))
        return LintResult(tuple(f for f in found if isinstance(f, FileResult)))

    result = run()
    assert [len(f.findings) for f in result.files] == [1, 1]
    assert [str(f.mark) for f in result] == [f"{base}:4:30"], "told once, in the file it is in"
    base.write_text(EVEN.replace("same}\n", "same}  # cnn: ignore[CV003]\n"))
    assert list(run()) == []


def test_networks_are_linted_as_well_as_files() -> None:
    net = cnn.loads(EVEN)
    assert [f.message for f in lint_network(net).findings] == [MESSAGE]
    assert [f.code for f in cnn.lint(net, ignore=["CV003"])] == []
    assert str(cnn.lint(net)) == f"<text>:4:30: warning[CV003] even-kernel: {MESSAGE}"
    assert str(cnn.lint(net, select=[])) == "nothing found"


def test_public_name_is_the_function_whatever_is_imported() -> None:
    import cnnanalyze.linting.layer_queries  # noqa: F401 - makes the import system enter the folder
    from cnnanalyze.api.linting import lint

    assert cnn.lint is lint


def test_what_passes() -> None:
    even = lint_source(Source("net.yaml", EVEN))
    result = LintResult((even,))
    assert result.counts == {"error": 0, "warning": 1, "info": 0}
    assert [result.passes(level) for level in ("error", "warning", "info")] == [True, False, False]
    assert [result.passes("error", n) for n in (0, 1)] == [False, True]
    assert LintResult((even, even)).counts["warning"] == 1, "one place is told once"


# --- declared rules ------------------------------------------------------------------------------

ENTRY = {"code": "ACME001", "when": "kind == 'conv' and kernel > 3", "message": "${kernel} > 3"}


def declared(**changes: Any) -> type[Rule]:
    mark = Mark(Source("cnnanalyze.toml", "x"), 1, 1)
    return declare_row(as_tree({**ENTRY, **changes}, mark))


def declare_row(tree: Tree) -> type[Rule]:
    faults = Faults()
    row = bind(tree, WrittenRule, "a declared rule", faults)
    faults.raise_if_any(UsageError)
    assert row is not None
    return declare(row)


def told(text: str, *rules: type[Rule]) -> list[tuple[str, str]]:
    given = SettingsSource("test", Level(select=("ACME",)), declared=rules)
    found = lint_source(Source("net.yaml", text), settings=Settings(caller=given)).findings
    return [(f.path, f.message) for f in found]


def test_declared_rule_is_asked_of_every_layer() -> None:
    assert told(EVEN, declared()) == [("conv1", "4 > 3")]
    assert told(EVEN, declared(when="kernel > 4")) == []
    assert told(f"{EVEN}- gap\n", declared(when="channels == 7", message="${kind} ${id}")) == [
        ("conv1", "conv conv1"),
        ("global_avgpool1", "global_avgpool global_avgpool1"),
    ]


@pytest.mark.parametrize(
    ("when", "message", "shown"),
    [
        ("macs > 300_000", "${macs}", "385392"),
        ("macs > 400_000", "${macs}", None),
        ("parameters == 343", "${parameters}", "343"),
        ("receptive_field == 4 and position == 1 and depth == 0", "${activations}", "8029"),
        ("input_channels == 3 and input_size == 37 and size == 37", "${consumers}", "0"),
        ("padding == 'same' and not dilation > 1", "ok", "ok"),
        ("inputs == 2", "", None),
    ],
)
def test_declared_rule_may_ask_for_facts(when: str, message: str, shown: str | None) -> None:
    found = told(EVEN, declared(when=when, message=message or "x"))
    assert found == ([] if shown is None else [("conv1", shown)])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"code": None}, "a declared rule needs 'code'"),
        ({"code": ""}, "'code' of a declared rule must be a text, not ''"),
        ({"code": "acme"}, "the code 'acme' must be capital letters and three digits"),
        ({"name": "No Kebab"}, "the name 'No Kebab' must be in kebab case"),
        ({"severity": "fatal"}, "'severity' of a declared rule must be one of error, warning, info, not 'fatal'"),
        ({"wen": "x"}, "a declared rule has no 'wen'; it takes code, when, message, name, severity, help, profiles; did you mean 'when'?"),
        ({"message": [5]}, "'message' of a declared rule must be a text, not [5]"),
        ({"profiles": 5}, "'profiles' of a declared rule must be a list, not 5"),
        ({"when": "kernel >"}, "the condition of ACME001 cannot be read: this is not an expression"),
        ({"when": "kernl > 7"}, "the condition of ACME001 asks for 'kernl', which no layer has; did you mean 'kernel'?"),
        ({"when": "__import__('os')"}, "the condition of ACME001 cannot be read: '__import__' is not a function"),
        ({"when": "kernel[0:2]"}, "the condition of ACME001 cannot be read: slices are not part of the language"),
    ],
)  # fmt: skip
def test_declaration_that_cannot_be_used_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        declared(**changes)
    assert caught.value.message == message


def test_condition_that_fails_at_a_layer_is_a_crash_not_a_silence() -> None:
    given = SettingsSource(
        "test", Level(select=("ACME",)), declared=(declared(when="padding > 3"),)
    )
    (finding,) = lint_source(Source("net.yaml", EVEN), settings=Settings(caller=given)).findings
    assert finding.code == "LN001"
    assert finding.message == (
        "the rule ACME001 (declared-acme001) crashed: SpecError: cannot compare 'same' with 3"
    )
