"""Mending: fixes that keep remarks, that are put in once, and that never break a spec."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source
from cnnanalyze.language.yaml import read
from cnnanalyze.linting.context import RuleContext
from cnnanalyze.linting.edit_check import change
from cnnanalyze.linting.finding import Edit, Finding, Fix
from cnnanalyze.linting.fixes import FixedText, apply_fixes, excuse
from cnnanalyze.linting.rule import RULES, EngineRule, Rule, rule
from cnnanalyze.linting.rules import entries
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import Settings, SettingsSource
from tests.linting.networks import EVEN, UNITS


def mended(text: str, *select: str) -> FixedText:
    settings = Settings(caller=SettingsSource("test", Level(select=select or None)))
    return apply_fixes(Source("net.yaml", text), None, settings)


def show_tree(text: str) -> object:
    return plain(read(Source("net.yaml", text)))


def test_edits_replace_stretches() -> None:
    text = "one\ntwo\nthree\n"
    assert change(text, [Edit(1, 1, 1, 4, "1"), Edit(3, 3, 3, 3, "-")]) == "1\ntwo\nth-ree\n"
    assert change(text, [Edit(2, 1, 3, 1, "")]) == "one\nthree\n"
    assert change(text, [Edit(3, 1, 4, 1, "")]) == "one\ntwo\n"
    assert change("one\ntwo", [Edit(2, 1, 3, 1, "")]) == "one\n"
    assert change(text, [Edit(1, 4, 2, 4, " and 2")]) == "one and 2\nthree\n"


def test_bias_is_switched_off_and_every_remark_stays() -> None:
    done = mended(UNITS, "NA001")
    assert done.count == 1
    assert done.after.text == UNITS.replace("padding: same}", "padding: same, bias: false}")
    assert [f.code for f in done.result.findings] == []
    before, after = show_tree(UNITS), show_tree(done.after.text)
    after["blocks"]["unit"]["layers"][0]["conv"].pop("bias")  # type: ignore[index]  # plain data
    assert after == before


def test_mending_again_changes_nothing() -> None:
    once = mended(UNITS)
    again = mended(once.after.text)
    assert (again.count, again.after.text) == (0, once.after.text)


def test_unused_comments_are_taken_out() -> None:
    text = EVEN.replace("kernel: 4", "kernel: 3")
    behind = text.replace("same}\n", "same}  # cnn: ignore[CV003] -- no more\n")
    assert mended(behind, "CV003", "SP010").after.text == text
    above = text.replace("- conv", "# cnn: ignore[CV003]\n- conv")
    assert mended(above, "CV003", "SP010").after.text == text
    some = EVEN.replace("same}\n", "same}  # cnn: ignore[NA001, CV003, NA] -- yes\n")
    assert mended(some, "CV003", "NA", "SP010").after.text == EVEN.replace(
        "same}\n", "same}  # cnn: ignore[CV003] -- yes\n"
    )


@pytest.fixture
def registry() -> Iterator[None]:
    """Forget the rules of a test."""
    with RULES.scoped():
        yield
    entries.cache_clear()


def fixing(*fixes: tuple[str, Fix]) -> None:
    """Enter a rule that offers a fix as long as a text is there."""

    class Fixing(Rule):
        "It has fixes."

        code = "ACME001"
        name = "fixing-rule"
        needs = "text"

        def check(self, context: RuleContext) -> Iterator[Finding]:
            for text, fix in fixes:
                if text in context.text:
                    yield self.found(context, f"it has {text}", path=text, fix=fix)

    rule(Fixing)
    entries.cache_clear()


@pytest.mark.usefixtures("registry")
def test_fixes_that_overlap_wait_for_the_next_round() -> None:
    fixing(
        ("kernel: 4", Fix("three", (Edit(4, 20, 4, 31, ", kernel: 3"),))),
        ("filters: 7", Fix("wider", (Edit(4, 10, 4, 20, "filters:  7"),))),
    )
    done = mended(EVEN, "ACME")
    assert done.count == 2
    assert done.after.text == EVEN.replace("filters: 7, kernel: 4", "filters:  7, kernel: 3")


@pytest.mark.usefixtures("registry")
def test_fix_that_breaks_the_spec_is_left_out_and_others_are_not() -> None:
    fixing(
        ("filters: 7", Fix("break it", (Edit(4, 10, 4, 17, "filtres"),))),
        ("kernel: 4", Fix("five", (Edit(4, 30, 4, 31, "5"),))),
    )
    done = mended(EVEN, "ACME")
    assert done.after.text == EVEN.replace("kernel: 4", "kernel: 5")
    assert done.count == 1


@pytest.mark.usefixtures("registry")
def test_fix_that_changes_the_shape_of_the_output_is_left_out() -> None:
    fixing(("filters: 7", Fix("more", (Edit(4, 19, 4, 20, "8"),))))
    assert mended(EVEN, "ACME").after.text == EVEN


@pytest.mark.usefixtures("registry")
def test_fixes_that_undo_one_another_end() -> None:
    fixing(
        ("kernel: 4", Fix("five", (Edit(4, 30, 4, 31, "5"),))),
        ("kernel: 5", Fix("four", (Edit(4, 30, 4, 31, "4"),))),
    )
    assert mended(EVEN, "ACME").count == 20


def test_every_fix_of_every_rule_keeps_what_it_should() -> None:
    tried = 0
    for entry in entries().values():
        cls = RULES.get(entry.code)
        assert cls is not None
        if issubclass(cls, EngineRule):
            continue
        for case in cls.invalid:
            target = next((p for p in entry.profiles if p.startswith("target:")), "")
            level = Level(select=(entry.code,), target=target.removeprefix("target:") or None)
            settings = Settings(caller=SettingsSource("test", level))
            done = apply_fixes(Source("net.yaml", case.text), None, settings)
            if not done.count:
                continue
            tried += 1
            assert done.after.text != case.text
            assert entry.code not in {f.code for f in done.result.findings}, case.text
            again = apply_fixes(done.after, None, settings)
            assert again.count == 0
            assert _remarks(case.text) == _remarks(done.after.text)
    assert tried >= 5


def _remarks(text: str) -> list[str]:
    return [line.partition("#")[2] for line in text.splitlines() if "#" in line]


@pytest.mark.usefixtures("tmp_path")
def test_excusing_writes_comments_that_work() -> None:
    settings = Settings(caller=SettingsSource("test", Level(select=("CV003", "NA001", "SP010"))))
    done = excuse(Source("net.yaml", UNITS), None, settings, None, "as published")
    assert done.count == 1
    assert done.after.text == UNITS.replace(
        "# of each unit", "# cnn: ignore[NA001] -- as published; of each unit"
    )
    assert done.result.findings == ()
    assert excuse(done.after, None, settings).after.text == done.after.text
