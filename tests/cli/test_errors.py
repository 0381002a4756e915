"""Every complaint of the command line in full, with its exit code; nothing on stdout."""

from __future__ import annotations

import io
import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SPEC = "{cnn: 1, name: tiny, input: 7x11x3, layers: [{conv: {filters: 5, kernel: 3}}]}"
Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--format", "jsno"],
            (
                "error: there is no format 'jsno'; did you mean 'json'?\n"
                "  help: the formats are text, markdown, latex, html, json, csv\n"
            ),
        ),
        (["--batch", "0"], "error: batch must be at least 1, not 0\n"),
        (["--depth", "0"], "error: depth must be at least 1, not 0\n"),
        (
            ["--layout", "cwh"],
            "error: unknown layout 'cwh'; known: hwc, chw; did you mean 'chw'?\n",
        ),
        (
            ["--dtype", "float31"],
            (
                "error: unknown dtype 'float31'; known: float64, float32, float16, bfloat16, int8; "
                "did you mean 'float32'?\n"
            ),
        ),
        (
            ["--set", "width"],
            "error: --set takes NAME=VALUE, not 'width'\n  help: for example --set width=0.5\n",
        ),
        (
            ["--set", "n=$a + 1"],
            (
                "error: --set takes plain values, and '$a + 1' is an expression\n"
                "  help: give its result\n"
            ),
        ),
        (
            ["--format", "json", "--depth", "1"],
            (
                "error: 'depth' shapes tables; json always holds every layer with everything\n"
                "  help: leave out 'depth', or choose the format csv\n"
            ),
        ),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_wrong_option(run: Any, write_spec: Write, options: list[str], message: str) -> None:
    outcome = run("summary", write_spec(SPEC), *options)
    assert (outcome.code, outcome.out, outcome.err) == (2, "", message)


def test_an_unknown_column_names_them_all(run: Any, write_spec: Write) -> None:
    outcome = run("summary", write_spec(SPEC), "--columns", "name,parmeters")
    first, second = outcome.err.splitlines()
    assert outcome.code == 2
    assert first == "error: there is no column 'parmeters'; did you mean 'parameters'?"
    assert second.startswith("  help: the columns are name, kind, attributes, input, output, ")


def test_an_unknown_convention_names_them_all(run: Any, write_spec: Write) -> None:
    outcome = run("summary", write_spec(SPEC), "--convention", "macc")
    first, second = outcome.err.splitlines()
    assert outcome.code == 2
    assert first == "error: there is no counting convention 'macc'; did you mean 'mac'?"
    assert second.startswith("  help: the conventions are ")


def test_an_unknown_parameter_is_met_with_the_nearest(run: Any, write_spec: Write) -> None:
    path = write_spec(SPEC.replace("input", "params: {width: 3}, input"))
    outcome = run("summary", path, "--set", "widht=5")
    assert outcome.code == 2
    assert outcome.err == (
        f"error: {path} has no parameter 'widht'; it has width; did you mean 'width'?\n"
    )


def test_a_file_that_is_not_there(run: Any, tmp_path: Path) -> None:
    outcome = run("summary", tmp_path / "gone.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert str(tmp_path / "gone.yaml") in outcome.err
    assert "Traceback" not in outcome.err


def test_a_folder_without_specs(run: Any, tmp_path: Path) -> None:
    outcome = run("summary", tmp_path)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: the folder '{tmp_path}' contains no specs\n"
        "  help: specs are files that end in .yaml or .yml\n"
    )


def test_a_pattern_that_matches_nothing(run: Any, tmp_path: Path) -> None:
    outcome = run("verify", f"{tmp_path}/*.yaml")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: no file matches '{tmp_path}/*.yaml'\n  help: check the pattern and the folder\n"
    )


def test_a_network_that_the_zoo_does_not_have(run: Any) -> None:
    outcome = run("summary", "zoo:resnet05")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: the zoo has no 'resnet05'; did you mean 'resnet50'?\n"
        "  help: 'cnnanalyze zoo' lists what it has\n"
    )


def test_stdin_that_is_not_utf8(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"cnn: \xff")))
    outcome = run("summary", "-")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: what comes in on stdin is not UTF-8: byte 6 (line 1) is 0xff\n"
        "  help: save the file with the encoding UTF-8\n"
    )


def test_a_path_that_cannot_be_written(run: Any, write_spec: Write, tmp_path: Path) -> None:
    target = tmp_path / "gone" / "out.json"
    outcome = run("summary", write_spec(SPEC), "--format", "json", "-o", target)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        f"error: cannot write '{target}': no such file or directory\n"
        "  help: choose a file in a folder that exists and may be written\n"
    )


