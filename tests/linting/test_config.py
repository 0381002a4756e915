"""Configuration files: which one holds, what it may say, and what it may not."""

# ruff: noqa: E501 - one row of a table is one line
from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnanalyze.core.configuration import find
from cnnanalyze.core.section import fields_of
from cnnanalyze.core.toml import find_key
from cnnanalyze.core.tree import plain
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.linting.config import LintTable, read
from cnnanalyze.linting.result import FileResult
from cnnanalyze.linting.run import Configuration, lint_specs, of_file
from cnnanalyze.linting.selection import Level
from cnnanalyze.linting.settings import SettingsSource
from tests.linting.networks import EVEN, UNITS


def write(folder: Path, text: str, name: str = "cnnanalyze.toml") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def linted(path: Path, *select: str) -> list[Any]:
    given = SettingsSource("test", Level(select=select or None))
    (found,) = lint_specs([of_file(path)], Configuration(given))
    assert isinstance(found, FileResult)
    return list(found.findings)


def codes(path: Path, *select: str) -> list[str]:
    return [f.code for f in linted(path, *select)]


# --- which file ----------------------------------------------------------------------------------


def test_closest_file_wins_and_is_not_merged(tmp_path: Path) -> None:
    outer = write(tmp_path, "[lint]\nignore = ['CV003']\n")
    net = write(tmp_path / "specs" / "deep", EVEN, "net.yaml")
    assert find(net.parent) == outer
    assert codes(net) == []
    inner = write(tmp_path / "specs", "[lint]\nseverity = {CV003 = 'info'}\n")
    assert find(net.parent) == inner
    assert [f.severity for f in linted(net)] == ["info"]


def test_own_file_comes_before_pyproject(tmp_path: Path) -> None:
    project = write(tmp_path, "[tool.cnnanalyze.lint]\nignore = ['CV']\n", "pyproject.toml")
    net = write(tmp_path, EVEN, "net.yaml")
    assert find(tmp_path) == project
    assert codes(net) == []
    own = write(tmp_path, "[lint]\n")
    assert find(tmp_path) == own
    assert codes(net) == ["CV003"]


def test_pyproject_without_a_table_of_ours_is_passed_over(tmp_path: Path) -> None:
    outer = write(tmp_path, "[lint]\n")
    write(tmp_path / "inner", "[tool.ruff]\n", "pyproject.toml")
    assert find(tmp_path / "inner") == outer


@pytest.mark.parametrize(
    "text",
    [
        "[tool.cnnanalyze.lint]\nignore = ['CV']\n",
        "[ tool . 'cnnanalyze' . lint ]\nignore = ['CV']\n",
        "[tool.cnnanalyze]\nlint.ignore = ['CV']\n",
        "[tool]\ncnnanalyze.lint.ignore = ['CV']\n",
        "tool.cnnanalyze.lint.ignore = ['CV']\n",
        "[tool.cnnanalyze.lint.severity]\nCV = 'info'\n",
    ],
)
def test_table_of_ours_is_seen_however_it_is_written(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, "[tool.other]\ncnnanalyze = 1\n", "pyproject.toml")
    assert find(tmp_path) != path
    write(tmp_path, text, "pyproject.toml")
    assert find(tmp_path) == path


