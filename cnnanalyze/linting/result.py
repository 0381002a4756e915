"""Results of linting: the findings of files, and what became of those that are not shown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.errors import Mark, Source
from cnnanalyze.linting.finding import SEVERITIES, Finding, Severity


@dataclass(frozen=True, slots=True)
class FileResult:
    """What was found in one file."""

    source: Source
    findings: tuple[Finding, ...] = ()
    suppressed: int = 0
    """How many findings a comment or a per-file setting hides."""
    hidden: int = 0
    """How many findings the baseline hides."""
    checked: frozenset[str] = frozenset()
    """The configurations whose patterns of layers were looked for in it."""

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.source.name


class LintResult(Tabular):
    """What was found in all files of a run, in the order of the files and their lines.

    Parameters
    ----------
    files
        What was found in each file.
    extra
        What speaks of no file that was read: stale entries of the baseline.
    passed_over
        How many YAML files of the folders were left alone, since they are no specs.
    command
        Which command found it.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads(
    ...     "{cnn: 1, input: 8x8x3, layers: [{conv: {filters: 4, kernel: 2, padding: same}}]}"
    ... )
    >>> [finding.code for finding in cnn.lint(net)]
    ['CV003']
    """

    def __init__(
        self,
        files: tuple[FileResult, ...] = (),
        extra: tuple[Finding, ...] = (),
        passed_over: int = 0,
        command: str = "lint",
    ) -> None:
        self.files = _without_fitting(files)
        self.extra = extra
        self.passed_over = passed_over
        self.command = command

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """All findings; what specs that extend one another share is told once."""
        found: dict[object, Finding] = {}
        for n, finding in enumerate(f for file in self.files for f in file.findings):
            mark = finding.mark
            place = (mark.source.name, *mark.position) if mark else n
            found.setdefault((finding.code, place, finding.message), finding)
        return (*found.values(), *self.extra)

    @cached_property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of every severity."""
        counted = Counter(f.severity for f in self.findings)
        return {severity: counted[severity] for severity in SEVERITIES}

    @property
    def suppressed(self) -> int:
        """How many findings comments and per-file settings hide."""
        return sum(file.suppressed for file in self.files)

    @property
    def hidden(self) -> int:
        """How many findings the baseline hides."""
        return sum(file.hidden for file in self.files)

    def from_severity(self, least: Severity) -> LintResult:
        """Return the result without the findings that are slighter than that."""
        kept = SEVERITIES[: SEVERITIES.index(least) + 1]
        files = tuple(
            replace(f, findings=tuple(x for x in f.findings if x.severity in kept))
            for f in self.files
        )
        extra = tuple(x for x in self.extra if x.severity in kept)
        return LintResult(files, extra, self.passed_over, self.command)

    def passes(self, fail_on: Severity = "warning", max_warnings: int | None = None) -> bool:
        """Whether no finding is as grave as that, and there are not too many warnings."""
        gravest = SEVERITIES[: SEVERITIES.index(fail_on) + 1]
        if any(self.counts[severity] for severity in gravest):
            return False
        return max_warnings is None or self.counts["warning"] <= max_warnings

    def rows(self) -> Iterator[Row]:
        """Yield the findings, each with its place."""
        for f in self.findings:
            yield {
                "file": f.mark.source.name if f.mark else f.file,
                "line": f.mark.line if f.mark else None,
                "column": f.mark.column if f.mark else None,
                "severity": f.severity,
                "code": f.code,
                "rule": f.name,
                "layer": f.path,
                "message": f.message,
                "help": f.help,
            }

    def headline(self) -> str:
        """Return in one line how many findings there are."""
        specs = count_of(len(self.files), "spec")
        told = ", ".join(f"{severity} {n}" for severity, n in self.counts.items() if n)
        if not told:
            return f"nothing found in {specs}"
        return f"{count_of(len(self), 'finding')} in {specs} ({told})"

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __str__(self) -> str:
        lines = [
            f"{f.mark or f.path or 'no place'}: {f.severity}[{f.code}] {f.name}: {f.message}"
            for f in self
        ]
        return "\n".join(lines) or "nothing found"


_UNMATCHED = "BG010"


def _without_fitting(files: tuple[FileResult, ...]) -> tuple[FileResult, ...]:
    """Return the files without the patterns of configurations that fit another one of them.

    A configuration speaks of many networks: a pattern that fits one of them watches something.
    """
    missed: Counter[Mark] = Counter(
        f.mark
        for file in files
        for f in file.findings
        if f.code == _UNMATCHED and f.mark and f.mark.source.name in file.checked
    )
    if not missed:
        return files
    looked = Counter(name for file in files for name in file.checked)
    fitting = {mark for mark, count in missed.items() if count < looked[mark.source.name]}
    return tuple(
        replace(
            file,
            findings=tuple(
                f for f in file.findings if f.code != _UNMATCHED or f.mark not in fitting
            ),
        )
        for file in files
    )