def test_a_folder_is_no_file_to_write_to(run: Any, write_spec: Write, tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    outcome = run("summary", write_spec(SPEC), "-o", target)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith(f"error: cannot write '{target}': is a directory\n")
    assert list(target.iterdir()) == []
    assert sorted(p.name for p in tmp_path.iterdir()) == ["folder", "net.yaml"]


def test_a_failure_leaves_the_old_file_alone(run: Any, write_spec: Write, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    target.write_text("old")
    outcome = run("summary", write_spec("cnn: 1\n"), "--format", "json", "-o", target)
    assert outcome.code == 2
    assert target.read_text() == "old"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["summry"], "No such command 'summry'"),
        (["summary"], "Missing argument"),
        (["summary", "--dept", "1", "x.yaml"], "No such option"),
        (["summary", "--depth", "two", "x.yaml"], "Invalid value for '--depth'"),
    ],
)
def test_a_command_line_that_cannot_be_read(run: Any, arguments: list[str], words: str) -> None:
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert words in outcome.err
    assert "Traceback" not in outcome.err


def test_what_nobody_foresaw_is_one_sentence(
    run: Any, write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr("cnnanalyze.analysis.pipeline.analyze", fail)
    outcome = run("summary", write_spec(SPEC))
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: cnnanalyze met something unforeseen (ZeroDivisionError: by zero); "
        "--debug shows where\n"
    )


def test_debug_shows_where() -> None:
    command = [sys.executable, "-m", "cnnanalyze", "layers", "covn", "--debug"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "Traceback" in done.stderr


def test_an_interrupt_is_quiet(
    run: Any, write_spec: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cnnanalyze.analysis.pipeline.analyze", interrupt)
    outcome = run("summary", write_spec(SPEC))
    assert outcome.code == 130
    assert outcome.out == ""
    assert "Traceback" not in outcome.err
    assert "Abort" not in outcome.err


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_is_said(write_spec: Write) -> None:
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = subprocess.run(
            [sys.executable, "-m", "cnnanalyze", "summary", str(write_spec(SPEC))],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr == (
        "error: cannot write to stdout: no space left on device\n"
        "  help: '-o FILE' writes to a file\n"
    )


@pytest.mark.skipif(os.name != "posix", reason="a shell that closes a stream: POSIX only")
@pytest.mark.parametrize(
    ("words", "closed", "code"),
    [
        *((("lint", "zoo:lenet5"), closed, 0) for closed in ("<&-", ">&-", "2>&-")),
        *((("rule", "CV003"), closed, 0) for closed in ("<&-", ">&-", "2>&-")),
        (("explain", "zoo:lenet5", "C1", "output"), ">&-", 0),
        (("lint", "-"), "<&-", 1),
        (("explain", "-"), "<&-", 2),
    ],
)
def test_a_stream_that_is_closed_is_empty(words: tuple[str, ...], closed: str, code: int) -> None:
    command = f"{shlex.quote(sys.executable)} -m cnnanalyze {shlex.join(words)} {closed}"
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert done.returncode == code
    assert "unforeseen" not in done.stderr
    if closed == "<&-" and code:
        assert "<stdin> is empty" in done.stdout + done.stderr


@pytest.mark.parametrize("words", [("layers",), ("rule", "CV003"), ("zoo", "--name", "lenet")])
def test_who_has_seen_enough_gets_no_complaint(words: tuple[str, ...]) -> None:
    """As in ``cnnanalyze layers | head -1``, whatever comes first: the end or the output."""
    command = [sys.executable, "-m", "cnnanalyze", *words]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0


def test_a_size_that_is_none(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC), "--memory", "lots")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: --memory takes a size, not 'lots'\n"
        "  help: write it as 4GiB, 500MB or a number of bytes\n"
    )


def test_a_count_of_operations_that_is_none(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC), "--operations", "lots")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: '--operations' cannot be read: 'lots' is not a number such as 138M, ~60M, "
        "4.2 million or 25,557,032\n"
        "  help: write --operations 500G\n"
    )


def test_no_operations_at_all(run: Any, write_spec: Write) -> None:
    outcome = run("verify", write_spec(SPEC), "--operations", "0")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == "error: '--operations' is a number from 1 on, not 0\n"


def test_an_unknown_layer_kind(run: Any) -> None:
    outcome = run("layers", "covn")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == (
        "error: there is no layer kind 'covn'; did you mean 'conv'?\n"
        "  help: 'cnnanalyze layers' lists them\n"
    )
