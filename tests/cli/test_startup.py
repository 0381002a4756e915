"""Start-up: what a command imports, and that the probe would notice if it imported more."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from inspect import get_annotations
from pathlib import Path

import pytest

from cnnanalyze.cli.lint import lint
from cnnanalyze.cli.summary import summary
from cnnanalyze.language.document import SpecFile
from cnnanalyze.language.written_blocks import WrittenBlock
from cnnanalyze.language.written_claims import SourceFigures
from cnnanalyze.linting.config import LintTable

HEAVY = ("numpy", "networkx", "jinja2", "torch", "onnx", "keras")


def imported(*arguments: str, before: str = "") -> set[str]:
    """Return the top-level modules that a command line has imported when it ends."""
    code = (
        f"{before}\n"
        "import io, json, sys\n"
        "from contextlib import redirect_stdout\n"
        "from cnnanalyze.cli import run\n"
        "with redirect_stdout(io.StringIO()):\n"
        f"    code = run({list(arguments)!r})\n"
        "assert code == 0, code\n"
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    "arguments",
    [
        ("summary", "zoo:vgg16"),
        ("summary", "zoo:vgg16", "--format", "json"),
        ("summary", "zoo:vgg16", "zoo:resnet50"),
        ("layers",),
        ("schema",),
        ("zoo", "--name", "lenet5"),
        ("audit", "zoo:vgg16"),
    ],
    ids=" ".join,
)
def test_no_command_of_the_rules_imports_what_it_does_not_need(arguments: tuple[str, ...]) -> None:
    modules = imported(*arguments)
    assert "typer" in modules
    assert not modules & {*HEAVY, "rich"}  # what is printed goes to no terminal


def test_colour_is_what_rich_is_for() -> None:
    modules = imported("summary", "zoo:vgg16", before="import os; os.environ['FORCE_COLOR'] = '1'")
    assert "rich" in modules


@pytest.mark.parametrize(("argument", "more"), [("--help", {"rich"}), ("--version", set())])
def test_help_imports_typer_and_what_draws_it(argument: str, more: set[str]) -> None:
    modules = imported(argument)
    assert {"typer", *more} <= modules
    assert not modules & ({*HEAVY, "pydantic", "rich", "yaml"} - more)


def test_help_of_a_command_imports_little_more() -> None:
    # Typer itself asks pydantic for the types of options.
    modules = imported("summary", "--help")
    assert not modules & {*HEAVY, "yaml"}


def test_machine_formats_do_without_rich() -> None:
    assert "rich" not in imported("summary", "zoo:vgg16", "--format", "csv")


@pytest.mark.parametrize("module", ["numpy", "rich"])
def test_the_probe_would_notice(module: str) -> None:
    assert module in imported("--version", before=f"import {module}")


def test_what_lies_in_the_folder_is_not_run(tmp_path: Path) -> None:
    for name in ("typer", "yaml", "pydantic", "rich", "pathlib", "json", "gc"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit('run')\n")
    command = [sys.executable, "-m", "cnnanalyze", "summary", "zoo:lenet5"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("LeNet-5")


ONE_LAYER = "{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}]}"


def own_modules(*arguments: str) -> set[str]:
    """Return the modules of this package that a command line has imported when it ends."""
    code = (
        "import io, json, sys\n"
        "from contextlib import redirect_stdout\n"
        "from cnnanalyze.cli import run\n"
        "with redirect_stdout(io.StringIO()):\n"
        f"    run({list(arguments)!r})\n"
        "print(json.dumps([name for name in sys.modules if name.startswith('cnnanalyze')]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize(
    ("arguments", "most"),
    [
        (("summary", "net.yaml"), 114),
        (("lint", "--isolated", "net.yaml"), 150),
        (("report", "net.yaml", "-o", "net.html"), 267),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_one_layer_enters_few_modules(
    arguments: tuple[str, ...], most: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "net.yaml").write_text(ONE_LAYER)
    monkeypatch.chdir(tmp_path)
    entered = own_modules(*arguments)
    assert "cnnanalyze.layers.conv" in entered
    assert len(entered) <= most, "import what few networks need where it is needed"


UNUSED = (
    "cli.folders",
    "core.filters",
    "core.partition",
    "core.resampling",
    "drawing",
    "exchange.recipes",
    "graph.given_numbers",
    "language.given_weights",
    "language.sections",
    "language.truncation",
    "language.written_claims",
    "language.yaml_faults",
    "layers.adaptive_pool",
    "layers.branch_arithmetic",
    "layers.depthwise",
    "layers.leaky",
    "layers.local_conv",
    "layers.maxout",
    "layers.padding",
    "layers.scaling",
    "layers.synonyms",
    "report.json",
    "report.matrices",
)
"""What a plain network has no use for: other index maps, given numbers, budgets, claims, faults."""


def test_a_network_enters_nothing_that_it_does_not_have(tmp_path: Path) -> None:
    spec = tmp_path / "net.yaml"
    spec.write_text(
        "{cnn: 1, input: 32x32x3, layers: [{conv: {filters: 6, kernel: 5}}, bn, relu, "
        "maxpool: 2, gap, dense: 10, softmax]}"
    )
    assert not own_modules("summary", str(spec)) & {f"cnnanalyze.{name}" for name in UNUSED}


@pytest.mark.parametrize(
    "read",
    [lint, summary, SpecFile, SourceFigures, WrittenBlock, LintTable],
    ids=lambda read: read.__name__,
)
def test_annotations_that_libraries_read_are_values(read: Callable[..., object] | type) -> None:
    # Texts would be compiled and evaluated one by one at every start, a fiftieth of its time.
    assert not [name for name, hint in get_annotations(read).items() if isinstance(hint, str)]
