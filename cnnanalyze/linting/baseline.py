"""Baselines: findings that are known and let pass, by rule and place in the network.

A project that begins to lint writes one, and from then on sees only what is new. Entries name the
rule and the path of the layer, not the line, so that editing a file does not wake them. An entry
that nothing answers to fails the run: what was mended must not come back unseen.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import Field

from cnnanalyze.core.files import exists, read_text
from cnnanalyze.core.json import MOST_BYTES, read_json, read_results
from cnnanalyze.core.section import Count, Section, version
from cnnanalyze.core.tree import Mapping as MappingTree
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import FileResult, LintResult
from cnnanalyze.linting.rules import entries
from cnnanalyze.linting.selection import is_always_on

SCHEMA = VERSIONS["lint_baseline"]
_STALE = "LN003"
Key = tuple[str, str, str]
"""File relative to the baseline, code, and path of the layer or else the text of the line."""


class BaselineFile(Section):
    """Findings that are let pass: by file, code, and layer or place, how many."""

    schema_version: version(SCHEMA) = Field(  # type: ignore[valid-type]
        alias="schema", description="version of this form"
    )
    files: dict[str, dict[str, dict[str, Count]]] = Field(
        description="by file, code, and layer or place, how many findings are known"
    )


@dataclass(frozen=True)
class Baseline:
    """The known findings of files, with the number of instances of each."""

    file: Path
    known: Mapping[Key, int]

    def name_of(self, file: str) -> str:
        """Return the name of a spec as the baseline has it: relative to its own folder."""
        if file.startswith("<"):
            return file
        return Path(os.path.relpath(Path(file).absolute(), self.file.absolute().parent)).as_posix()

    def key(self, finding: Finding, file: str) -> Key:
        """Return what a finding is known by."""
        what = finding.path
        if not what and (mark := finding.mark) is not None:
            lines = mark.source.lines
            what = lines[mark.line - 1].strip() if mark.line <= len(lines) else ""
        return self.name_of(file), finding.code, what or finding.message


def read(path: Path) -> Baseline:
    """Read a baseline.

    Raises
    ------
    UsageError
        If there is none, or it is not one.
    """
    files = read_results(path, BaselineFile, "baseline", "--write-baseline writes one").files
    known = {
        (file, code, place): count
        for file, codes in files.items()
        for code, places in codes.items()
        for place, count in places.items()
    }
    return Baseline(path, known)


def check_writable(path: Path) -> None:
    """Refuse to write a baseline over a file that is none.

    Raises
    ------
    UsageError
        If there is such a file.
    """
    if not exists(path):
        return
    try:
        text = read_text(path, MOST_BYTES, what="baseline")
        tree = read_json(Source(str(path), text)) if text.strip() else None
    except UsageError:
        is_baseline = False
    else:
        is_baseline = tree is None or (
            isinstance(tree, MappingTree) and tree.get("schema") is not None
        )
    if not is_baseline:
        raise UsageError(
            f"{path} is not a baseline, and is not written over", help="choose another file"
        )


def _countable(finding: Finding) -> bool:
    """Whether a finding may be let pass; what cannot be read never may."""
    entry = entries().get(finding.code)
    return entry is None or not is_always_on(entry)


def hide(result: LintResult, baseline: Baseline) -> LintResult:
    """Return the result without what is known, and with a finding for every stale entry.

    A finding with more instances than are known is shown.
    """
    left = dict(baseline.known)
    files = []
    for file in result.files:
        shown = []
        for finding in file.findings:
            key = baseline.key(finding, file.name)
            known = left.get(key)
            if known is None or not _countable(finding) or finding.instances > known:
                shown.append(finding)
                if known is not None and finding.instances > known:
                    del left[key]
            elif finding.instances == known:
                del left[key]
            # With fewer instances than before the finding is hidden, and its entry is stale.
        hidden = len(file.findings) - len(shown)
        files.append(replace(file, findings=tuple(shown), hidden=hidden))
    read_in = {baseline.name_of(file.name) for file in result.files}
    stale = tuple(
        _stale(baseline, key, count)
        for key, count in sorted(left.items())
        if key[0] in read_in or not exists(baseline.file.absolute().parent / key[0])
    )
    return LintResult(tuple(files), (*result.extra, *stale), result.passed_over)


def _stale(baseline: Baseline, key: Key, count: int) -> Finding:
    file, code, place = key
    entry = entries()[_STALE]
    times = f" ({count} instances)" if count > 1 else ""
    return Finding(
        _STALE,
        entry.name,
        entry.severity,
        f"the baseline {baseline.file.name} knows {code} at '{place}' in {file}{times}, "
        "which is not found like that any more",
        None,
        help="--prune-baseline takes such entries out",
        file=str(baseline.file),
    )


def of(files: Iterable[FileResult], path: Path) -> Baseline:
    """Return the baseline that lets everything pass that was found in files."""
    empty = Baseline(path, {})
    known: dict[Key, int] = {}
    for file in files:
        for finding in filter(_countable, file.findings):
            known[empty.key(finding, file.name)] = finding.instances
    return Baseline(path, known)


def prune(baseline: Baseline, result: LintResult) -> Baseline:
    """Return the baseline without what the files of a run no longer have; nothing is added."""
    found = of(result.files, baseline.file).known
    read_in = {baseline.name_of(file.name) for file in result.files}
    kept = {}
    for key, count in baseline.known.items():
        if key[0] not in read_in:
            if exists(baseline.file.absolute().parent / key[0]):
                kept[key] = count
        elif key in found:
            kept[key] = min(count, found[key])
    return Baseline(baseline.file, kept)


def written(baseline: Baseline) -> str:
    """Return a baseline as its file holds it."""
    files: dict[str, dict[str, dict[str, int]]] = {}
    for (file, code, place), count in sorted(baseline.known.items()):
        files.setdefault(file, {}).setdefault(code, {})[place] = count
    return json.dumps({"schema": SCHEMA, "files": files}, indent=2, ensure_ascii=False) + "\n"
