"""Comments: what they cover, what they cannot cover, what is left over."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

from typing import Any

import pytest

from cnnanalyze.errors import Source
from cnnanalyze.linting.edit_check import change
from cnnanalyze.linting.suppression import comment_edits, comment_places
from tests.linting.networks import EVEN, MESSAGE, UNITS


def codes(result: Any) -> list[str]:
    return [f.code for f in result.findings]


def with_comment(comment: str) -> str:
    return EVEN.replace("same}\n", f"same}}  # {comment}\n")


@pytest.mark.parametrize(
    "comment",
    [
        "cnn: ignore[CV003]",
        "cnn: ignore[CV003] -- the paper has it so",
        "cnn:ignore[ CV ]",
        "cnn: ignore[even-kernel]",
        "cnn: ignore[ALL]",
        "cnn: file-ignore[CV003]",
    ],
)
def test_comment_behind_hides_what_is_found_in_its_line(lint: Any, comment: str) -> None:
    result = lint(with_comment(comment), "CV003", "SP010")
    assert codes(result) == []
    assert result.suppressed == 1


def test_comment_above_covers_the_step_below_with_everything_inside(lint: Any) -> None:
    text = (
        "cnn: 1\ninput: 31x37x3\nlayers:\n# cnn: ignore[CV003] -- for a reason\n# more words\n"
        "- conv:\n    filters: 7\n    kernel: 4\n    padding: same\n"
        "- conv: {filters: 7, kernel: 2, padding: same}\n"
    )
    result = lint(text, "CV003", "SP010")
    assert [(f.code, f.mark.line) for f in result.findings] == [("CV003", 10)]
    assert result.suppressed == 1


def test_comment_above_a_block_covers_the_whole_block(lint: Any) -> None:
    text = UNITS.replace("  unit:\n", "  # cnn: ignore[NA001]\n  unit:\n")
    result = lint(text, "NA001", "SP010")
    assert codes(result) == []
    assert result.suppressed == 3


def test_comment_at_a_call_covers_that_call_alone(lint: Any) -> None:
    text = UNITS.replace("- {unit: , repeat: 3}", "- unit: # cnn: ignore[NA001]\n- unit\n- unit")
    result = lint(text, "NA001", "SP010")
    (finding,) = result.findings
    assert (finding.code, finding.instances, finding.path) == ("NA001", 2, "unit2/conv1")
    assert finding.fix is None, "a fix would change the excused instance, too"


def test_file_comment_may_stand_anywhere(lint: Any) -> None:
    assert codes(lint(f"{EVEN}\n# cnn: file-ignore[CV]\n", "CV003", "SP010")) == []


def test_sign_inside_a_text_is_no_comment(lint: Any) -> None:
    text = EVEN.replace("cnn: 1\n", 'cnn: 1\nabout: "# cnn: ignore[CV003]"\n')
    assert codes(lint(text, "CV003", "SP010")) == ["CV003"]
    text = EVEN.replace("cnn: 1\n", "cnn: 1\nabout: |\n  x # cnn: file-ignore[CV003]\n")
    assert codes(lint(text, "CV003", "SP010")) == ["CV003"]


def test_places_of_comments() -> None:
    text = "a: 'x # y' # one\n# two\nb: [1, 2] # three\nc: x#no\nd: |\n  # text\n  more\n# four\n"
    assert list(comment_places(Source("here", text))) == [(1, 11), (2, 0), (3, 10), (8, 0)]
    assert list(comment_places(Source("here", "a: [1\n# x"))) == []


@pytest.mark.parametrize(
    ("comment", "place", "message"),
    [
        ("cnn: ignore[NA001]", 63, "the comment that ignores 'NA001' hides nothing here"),
        ("cnn: ignore[CV003, NA]", 70, "the comment that ignores 'NA' hides nothing here"),
    ],
)
def test_unused_comment_is_found(lint: Any, comment: str, place: int, message: str) -> None:
    found = lint(with_comment(comment), "NA001", "CV003", "SP010").findings
    (unused,) = (f for f in found if f.code == "SP010")
    assert (unused.mark.line, unused.mark.column, unused.message) == (4, place, message)
    assert unused.severity == "warning"


def test_comment_for_a_rule_that_was_not_run_is_not_called_unused(lint: Any) -> None:
    assert codes(lint(with_comment("cnn: ignore[NA001]"), "CV003", "SP010")) == ["CV003"]
    broken = with_comment("cnn: ignore[CV003]").replace("filters: 7", "filters: 0")
    assert "SP010" not in codes(lint(broken, "CV003", "SP010"))


def test_unused_comment_is_not_told_if_that_rule_is_off(lint: Any) -> None:
    text = with_comment("cnn: ignore[NA001]").replace("kernel: 4", "kernel: 3")
    assert codes(lint(text)) == ["SP010"]
    assert codes(lint(text, ignore=("SP010",))) == []


@pytest.mark.parametrize(
    ("comment", "message", "help_text"),
    [
        ("cnn: ignore", "'cnn: ignore' must name the rules that it ignores", "write '# cnn: ignore[NA001] -- reason'"),
        ("cnn: file-ignore[]", "'cnn: file-ignore' must name the rules that it ignores", "write '# cnn: file-ignore[NA001] -- reason'"),
        ("cnn: ingore[CV003]", "a comment 'cnn: ingore' means nothing", "write 'cnn: ignore[CODE]' or 'cnn: file-ignore[CODE]'"),
        ("cnn: ignore[CV999]", "there is no rule 'CV999'", "'cnnanalyze rule' lists them"),
        ("cnn: ignore[evn-kernel]", "there is no rule 'evn-kernel'; did you mean 'even-kernel'?", "'cnnanalyze rule' lists them"),
    ],
)  # fmt: skip
def test_comment_that_means_nothing_is_an_error(
    lint: Any, comment: str, message: str, help_text: str
) -> None:
    found = lint(with_comment(comment), "CV003", "SP010").findings
    assert [f.message for f in found if f.code == "CV003"] == [MESSAGE]
    (wrong,) = (f for f in found if f.code == "LN002")
    assert wrong.message.startswith(message)
    assert (wrong.severity, wrong.help, wrong.mark.line) == ("error", help_text, 4)


def test_fault_cannot_be_excused(lint: Any) -> None:
    text = with_comment("cnn: ignore[SP, SH, GR]").replace("filters: 7", "filter: 7")
    assert [f.severity for f in lint(text).findings].count("error") >= 1
    assert lint(text).suppressed == 0


def test_other_words_after_the_sign_are_no_business_of_ours(lint: Any) -> None:
    assert codes(lint(with_comment("cnn models need this"), "CV003")) == ["CV003"]


# --- writing them --------------------------------------------------------------------------------


def add_comments(source: Source, findings: Any, reason: str = "") -> str:
    return change(source.text, comment_edits(source, findings, reason))


def test_comments_are_added_behind_what_stands_there(lint: Any) -> None:
    findings = lint(EVEN, "CV003").findings
    added = add_comments(Source("net.yaml", EVEN), findings, "as printed")
    assert added == with_comment("cnn: ignore[CV003] -- as printed")
    assert codes(lint(added, "CV003", "SP010")) == []


def test_comments_stand_before_any_end_of_line_and_on_one_line(lint: Any) -> None:
    text = EVEN.replace("\n", "\r")
    findings = lint(text, "CV003").findings
    added = add_comments(Source("net.yaml", text), findings, " as\n printed ")
    assert added == with_comment("cnn: ignore[CV003] -- as printed").replace("\n", "\r")
    assert codes(lint(added, "CV003", "SP010")) == []


def test_what_a_remark_says_stays(lint: Any) -> None:
    text = EVEN.replace("same}\n", "same}  # from the paper\n")
    findings = lint(text, "CV003").findings
    assert add_comments(Source("net.yaml", text), findings) == with_comment(
        "cnn: ignore[CV003] -- from the paper"
    )
    assert add_comments(Source("net.yaml", text), findings, "old") == with_comment(
        "cnn: ignore[CV003] -- old; from the paper"
    )


def test_codes_are_added_to_a_comment_that_is_there(lint: Any) -> None:
    text = with_comment("cnn: ignore[NA001] -- because")
    findings = lint(text, "CV003").findings
    assert add_comments(Source("net.yaml", text), findings) == with_comment(
        "cnn: ignore[NA001, CV003] -- because"
    )
