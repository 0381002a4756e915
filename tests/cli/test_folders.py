"""Folders: what is found in them, what is passed over, and what decides."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.cli import run
from cnnanalyze.cli.folders import Finder, Scan
from cnnanalyze.cli.specs import search
from cnnanalyze.errors import UsageError
from tests.linting.networks import EVEN

OTHER = "on: push\nenv:\n  VERSION: 010\n"
Files = Callable[..., None]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Return a function that writes specs into a folder of a repository, where we are then."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    (tmp_path / ".git").mkdir()

    def write(*names: str, text: str = EVEN) -> None:
        for name in names:
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    return write


def found(*names: str, **said: Any) -> Sequence[str]:
    return search(names, Scan(**said)).names


# --- what is a spec ------------------------------------------------------------------------------


def test_other_yaml_is_left_alone_and_counted(files: Files, capsys: Any) -> None:
    files("net.yaml", "deep/net.yml")
    files("ci.yaml", "deep/compose.yml", text=OTHER)
    files("net.txt")
    assert search(["."]) == (("deep/net.yml", "net.yaml"), 2)
    assert run(["lint", ".", "--fix"]) == 1
    out, err = capsys.readouterr()
    assert err == ""
    assert "ci.yaml" not in out
    assert out.endswith("2 warnings in 2 files (2 other YAML files passed over)\n")
    assert Path("ci.yaml").read_text(encoding="utf-8") == OTHER


def test_commands_without_a_last_line_remark_what_is_passed_over(files: Files, capsys: Any) -> None:
    files("net.yaml", "b/net.yaml")
    files("ci.yaml", text=OTHER)
    assert run(["summary", "."]) == 0
    assert capsys.readouterr()[1] == "remark: 1 other YAML file passed over\n"


def test_a_folder_without_any_spec_is_said(files: Files) -> None:
    files("ci.yaml", "b/ci.yaml", text=OTHER)
    with pytest.raises(UsageError) as caught:
        found(".")
    assert str(caught.value) == (
        "error: the folder '.' contains no specs: 2 other YAML files passed over\n"
        "  help: a spec begins with 'cnn:'; a file that is named explicitly is read in any case"
    )
    with pytest.raises(UsageError, match=r"no file matches '\*\.yaml': 1 other YAML file passed"):
        found("*.yaml")


def test_a_folder_that_is_not_there_is_no_file(files: Files) -> None:
    files("net.yaml")
    with pytest.raises(UsageError, match=r"there is no folder 'nope/'"):
        found("net.yaml", "nope/")


def test_a_file_that_is_named_is_a_spec_whatever_it_holds(files: Files, capsys: Any) -> None:
    files("ci.yaml", text=OTHER)
    assert found("ci.yaml") == ("ci.yaml",)
    assert run(["lint", "ci.yaml"]) == 1
    assert "error[SP003]" in capsys.readouterr()[0]


# --- what is passed over -------------------------------------------------------------------------


def test_folders_of_tools_are_passed_over(files: Files) -> None:
    skipped = (".github/workflows", ".venv", "node_modules/x", "a/__pycache__", "build", "a/dist")
    files("net.yaml", "a/.net.yaml", *(f"{folder}/net.yaml" for folder in skipped))
    assert found(".") == ("a/.net.yaml", "net.yaml")
    for folder in skipped:
        assert found(folder) == (f"{folder}/net.yaml",), "a folder that is named is looked into"


def test_what_git_ignores_is_passed_over(files: Files) -> None:
    files("net.yaml", "out/net.yaml", "a/draft1.yaml", "a/draft2.yaml", "a/b/kept.yaml")
    files("a/out/net.yaml", "a/here.yaml", "b/here.yaml")
    files(".gitignore", text="# what comes out\nout/\n*draft*.yaml\n/a/b/*\n!kept.yaml\n")
    files("a/.gitignore", text="!draft2.yaml\n/here.yaml\n")
    files(".git/info/exclude", text="/b/\n")
    assert found(".") == ("a/b/kept.yaml", "a/draft2.yaml", "net.yaml")
    assert found("a") == ("a/b/kept.yaml", "a/draft2.yaml")
    assert found("out", "b") == ("out/net.yaml", "b/here.yaml")
    assert found("a/draft1.yaml") == ("a/draft1.yaml",)


def test_ignored_folder_that_is_named_keeps_what_else_is_ignored_in_it(files: Files) -> None:
    files("out/net.yaml", "out/deep/net.yaml", "out/x.draft.yaml")
    files(".gitignore", text="out/\n*.draft.yaml\n")
    assert found("out") == ("out/deep/net.yaml", "out/net.yaml")
    assert found("out/deep") == ("out/deep/net.yaml",)


def test_a_list_of_ignored_files_holds_without_a_repository_in_its_own_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("net.yaml", "out/net.yaml"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(EVEN, encoding="utf-8")
    Path(".gitignore").write_text("out/\n", encoding="utf-8")
    assert found(".") == ("net.yaml",)


def test_lists_of_ignored_files_that_are_links_or_hostile_are_no_lists(files: Files) -> None:
    files("net.yaml", "aaaaaaaaab.yaml")
    files("lines", text="*.yaml\n")
    Path(".gitignore").symlink_to("lines")
    assert found(".") == ("aaaaaaaaab.yaml", "net.yaml")
    Path(".gitignore").unlink()
    files(".gitignore", text=f"{'*a' * 40}b.yaml\n{'**/a/' * 40}\n\\\n")
    files(f"{'a' * 200}.yaml")
    assert len(found(".")) == 3


def test_circles_of_links_end(files: Files) -> None:
    files("deep/net.yaml")
    for name in ("a", "b", "deep/up"):
        Path(name).symlink_to(Path.cwd(), target_is_directory=True)
    Path("self").symlink_to("self")
    assert found(".") == ("deep/net.yaml",)
    assert found("./**/*.yaml") == ("deep/net.yaml",)
    assert found("**/**/*/**/*.yaml") == ("deep/net.yaml",)
    assert found("a") == ("a/deep/net.yaml",)


def test_what_is_no_file_is_passed_over(files: Files) -> None:
    files("net.yaml")
    Path("folder.yaml").mkdir()
    os.mkfifo("pipe.yaml")
    Path("zero.yaml").symlink_to("/dev/zero")
    Path("gone.yaml").symlink_to("nowhere")
    assert found(".") == ("net.yaml",)


def test_patterns_find_what_is_not_hidden_or_passed_over(files: Files) -> None:
    files(
        "a/net.yaml", "a/.x.yaml", ".b/net.yaml", "build/net.yaml", "a/b/c/net.yaml", "[a]/n.yaml"
    )
    assert found("*/*.yaml") == ("[a]/n.yaml", "a/net.yaml", "build/net.yaml")
    assert found("**/net.yaml") == ("a/b/c/net.yaml", "a/net.yaml")
    assert found("build/*.yaml", ".b/n*") == ("build/net.yaml", ".b/net.yaml")
    assert found(f"{Path.cwd()}/a/*.yaml") == (f"{Path.cwd()}/a/net.yaml",)
    assert found("[a]/n.yaml") == ("[a]/n.yaml",)


# --- what a configuration and the command line say ------------------------------------------------


def test_configuration_says_what_is_excluded_and_included(files: Files) -> None:
    files("net.yaml", "old/net.yaml", "build/net.yaml", "a/x.cnn", "a/old.yaml")
    files("cnnanalyze.toml", text="extend-exclude = ['/old/']\n")
    assert found(".") == ("a/old.yaml", "net.yaml")
    assert found("old") == ("old/net.yaml",)
    files("cnnanalyze.toml", text="exclude = ['old/', '.*/']\n")
    assert found(".") == ("a/old.yaml", "build/net.yaml", "net.yaml")
    files("cnnanalyze.toml", text="include = ['*.cnn', 'old.yaml']\n")
    assert found(".") == ("a/old.yaml", "a/x.cnn")
    files("cnnanalyze.toml", text="")
    files("pyproject.toml", text="[tool.cnnanalyze]\ninclude = ['a/*.yaml']\n")
    assert found(".") == ("a/old.yaml", "net.yaml", "old/net.yaml"), "the other file comes first"
    Path("cnnanalyze.toml").unlink()
    assert found(".") == ("a/old.yaml",)


def test_closest_configuration_holds_below_it(files: Files) -> None:
    files("a/net.yaml", "a/b/net.yaml", "a/b/c/net.yaml")
    files("cnnanalyze.toml", text="extend-exclude = ['c/']\n")
    files("a/cnnanalyze.toml", text="extend-exclude = ['/b/net.yaml']\n")
    assert found(".") == ("a/b/c/net.yaml", "a/net.yaml")
    assert found(".", isolated=True) == ("a/b/c/net.yaml", "a/b/net.yaml", "a/net.yaml")
    files("other.toml", text="extend-exclude = ['b/']\n")
    assert found(".", config=Path("other.toml")) == ("a/net.yaml",)


def test_command_line_goes_before_the_configuration(files: Files, capsys: Any) -> None:
    files("net.yaml", "old/net.yaml", "build/net.yaml", "x.cnn")
    files("cnnanalyze.toml", text="exclude = ['net.yaml']\n")
    files("b/net.yaml")

    def shown(*options: str) -> list[str]:
        assert run(["lint", "--show-files", *options]) == 0
        return str(capsys.readouterr()[0]).splitlines()

    assert shown("--exclude", "old,build/") == ["b/net.yaml", "net.yaml"]
    assert shown("--exclude", "old", "--extend-exclude", "/b/") == ["build/net.yaml", "net.yaml"]
    assert shown("--include", "*.cnn") == ["x.cnn"]
    assert run(["lint", "--exclude", "a*b*c*"]) == 2
    assert (
        capsys.readouterr()[1] == "error: --exclude: 'a*b*c*' has more than 2 stars in one name\n"
    )


def test_patterns_of_the_command_line_hold_in_folders_elsewhere(
    files: Files, tmp_path: Path
) -> None:
    files("a/net.yaml", "a/old/net.yaml", "b/net.yaml")
    os.chdir("b")
    folder = str(tmp_path / "a")
    assert found(folder, extend_exclude=("/old/",)) == (f"{folder}/net.yaml",)
    assert found("../a", include=("old/*",)) == ("../a/old/net.yaml",)


def test_forced_exclusion_reaches_files_that_are_named(files: Files, capsys: Any) -> None:
    files("net.yaml", "old/net.yaml", "build/net.yaml", "out/net.yaml")
    files(".gitignore", text="out/\n")
    files("cnnanalyze.toml", text="extend-exclude = ['old/']\n")
    named = ("net.yaml", "old/net.yaml", "build/net.yaml", "out/net.yaml", "old")
    assert found(*named) == named[:4]
    assert found(*named, is_forced=True) == ("net.yaml", "out/net.yaml")
    assert run(["lint", "old/net.yaml", "--force-exclude"]) == 0
    assert capsys.readouterr()[0] == "nothing found in 0 files\n"
    assert run(["budget", "old/net.yaml", "--force-exclude"]) == 0
    assert capsys.readouterr() == ("", "")
    os.chdir("old")
    assert found("net.yaml", is_forced=True) == ()


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        (
            "exclude = 'old'\n",
            "1:12",
            (
                "'exclude' of the configuration must be a list of patterns as .gitignore has them, "
                "not 'old'"
            ),
        ),
        (
            "include = [\n  'a',\n  3]\n",
            "1:11",
            (
                "'include' of the configuration must be a list of patterns as .gitignore has them, "
                "not ['a', 3]"
            ),
        ),
        ("exclude = ['a', '*a*b*']\n", "1:18", "'*a*b*' has more than 2 stars in one name"),
        ("exclude = ['**/a/**/**']\n", "1:13", "'**/a/**/**' has more than 2 times '**'"),
        ('exclude = ["\\\\"]\n', "1:13", "'\\' is not a pattern as .gitignore has them"),
    ],
)
def test_faulty_patterns_are_refused_at_their_place(
    files: Files, text: str, place: str, message: str
) -> None:
    files("net.yaml")
    files("cnnanalyze.toml", text=text)
    with pytest.raises(UsageError) as caught:
        found(".")
    assert caught.value.message == message
    assert str(caught.value.faults[0].mark) == f"cnnanalyze.toml:{place}"


def test_lint_without_arguments_looks_at_this_folder(files: Files, capsys: Any) -> None:
    files("a/net.yaml")
    assert run(["lint"]) == 1
    assert capsys.readouterr()[0].startswith("a/net.yaml:4:30: warning[CV003]")


def test_finder_passes_over_folders_that_may_not_be_read(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    files("net.yaml", "locked/net.yaml")
    scandir = os.scandir

    def refuse(path: Any) -> Any:
        if str(path) == "locked":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    assert Finder(Scan()).below(Path()) == [Path("net.yaml")]
    with pytest.raises(UsageError, match="the folder 'locked' cannot be read: permission denied"):
        found("locked")
