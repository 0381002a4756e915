"""Audits as objects of Python: every printed figure with its verdict, in every format."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.auditing.alternatives import Analyses
from cnnanalyze.auditing.examine import audit as recompute_lecture
from cnnanalyze.auditing.tables import ENDING as TABLE
from cnnanalyze.auditing.tables import audit_table, read_table
from cnnanalyze.auditing.verdict import Audit
from cnnanalyze.core.spelling import count_of
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.course.lectures.facts import ENDING as FACTS
from cnnanalyze.course.lectures.facts import read_lecture
from cnnanalyze.course.lectures.verdict import LectureResult
from cnnanalyze.graph.network import Network
from cnnanalyze.language.zoo import ZOO, house
from cnnanalyze.report import lecture_facts
from cnnanalyze.report.audit import to_dict
from cnnanalyze.report.audit_document import document
from cnnanalyze.report.document import Deferred, Document
from cnnanalyze.report.terminal import Lines, terminal_width
from cnnanalyze.report.writers import render
from cnnanalyze.report.writers.terminal import Screen


@dataclass(frozen=True, repr=False)
class AuditResult(Tabular):
    """What became of the printed figures of networks, tables and lectures.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> found = cnn.audit("zoo:lecture_001_lenet")
    >>> found.is_fine, next(found.rows())["outcome"]
    (True, 'holds')
    """

    audits: tuple[Audit, ...] = ()
    """The figures of specs and of tables, with their verdicts."""
    lectures: tuple[LectureResult, ...] = ()
    """The facts of lectures, recomputed."""

    def __add__(self, other: AuditResult) -> AuditResult:
        return AuditResult(self.audits + other.audits, self.lectures + other.lectures)

    @property
    def is_fine(self) -> bool:
        """Whether every figure and every fact came out as it is marked."""
        return all(a.is_fine for a in self.audits) and all(one.is_fine for one in self.lectures)

    def rows(self) -> Iterator[Row]:
        """Yield the figures, and the facts of lectures after them."""
        for audit in self.audits:
            for row in audit.rows:
                claim = row.claim
                yield {
                    "network": row.network,
                    "source": claim.source,
                    "layer": claim.layer,
                    "quantity": claim.key,
                    "printed": claim.printed,
                    "computed": row.computed,
                    "outcome": row.outcome,
                    "convention": row.convention,
                    "cause": row.causes[0].words if row.causes else "",
                }
        for lecture in lecture_facts.to_dict(self.lectures):
            for fact in lecture["facts"]:
                yield {"network": lecture["name"], **_plain(fact)}

    def headline(self) -> str:
        """Return in one line how many figures came out in which way."""
        outcomes: dict[str, int] = {}
        for row in self.rows():
            outcomes[row["outcome"]] = outcomes.get(row["outcome"], 0) + 1
        counts = ", ".join(f"{outcome} {n}" for outcome, n in outcomes.items())
        number = count_of(sum(outcomes.values()), "figure")
        return f"{number} ({counts})" if counts else "no figures"

    def to_dict(self) -> Any:  # noqa: ANN401 - plain data
        """Return everything as plain data: what ``audit --format json`` prints."""
        data = to_dict(self.audits)
        if not self.lectures:
            return data
        return {**data, "fine": self.is_fine, "lectures": lecture_facts.to_dict(self.lectures)}

    def document(self) -> Document:
        """Return the verdicts as a document: those on figures, then the facts of lectures."""
        if not self.lectures:
            return document(self.audits)
        parts = [document(self.audits)] if self.audits else []
        parts.append(lecture_facts.document(self.lectures))
        title = parts[0].title if len(parts) == 1 else "Audit"
        blocks = Deferred(lambda: chain.from_iterable(part.blocks for part in parts))
        return Document(title, blocks, self.to_dict)

    def render(self, format: str = "text") -> str:  # noqa: A002
        """Return the verdicts in a format of ``cnnanalyze audit --format``.

        Raises
        ------
        UsageError
            If there is no such format.
        """
        return render(self.document(), format, terminal_width())

    def __rich__(self) -> Lines:
        return Screen(self.document())

    def __str__(self) -> str:
        return self.render()


FIGURES = (TABLE, FACTS)
"""What the names of files end in that hold printed figures alone: tables, and facts of lectures."""


def verdicts_on(
    given: str | Network, read: Callable[[str | Network], Network], analyses: Analyses
) -> AuditResult:
    """Return the verdicts on a network, on a table of several, or on the facts of a lecture.

    Parameters
    ----------
    given
        A network, or the name of a file.
    read
        What reads a network of which a file is not a table and no lecture.
    analyses
        Where analyses are kept, so that none is made twice.

    Raises
    ------
    CnnError
        With all that is wrong with a file, each at its place.
    """
    name = given if isinstance(given, str) else ""
    if name.endswith(FACTS):
        from cnnanalyze.course.lectures.recompute import (  # noqa: PLC0415 - heavy, for lectures
            recompute_lecture as recompute,
        )

        return AuditResult(lectures=(recompute(read_lecture(Path(name))),))
    if name.endswith(TABLE):
        return AuditResult((audit_table(read_table(Path(name)), analyses),))
    return AuditResult((recompute_lecture(analyze(read(given)), analyses),))


def files_of(name: str) -> tuple[str, ...]:
    """Return what a name stands for: a table or lectures of the zoo, or else what it names itself.

    Examples
    --------
    >>> len(files_of("zoo:lectures")), files_of("zoo:lenet5"), files_of("my.table")
    (5, ('zoo:lenet5',), ('my.table',))
    """
    return tuple(map(str, _of_zoo(name))) or (name,)


def _of_zoo(name: str) -> Iterator[Path]:
    """Yield the table or the lectures that ``zoo:NAME`` names, if it names any."""
    word = name.removeprefix(ZOO)
    if word == name:
        return
    yield from (p for p in (house() / "tables").glob(f"*{TABLE}") if p.stem == word)
    for path in sorted((house() / "lectures").glob(f"*{FACTS}")):
        if word in {"lectures", f"lecture_{path.stem}"}:
            yield path


def _plain(fact: dict[str, Any]) -> dict[str, Any]:
    """Return what of a fact fits into cells."""
    return {key: value for key, value in fact.items() if not isinstance(value, list | dict)}
