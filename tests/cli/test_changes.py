"""Files that are changed: only where a fix is, and only those of the user."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

import cnnanalyze
from cnnanalyze.cli import run
from cnnanalyze.core.file_writing import write_file
from cnnanalyze.errors import UsageError
from tests.linting.networks import EVEN, UNITS

OTHER = b"# a workflow\non: push\nenv: {VERSION: 010, ANSWER: yes}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)


@pytest.mark.parametrize(
    "options", [("--fix",), ("--fix", "--unsafe-fixes"), ("--add-ignore", "x")]
)
@pytest.mark.parametrize("name", [".", "ci.yaml", "*.yaml"])
def test_yaml_that_is_no_spec_is_never_rewritten(options: tuple[str, ...], name: str) -> None:
    Path("ci.yaml").write_bytes(OTHER)
    Path("net.yaml").write_text(EVEN, encoding="utf-8")
    run(["lint", name, "--profile", "strict", *options])
    assert Path("ci.yaml").read_bytes() == OTHER


@pytest.mark.parametrize("ends", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("last", [b"\n", b"", b"\n\n  "])
def test_bytes_outside_of_a_fix_stay(ends: bytes, mark: bytes, last: bytes) -> None:
    before = UNITS.replace("# stays", "# é\t \N{SNOWMAN} ").encode().rstrip(b"\n")
    fixed = before.replace(b"padding: same}", b"padding: same, bias: false}")
    # One line in the middle ends otherwise than the rest.
    odd = b"\r\n" if ends == b"\n" else b"\n"

    def data(text: bytes) -> bytes:
        lines = text.split(b"\n")
        return mark + odd.join([ends.join(lines[:4]), ends.join(lines[4:])]) + last

    Path("net.yaml").write_bytes(data(before))
    assert run(["lint", "net.yaml", "--fix", "--select", "NA001"]) == 0
    assert Path("net.yaml").read_bytes() == data(fixed)


def test_a_line_that_is_put_in_ends_as_its_neighbours() -> None:
    text = "cnn: 1\ninput: 9x9x3\nlayers:\n- conv:\n    filters: 7\n    kernel: 3\n- bn\n"
    Path("net.yaml").write_bytes(text.replace("\n", "\r\n").encode())
    assert run(["lint", "net.yaml", "--fix", "--select", "NA001"]) == 0
    fixed = text.replace("    filters", "    bias: false\n    filters")
    assert Path("net.yaml").read_bytes() == fixed.replace("\n", "\r\n").encode()


def test_a_comment_is_not_written_into_a_text() -> None:
    text = EVEN.replace("input", "about: |\n  on\n  and on\nname: >\n  no,\n\n  no\ninput")
    text = text.replace("filters: 7", "filters: &x\n    7")
    Path("net.yaml").write_text(text, encoding="utf-8")
    run(["lint", "net.yaml", "--add-ignore", "as published", "--select", "CV003,SP009"])
    after = Path("net.yaml").read_text(encoding="utf-8")
    assert after.replace("  # cnn: ignore[CV003] -- as published", "") == text


def test_rights_of_a_file_stay_and_links_stay_links() -> None:
    Path("deep").mkdir()
    Path("deep/net.yaml").write_text(UNITS, encoding="utf-8")
    Path("deep/net.yaml").chmod(0o640)
    Path("net.yaml").symlink_to("deep/net.yaml")
    assert run(["lint", "net.yaml", "--fix", "--select", "NA001"]) == 0
    assert Path("net.yaml").is_symlink()
    assert "bias: false" in Path("deep/net.yaml").read_text(encoding="utf-8")
    assert stat.S_IMODE(Path("deep/net.yaml").stat().st_mode) == 0o640


def test_a_file_that_may_not_be_written_is_not_replaced(monkeypatch: Any, capsys: Any) -> None:
    Path("net.yaml").write_text(UNITS, encoding="utf-8")
    monkeypatch.setattr(os, "access", lambda _, mode: mode != os.W_OK)
    assert run(["lint", "net.yaml", "--fix", "--select", "NA001"]) == 2
    assert capsys.readouterr()[1].startswith("error: cannot write 'net.yaml': permission denied\n")
    assert Path("net.yaml").read_text(encoding="utf-8") == UNITS


@pytest.mark.parametrize("option", [("--fix",), ("--add-ignore", "why")])
def test_networks_of_the_zoo_are_not_changed(option: tuple[str, ...], capsys: Any) -> None:
    assert run(["lint", "zoo:vgg16_bn", *option]) == 2
    assert "belongs to cnnanalyze itself and is not changed" in capsys.readouterr()[1]


@pytest.mark.parametrize("option", [("--fix",), ("--add-ignore", "why")])
def test_files_of_the_installed_package_are_not_changed(
    option: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    package = Path("site/cnnanalyze")
    (package / "cli").mkdir(parents=True)
    (package / "networks").mkdir()
    (package / "networks" / "net.yaml").write_text(UNITS, encoding="utf-8")
    Path("link.yaml").symlink_to(package / "networks" / "net.yaml")
    Path("own.yaml").write_text(UNITS, encoding="utf-8")
    module = (package / "cli" / "output.py").absolute()
    monkeypatch.setattr("cnnanalyze.core.file_writing.__file__", str(module))
    for name in ("site/cnnanalyze/networks/net.yaml", "site/cnnanalyze/networks", "link.yaml"):
        assert run(["lint", "own.yaml", name, *option]) == 2
        assert "belongs to cnnanalyze itself and is not changed" in capsys.readouterr()[1]
    assert (package / "networks" / "net.yaml").read_text(encoding="utf-8") == UNITS
    assert Path("own.yaml").read_text(encoding="utf-8") == UNITS, "nothing is half done"


@pytest.mark.parametrize("name", ["zoo:vgg16", str(Path(cnnanalyze.__file__).parent / "x.yaml")])
def test_nothing_is_written_into_the_package(name: str) -> None:
    with pytest.raises(UsageError, match=r"cannot write '.*': it belongs to cnnanalyze itself"):
        write_file(Path(name), "x")
    assert not Path(name).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("lint", "net.yaml", "--baseline", "net.yaml", "--write-baseline"),
        ("lint", "net.yaml", "--baseline", "other.json", "--write-baseline"),
        ("lint", "net.yaml", "--output", "json=net.yaml"),
        ("lint", "net.yaml", "--output", "sarif=./net.yaml"),
        ("budget", "net.yaml", "--baseline", "net.yaml", "--update"),
        ("budget", "net.yaml", "--baseline", "other.json", "--update"),
    ],
)
def test_no_result_is_written_over_a_spec_or_what_is_no_baseline(
    arguments: tuple[str, ...],
) -> None:
    Path("net.yaml").write_text(EVEN, encoding="utf-8")
    Path("other.json").write_text('{"name": "package"}', encoding="utf-8")
    assert run(list(arguments)) == 2
    assert Path("net.yaml").read_text(encoding="utf-8") == EVEN
    assert Path("other.json").read_text(encoding="utf-8") == '{"name": "package"}'