def test_file_extends_another(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    write(tmp_path / "base", "[lint]\nignore = ['CV003']\nseverity = {NA001 = 'info'}\n")
    path = write(
        tmp_path / "here", "[lint]\nextend = '../base/cnnanalyze.toml'\nprofile = 'strict'\n"
    )
    settings = read(path)
    assert [Path(g.origin).parent.name for g in settings.files] == ["base", "here"]
    assert settings.severity == {"NA001": "info"}
    assert "CV003" in settings.codes, "a profile begins anew"
    write(tmp_path / "here", "[lint]\nextend = '../base/cnnanalyze.toml'\n")
    assert "CV003" not in read(path).codes


def test_caller_comes_last(tmp_path: Path) -> None:
    write(tmp_path, "[lint]\nselect = ['NA']\nignore = ['CV']\n")
    assert codes(write(tmp_path, EVEN, "net.yaml"), "CV003") == ["CV003"]


# --- what it may say -----------------------------------------------------------------------------


def test_rules_are_off_in_some_files(tmp_path: Path) -> None:
    write(tmp_path, "[lint.per-file-ignores]\n'old/*' = ['CV']\n'small.yaml' = 'even-kernel'\n")
    assert codes(write(tmp_path / "old", EVEN, "net.yaml"), "CV003") == []
    assert codes(write(tmp_path / "old" / "deep", EVEN, "net.yaml"), "CV003") == []
    assert codes(write(tmp_path / "new", EVEN, "small.yaml"), "CV003") == []
    assert codes(write(tmp_path / "new", EVEN, "net.yaml"), "CV003") == ["CV003"]


def test_rules_are_off_in_one_block_of_a_file(tmp_path: Path) -> None:
    net = write(tmp_path, UNITS, "net.yaml")
    write(tmp_path, "[lint.per-file-ignores]\n'net.yaml#unit2' = ['NA001']\n")
    (finding,) = linted(net, "NA001")
    assert (finding.instances, finding.path) == (2, "unit1/conv1")
    write(tmp_path, "[lint.per-file-ignores]\n'net.yaml#unit*' = ['NA001']\n")
    assert codes(net, "NA001") == []


def test_thresholds_are_changed(tmp_path: Path) -> None:
    net = write(tmp_path, EVEN.replace("\n- conv", "\n- dropout: 0.4\n- conv"), "net.yaml")
    assert "NA013" not in codes(net, "NA013")
    write(tmp_path, "[lint.thresholds.heavy-dropout]\nrate = 0.3\n")
    assert "NA013" in codes(net, "NA013")


def test_rules_are_declared(tmp_path: Path) -> None:
    write(
        tmp_path,
        "[[lint.rule]]\ncode = 'ACME001'\nwhen = \"kind == 'conv' and kernel > 3\"\n"
        "message = 'a kernel of ${kernel} is not ours'\nseverity = 'error'\nhelp = 'use ${kernel "
        "- 1}'\n"
        "[lint.severity]\nACME = 'info'\n",
    )
    (finding,) = (f for f in linted(write(tmp_path, EVEN, "net.yaml")) if f.code == "ACME001")
    assert finding.message == "a kernel of 4 is not ours"
    assert (finding.help, finding.severity) == ("use 3", "info")
    assert finding.values == (("kernel", 4), ("kind", "conv"))


def test_limits_of_the_run_come_from_the_file(tmp_path: Path) -> None:
    settings = read(
        write(tmp_path, "[lint]\nfail-on = 'info'\nmax-warnings = 3\nbudgets = {macs = '5M'}\n")
    )
    assert (settings.fail_on, settings.max_warnings) == ("info", 3)
    assert plain(settings.budgets) == {"macs": "5M"}


# --- what it may not say -------------------------------------------------------------------------

DECLARED = "[[lint.rule]]\ncode = 'ACME001'\nwhen = 'kernel > 3'\nmessage = 'wide'\n"


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("[lint]\nignor = []\n", "2:1", "'lint' has no 'ignor'; it takes extend, profile, target, select, "),
        ("[lint]\nselect = 5\n", "2:10", "'select' of 'lint' must be a list, not 5"),
        ("[lint]\nselect = ['CV', 'CW001']\n", "2:18", "there is no rule 'CW001'"),
        ("[lint]\nignore = ['evn-kernel']\n", "2:12", "there is no rule 'evn-kernel'; did you mean 'even-kernel'?"),
        ("[lint]\nprofile = 'teching'\n", "2:12", "'profile' of 'lint' must be one of default, teaching, strict, not 'teching'; did you mean 'teaching'?"),
        ("[lint]\ntarget = 'abacus'\n", "2:11", "there is no target 'abacus'"),
        ("[lint]\nprofile = 3\n", "2:11", "'profile' of 'lint' must be one of default, teaching, strict, not 3"),
        ("[lint]\nmax-warnings = -1\n", "2:16", "'max-warnings' of 'lint' must be a whole number of at least 0, not -1"),
        ("[lint]\nfail-on = 'never'\n", "2:12", "'fail-on' of 'lint' must be one of error, warning, info, not 'never'"),
        ("[lint]\n[lint.severity]\nCV003 = 'bad'\n", "3:10", "'CV003' of 'severity' must be one of error, warning, info, not 'bad'"),
        ("[lint.severity]\nCW = 'info'\n", "2:1", "there is no rule 'CW'"),
        ("[lint]\nseverity = 3\n", "2:12", "'severity' of 'lint' must be a table, not 3"),
        ("[lint.per-file-ignores]\n'a/*' = [3]\n", "2:10", "'a/*' of 'per-file-ignores' must be a text, not 3"),
        ("[lint.per-file-ignores]\n'a/*' = ['QQ']\n", "2:11", "there is no rule 'QQ'"),
        ("[lint.thresholds]\nNA013 = 3\n", "2:9", "'NA013' of 'thresholds' must be a table, not 3"),
        ("[lint.thresholds.NA013]\nrat = 3\n", "2:1", "NA013 has no threshold 'rat'; it has rate; did you mean 'rate'?"),
        ("[[lint.rule]]\ncode = 'ACME001'\n", "1:3", "a declared rule needs 'when'"),
        ("[lint]\nrule = 3\n", "2:8", "'rule' of 'lint' must be a list, not 3"),
        ("[[lint.rule]]\ncode = 'ACME001'\nmessage = 'x'\nwhen = 'kernl > 3'\n", "4:9", "the condition of ACME001 asks for 'kernl', which no layer has; did you mean 'kernel'?"),
        ("[lint]\nextend = 'nowhere.toml'\n", "2:11", "there is no file 'nowhere.toml' to extend"),
        ("[lint]\nextend = 'cnnanalyze.toml'\n", "2:11", "'extend' goes in a circle: cnnanalyze.toml"),
        ("[lint]\nextend = 'a\\u0000b'\n".replace("'", '"'), "2:11", "there is no file 'a\0b' to extend"),
        ("[lint\n", "1:6", "this is not TOML: expected ']' at the end of a table declaration"),
        ("a = " + "[" * 50_000, "", "the configuration "),
        ("[lint.thresholds]\nNA013 = {rate = nan}\n", "2:17", "'rate' of 'NA013' must be a number, not nan"),
        ("[lint.budgets]\nmacs = '5M'\nparameters = -5\n", "3:14", "the budget for parameters cannot be read: '-5' is not a number"),
        ("[lint.budgets]\nmacs = '5M'\nparam = 5\n", "3:1", "'budgets' has no 'param'"),
        ("[lint.budgets]\nallow = nan\n", "2:9", "'allow' of 'budgets' must be a percentage, not nan"),
        ("[lint.budgets]\nallow = inf\n", "2:9", "'allow' of 'budgets' must be a percentage, not inf"),
        (DECLARED + DECLARED.replace("3", "5"), "7:9", "there is a rule 'ACME001' already"),
        (DECLARED.replace("ACME001", "CV003"), "3:9", "there is a rule 'CV003' already"),
        (DECLARED + "name = 'even-kernel'\n", "3:9", "there is a rule 'even-kernel' already"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_refused_at_its_place(
    tmp_path: Path, text: str, place: str, message: str
) -> None:
    with pytest.raises(UsageError) as caught:
        read(write(tmp_path, text))
    fault = caught.value.faults[0]
    assert fault.message.startswith(message)
    assert f"{fault.mark.line}:{fault.mark.column}" == place if fault.mark else not place


def test_keys_are_documented() -> None:
    for key, (_, info) in fields_of(LintTable).items():
        assert info.description, key
        assert not info.description.endswith("."), key


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "cnnanalyze.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read(path)
    with pytest.raises(UsageError, match="there is no file "):
        read(tmp_path / "other.toml")


def test_place_of_a_key_in_nested_tables() -> None:
    text = "a = 1\n[x]\nb = 2 # b = 3\n[x.'y z'.w]\n  \"b\" = 3\n[[x.l]]\nb = 4\n"
    source = Source("f.toml", text)
    where = {
        ("a",): "1:1",
        ("x", "b"): "3:1",
        ("x", "y z", "w", "b"): "5:3",
        ("x", "l", 0, "b"): "7:1",
        ("x", "q"): "2:2",
        ("nothing",): "1:1",
    }
    for keys, place in where.items():
        assert str(find_key(source, keys)) == f"f.toml:{place}"


# --- hostile and odd places ----------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["nets [old]", "a[b", "x]", "{n}", "a*b"])
def test_per_file_ignores_hold_below_folders_with_signs_of_patterns(
    tmp_path: Path, folder: str
) -> None:
    root = tmp_path / folder
    write(root, "[lint.per-file-ignores]\n'old/*.yaml' = ['CV']\n'*/b.yaml' = ['CV']\n")
    assert codes(write(root / "old", EVEN, "net.yaml"), "CV003") == []
    assert codes(write(root / "new", EVEN, "b.yaml"), "CV003") == []
    assert codes(write(root / "new", EVEN, "net.yaml"), "CV003") == ["CV003"]
    assert codes(write(root, EVEN, "net.yaml"), "CV003") == ["CV003"]


def test_per_file_ignores_hold_however_a_file_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a", "[lint.per-file-ignores]\n'./old/*.yaml' = ['CV']\n")
    write(tmp_path / "a" / "old", EVEN, "net.yaml")
    (tmp_path / "link").symlink_to("a", target_is_directory=True)
    (tmp_path / "b").mkdir()
    monkeypatch.chdir(tmp_path / "b")
    for name in ("../a/old/net.yaml", "../b/../a/old/net.yaml", "../link/old/net.yaml"):
        assert codes(Path(name), "CV003") == []


def test_configuration_of_a_linted_repository_stays_inside_of_it(tmp_path: Path) -> None:
    outside = write(tmp_path, "[lint]\nselect = ['SECRET']\n", "outside.toml")
    inner = tmp_path / "repository" / "deep"
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    write(tmp_path / "repository", "[lint]\nignore = ['CV003']\n", "base.toml")
    assert "CV003" not in read(write(inner, "[lint]\nextend = '../base.toml'\n")).codes
    (inner / "link.toml").symlink_to(outside)
    for name in ("../../outside.toml", str(outside), "link.toml", "/dev/zero"):
        with pytest.raises(UsageError) as caught:
            read(write(inner, f"[lint]\nextend = '{name}'\n"))
        said = str(caught.value)
        assert "cnnanalyze.toml:2:11: error: 'extend' may only name files below " in said
        assert "SECRET" not in said


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", f"# cnnanalyze\n{chr(10) * 100_000}[ tool ]\nx = 1\n"),
        ("pyproject.toml", f"[tool.cnnanalyze]\n#{' ' * 100_000}x\n"),
        ("cnnanalyze.toml", f"[lint]\nprofile = 'strict' #{' [' * 50_000}\n"),
        ("cnnanalyze.toml", f"#{chr(9) * 100_000}[[\n[lint]\n"),
    ],
)
def test_long_blanks_in_a_configuration_take_no_time(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, text, name)
    assert codes(write(tmp_path, EVEN, "net.yaml"), "CV003") == ["CV003"]


@pytest.mark.parametrize(
    "text",
    [
        EVEN.replace("same}", f"same}}  # cnn: ignore[a{' ' * 200_000}b]"),
        EVEN.replace("same}", f"same}}  # cnn: ignore[{', ' * 100_000}]"),
        EVEN.replace("same}", f"same}}  # cnn: ignore{' ' * 200_000}x"),
        EVEN.replace("cnn: 1", f"cnn: 1\nabout: '{'# ' * 100_000}'"),
        EVEN.replace("cnn: 1", f"cnn: 1\nabout: 0{'_' * 200_000}x"),
        EVEN.replace("same}", f"same{' ' * 200_000}}}"),
        EVEN.replace("cnn: 1", f"cnn: 1\nabout: {'a#' * 100_000}"),
    ],
)
def test_long_words_in_comments_and_values_take_no_time(tmp_path: Path, text: str) -> None:
    assert "CV003" in codes(write(tmp_path, text, "net.yaml"), "CV003", "SP009", "SP010")
