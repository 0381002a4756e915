"""Configuration files: which one holds, what may stand at the top, and what they may reach."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

from pathlib import Path

import pytest

from cnnanalyze.core.configuration import KEYS, OF_LINT, find, is_inside, open_table, root_of
from cnnanalyze.core.section import fields_of
from cnnanalyze.errors import UsageError
from cnnanalyze.linting.config import LintTable


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text", "place", "message", "help_"),
    [
        (
            "cnnanalyze.toml",
            "[tool.cnnanalyze.lint]\nignore = ['CV']\n",
            "1:2",
            "tables of cnnanalyze.toml do not belong under 'tool'",
            "write [lint] instead of [tool.cnnanalyze.lint], or move the table into pyproject.toml",
        ),
        (
            "pyproject.toml",
            "[tool.cnnanalyze]\nignore = ['CV']\n",
            "2:1",
            "'ignore' belongs under 'lint'",
            "it has no effect here",
        ),
        (
            "cnnanalyze.toml",
            "max-warnings = 3\n[lint]\n",
            "1:1",
            "'max-warnings' belongs under 'lint'",
            "it has no effect here",
        ),
        (
            "cnnanalyze.toml",
            "[lnt]\nignore = ['CV']\n",
            "1:2",
            "the configuration has no 'lnt'; did you mean 'lint'?",
            "it takes exclude, extend-exclude, include, lint, conventions",
        ),
        (
            "pyproject.toml",
            "[tool.cnnanalyze.lint]\n[tool.cnnanalyze.convention.mine]\n",
            "2:18",
            "the configuration has no 'convention'; did you mean 'conventions'?",
            "it takes exclude, extend-exclude, include, lint, conventions",
        ),
        ("pyproject.toml", "[tool]\ncnnanalyze = 3\n", "2:14", "the configuration must be a table, not 3", ""),
        ("cnnanalyze.toml", "lint = [1]\n", "1:8", "'lint' of the configuration must be a table, not [1]", ""),
    ],
)  # fmt: skip
def test_what_nobody_reads_is_told_at_its_place(
    tmp_path: Path, name: str, text: str, place: str, message: str, help_: str
) -> None:
    path = write(tmp_path / name, text)
    assert find(tmp_path) == path
    with pytest.raises(UsageError) as caught:
        open_table(path, "lint")
    (fault,) = caught.value.faults
    assert (fault.message, fault.help) == (message, help_)
    assert fault.mark is not None
    assert f"{fault.mark.line}:{fault.mark.column}" == place


def test_keys_of_the_linter_are_known_where_they_are_misplaced() -> None:
    assert set(OF_LINT) == set(fields_of(LintTable))
    assert not set(OF_LINT) & set(KEYS)


def test_a_repository_begins_where_git_says_and_else_at_the_configuration(tmp_path: Path) -> None:
    deep = tmp_path / "a" / "b"
    deep.mkdir(parents=True)
    assert root_of(deep) == deep
    (tmp_path / ".git").write_text("gitdir: elsewhere\n", encoding="utf-8")  # a worktree has a file
    assert root_of(deep) == tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("x.json", True),
        ("../x.json", True),
        ("a/../../../x.json", False),
        ("/dev/zero", False),
        ("out", False),
        ("out/x.json", False),
        ("within", True),
        ("a\0b", True),  # leads nowhere
        ("x" * 5_000, True),
    ],
)
def test_what_a_configuration_may_reach(tmp_path: Path, name: str, found: bool) -> None:
    folder = tmp_path / "repository" / "deep"
    folder.mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (folder / "out").symlink_to("../..")
    (folder / "within").symlink_to("..")
    assert is_inside(folder / name, folder) is found


def test_a_configuration_that_is_a_link_out_of_the_repository_is_refused(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.toml", "password = 'x'\n")
    inner = tmp_path / "repository"
    (inner / ".git").mkdir(parents=True)
    (inner / "cnnanalyze.toml").symlink_to(secret)
    with pytest.raises(UsageError, match=r"is a link to a file outside of .*repository") as caught:
        find(inner)
    assert "password" not in str(caught.value)
    (inner / "cnnanalyze.toml").unlink()
    (inner / "cnnanalyze.toml").symlink_to("/dev/zero")
    assert find(inner) is None
