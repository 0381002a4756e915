"""Mutation: change the formulas one place at a time, and see whether a test notices.

``python -m tests.benchmarks.mutation [FILE...]`` prints how many mutants were killed, and the
survivors; with ``--every 3`` it tries every third. Each file is held against the tests of its own
folder, which mirrors that of the package. It forks for every mutant, so it runs on Linux and macOS.
"""

from __future__ import annotations

import argparse
import ast
import copy
import os
import signal
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

import hypothesis
import numpy  # noqa: F401, ICN001 - loaded once, before the forks
import pydantic  # noqa: F401 - likewise
import pytest
import yaml  # noqa: F401 - likewise

ROOT = Path(__file__).parent.parent.parent
TESTS = ROOT / "tests"
TARGETS = [
    *("core/reach.py", "core/resampling.py", "core/partition.py", "core/periodic_field.py"),
    *("layers/window.py", "layers/conv.py", "layers/pool.py", "layers/transposed.py"),
    *("layers/adaptive_pool.py", "execute/kernels/adaptive_pool.py"),
    *("execute/kernels/_base.py", "execute/kernels/conv.py", "execute/kernels/pool.py"),
    *(
        "execute/kernels/transposed.py",
        "analysis/receptive_field.py",
        "analysis/trace.py",
        "analysis/memory.py",
    ),
]
BOOKS = ("core/", "layers/", "execute/", "analysis/")
BALANCE = [f"crosscheck/test_{name}.py" for name in ("boundaries", "layers", "networks")]
"""What the two books are held against besides their own tests: each other."""
SECONDS = 90
"""A mutant that takes longer loops, and counts as noticed."""

OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.FloorDiv: ast.Mult,
    ast.Div: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
}
COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
TWINS = {"min": "max", "max": "min", "any": "all", "all": "any"}


def changed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the node with one thing changed, in every way that is tried."""
    other: Any = copy.copy(node)
    match node:
        case ast.BinOp(op=op) | ast.AugAssign(op=op) if type(op) in OPERATORS:
            other.op = OPERATORS[type(op)]()
            yield other
        case ast.Compare(ops=[op]) if type(op) in COMPARISONS:
            other.ops = [COMPARISONS[type(op)]()]
            yield other
        case ast.BoolOp(op=op):
            other.op = ast.Or() if isinstance(op, ast.And) else ast.And()
            yield other
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.IfExp(body=body, orelse=orelse):
            other.body, other.orelse = orelse, body
            yield other
        case ast.Constant(value=bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(value=int(value)):
            yield ast.Constant(value + 1)
        case ast.Name(id=name) if name in TWINS:
            other.id = TWINS[name]
            yield other
        case _:
            pass


def mutants(source: str) -> Iterator[tuple[int, str, str, str]]:
    """Yield line, expression before, expression after, and the whole changed source."""
    tree = ast.parse(source)
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if getattr(parent, "arg", "") in {"frozen", "slots", "strict"}:
                continue  # no numbers
            places: Any = value if isinstance(value, list) else [value]
            for place, node in enumerate(places):
                if not isinstance(node, ast.AST):
                    continue
                for other in changed(node):
                    ast.copy_location(other, node)
                    _put(parent, name, place, other)
                    after = ast.unparse(ast.fix_missing_locations(tree))
                    shown = ast.unparse(other)
                    _put(parent, name, place, node)
                    yield getattr(node, "lineno", 0), ast.unparse(node), shown, after


def _put(parent: ast.AST, name: str, place: int, node: ast.AST) -> None:
    value = getattr(parent, name)
    if isinstance(value, list):
        value[place] = node
    else:
        setattr(parent, name, node)


class Quick:
    """A plug-in for pytest: few examples, always the same; remembers what fails."""

    def __init__(self) -> None:
        self.failed: list[str] = []

    def pytest_sessionstart(self) -> None:
        """Set the profile after the one of the tests."""
        hypothesis.settings.register_profile(
            "mutation", max_examples=12, derandomize=True, database=None, deadline=None
        )
        hypothesis.settings.load_profile("mutation")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a failure."""
        if report.failed:
            self.failed.append(report.nodeid)


