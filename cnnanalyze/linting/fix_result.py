"""What fixes would change in specs: to be looked at, and written when that is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.linting.file_changes import check_changeable, difference, store
from cnnanalyze.linting.fixes import FixedText
from cnnanalyze.linting.result import LintResult
from cnnanalyze.linting.run import LintTarget


@dataclass(frozen=True, repr=False)
class FixResult(Tabular):
    """Specs with their fixes put in; the files are as they were until ``write()``.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> cnn.fix("zoo:lenet5")
    <FixResult: 0 fixes in 1 spec>
    """

    specs: tuple[tuple[LintTarget, FixedText], ...]
    """Each spec, its text before and after, and how many fixes were put in."""

    @property
    def count(self) -> int:
        """How many fixes there are."""
        return sum(mended.count for _, mended in self.specs)

    @property
    def left(self) -> LintResult:
        """What is found in the specs with the fixes put in."""
        return LintResult(tuple(mended.result for _, mended in self.specs))

    @property
    def diff(self) -> str:
        """What changes, as a unified diff that ``patch`` takes: that of ``lint --diff``."""
        return "".join(
            line for _, mended in self.specs for line in difference(mended.before, mended.after)
        )

    def write(self) -> int:
        """Change the files as ``lint --fix`` does; return how many were changed.

        Raises
        ------
        UsageError
            If one that would be changed belongs to cnnanalyze itself, or was changed by another
            program in the meantime; of the former kind none is changed then.
        """
        changed = [(spec, m) for spec, m in self.specs if m.after.text != m.before.text]
        for spec, _ in changed:
            check_changeable(spec)
        for spec, mended in changed:
            store(Path(spec.name), mended.before, mended.after, mended.rounds)
        return len(changed)

    def rows(self) -> Iterator[Row]:
        """Yield the specs, each with the number of its fixes and of what is left."""
        for spec, mended in self.specs:
            yield {
                "file": spec.name,
                "fixes": mended.count,
                "findings_left": len(mended.result.findings),
            }

    def headline(self) -> str:
        """Return in one line how many fixes there are."""
        return f"{count_of(self.count, 'fix', 'fixes')} in {count_of(len(self.specs), 'spec')}"

    def __str__(self) -> str:
        return self.diff or self.headline()
