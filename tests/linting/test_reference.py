"""The reference page of the rules is what the command writes."""

from __future__ import annotations

from pathlib import Path

from cnnanalyze.report.findings.rule_reference import all_markdown

PAGE = Path(__file__).parent.parent.parent / "docs" / "reference" / "rules.md"


def test_page_is_up_to_date() -> None:
    told = "cnnanalyze rule --format markdown -o docs/reference/rules.md"
    assert PAGE.read_text("utf-8") == all_markdown(), told
    assert told in PAGE.read_text("utf-8")