def tests_of(target: str) -> list[str]:
    """Return the tests that a file is held against: its own first, then those of its folder.

    Examples
    --------
    >>> tests_of("linting/rules/graph/dead_branch.py"), tests_of("language/error_recovery.py")
    (['linting'], ['language/test_error_recovery.py', 'language'])
    """
    file = Path(target)
    folder = next(f for f in file.parents if (TESTS / f).is_dir())
    own = sorted(
        path.relative_to(TESTS).as_posix() for path in (TESTS / folder).glob(f"test_{file.stem}.py")
    )
    return [*own, folder.as_posix(), *(BALANCE if target.startswith(BOOKS) else [])]


def tested(
    path: Path, source: str | None, tests: list[str], left_out: list[str]
) -> list[str] | None:
    """Run tests in a process of their own; return the failures, nothing if time ran out.

    With a source, that one is imported in place of the file's, and the first failure is enough.
    """
    read, write = os.pipe()
    child = os.fork()
    if not child:
        _run(path, source, tests, left_out, write)
    os.close(write)
    with os.fdopen(read) as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    return None if os.WIFSIGNALED(status) else said.splitlines()


def _run(path: Path, source: str | None, tests: list[str], left_out: list[str], write: int) -> None:
    signal.alarm(SECONDS if source is not None else 10 * SECONDS)
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    code = "the import"
    try:
        if source is not None:
            _replace(path, source)
        quick = Quick()
        stop = ["-x"] if source is not None else []
        arguments = [*stop, "-q", "-p", "no:cacheprovider", f"--rootdir={ROOT}"]
        arguments += ["-m", "not frameworks and not thorough", "--doctest-modules"]
        arguments += ["--assert=plain"]  # else pytest itself would import the file it is given
        arguments += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # loaded before the fork
        arguments += [f"--deselect={name}" for name in left_out]
        arguments += [str(TESTS / name) for name in tests]
        arguments += [str(path)] if source is not None else []
        ended = pytest.main(arguments, plugins=[quick])
        # With -x a module that cannot be collected ends the run like a test that fails.
        code = "\n".join(quick.failed) or ("" if ended == pytest.ExitCode.OK else "the collection")
    finally:
        os.write(write, code.encode())
        os._exit(0)


def _replace(path: Path, source: str) -> None:
    original = SourceFileLoader.get_code

    def get_code(self: SourceFileLoader, name: str) -> Any:
        if Path(self.path) == path:
            return compile(source, str(path), "exec")
        return original(self, name)

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]  # for this process alone


def fail_anyway(tests: list[str]) -> list[str]:
    """Return, and print, the tests that fail without any mutant."""
    found = tested(ROOT, None, tests, []) or []
    if {"the import", "the collection"} & set(found):
        sys.exit(f"the tests cannot be run: {', '.join(tests)}")
    for name in found:
        print(f"fails without any mutant, left out: {name}")
    return found


def main(targets: list[str], every: int) -> None:
    """Try all mutants of some files of the package and print what became of them."""
    begin, total, survived, slow = time.perf_counter(), 0, 0, 0
    failing: dict[tuple[str, ...], list[str]] = {}
    for target in targets:
        path, tests = ROOT / "cnnanalyze" / target, tests_of(target)
        if tuple(tests) not in failing:
            failing[tuple(tests)] = fail_anyway(tests)
        left_out = failing[tuple(tests)]
        all_of_it = list(mutants(path.read_text("utf-8")))[::every]
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            noticed = partial(tested, path, tests=tests, left_out=left_out)
            results = list(pool.map(noticed, [source for *_, source in all_of_it]))
        alive = [m for m, r in zip(all_of_it, results, strict=True) if r == []]
        for line, before, after, _ in alive:
            print(f"{target}:{line}: {before}  ->  {after}")
        loops = sum(r is None for r in results)
        print(f"{target}: {len(all_of_it)} mutants, {len(alive)} survive, {loops} loop", flush=True)
        total, survived, slow = total + len(all_of_it), survived + len(alive), slow + loops
    print(
        f"{total} mutants, {total - survived} killed ({slow} by time), {survived} survive, "
        f"{time.perf_counter() - begin:.0f} s"
    )


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=TARGETS)
    parser.add_argument("--every", type=int, default=1)
    arguments = parser.parse_args()
    main(arguments.files, arguments.every)
