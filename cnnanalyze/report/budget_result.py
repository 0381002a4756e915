"""Budgets as objects of Python: networks against their limits and against what they cost before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.core.file_writing import write_file
from cnnanalyze.core.files import is_file, resolved
from cnnanalyze.core.tabular import Row, Tabular
from cnnanalyze.crosscheck.baseline import (
    BaselineEntry,
    as_data,
    compare,
    key_of,
    read_baseline,
    record,
)
from cnnanalyze.crosscheck.budget import Check, check_budgets, without_fitting
from cnnanalyze.errors import UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.spec import spec_of
from cnnanalyze.linting.configured_budgets import check_baseline
from cnnanalyze.linting.run import Configuration
from cnnanalyze.report.budget import Outcome, conclude, document, to_dict
from cnnanalyze.report.json import dump
from cnnanalyze.report.numbers import read_percentage
from cnnanalyze.report.terminal import terminal_width
from cnnanalyze.report.writers import USUAL, render
from cnnanalyze.report.writers.terminal import Screen

if TYPE_CHECKING:
    from rich.console import RenderableType


@dataclass(frozen=True, repr=False)
class BudgetResult(Tabular):
    """How it stands with the budgets of networks.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: 5x5x1, layers: [relu], budgets: {parameters: 10}}")
    >>> cnn.budget(net)
    <BudgetResult: 1 network: all within budget>
    """

    outcomes: tuple[Outcome, ...]
    """What was checked of each network."""
    costs: Mapping[str, BaselineEntry] = field(default_factory=dict, hash=False)
    """What each costs now, by its name in a baseline."""

    @property
    def is_kept(self) -> bool:
        """Whether every limit is kept, and nothing grew by more than it may."""
        return all(outcome.is_kept for outcome in self.outcomes)

    def rows(self) -> Iterator[Row]:
        """Yield the limits, each with what was measured, and the costs that were compared."""
        for outcome in self.outcomes:
            for check in outcome.checks:
                yield {
                    "network": outcome.name,
                    "quantity": check.limit.quantity,
                    "layer": check.layer,
                    "measured": check.measured,
                    "limit": check.limit.value,
                    "verdict": check.verdict,
                }
            for growth in outcome.comparison.totals if outcome.comparison else ():
                yield {
                    "network": outcome.name,
                    "quantity": growth.quantity,
                    "layer": "",
                    "measured": growth.now,
                    "limit": growth.before,
                    "verdict": "within" if growth.is_allowed else "grew",
                }

    def headline(self) -> str:
        """Return in one line how many networks keep their budgets."""
        return conclude(self.outcomes)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data: what ``budget --format json`` prints."""
        return to_dict(self.outcomes, ())

    def render(self, format: str = USUAL, *, width: int | None = None) -> str:  # noqa: A002
        """Return everything in a format of ``cnnanalyze budget --format``.

        Raises
        ------
        UsageError
            If there is no such format.
        """
        return render(document(self.outcomes), format, width or terminal_width())

    def __rich__(self) -> RenderableType:
        return Screen(document(self.outcomes))

    def write_baseline(self, file: str | Path) -> int:
        """Write what the networks cost now to a file; return how many networks it has then.

        Entries of other networks stay, unless their specs are gone.

        Raises
        ------
        UsageError
            If the file is there and no baseline, or cannot be written.
        """
        path = Path(file)
        folder = resolved(path).parent
        before = read_baseline(path) if is_file(path) else {}
        kept = {
            name: entry
            for name, entry in before.items()
            if ":" in name or name == "-" or is_file(folder / name)
        }
        write_file(path, dump(as_data({**kept, **self.costs})))
        return len({**kept, **self.costs})

    def __str__(self) -> str:
        return self.render()


class BudgetRun:
    """Measures networks one after the other, each with the configuration closest to it.

    Parameters
    ----------
    folder
        Where the first of them lies: its configuration may name a baseline, and what is allowed.
    baseline
        The file of earlier costs, instead of that of the configuration.
    allow
        By how many percent a cost may grow, instead of what the configuration says.
    default
        The file of earlier costs where nobody names one; it need not be there.
    is_update
        Whether the costs become the baseline: they are not compared then, and it need not be there.

    Raises
    ------
    UsageError
        If a baseline that was named cannot be read.
    """

    def __init__(
        self,
        folder: Path = Path(),
        baseline: Path | None = None,
        allow: Fraction | None = None,
        *,
        default: Path | None = None,
        is_update: bool = False,
    ) -> None:
        self._configuration = Configuration(with_baseline=False)
        said = self._configuration.of(folder).configured
        named = baseline or said.baseline
        self.file = named or default
        """The file of earlier costs."""
        self._allowed = said.allow if allow is None else allow
        if baseline is None and not is_update:
            settings = self._configuration.of(folder)
            check_baseline(settings.configured, settings.budgets)
        before: dict[str, BaselineEntry] = {}
        if self.file is not None and (is_file(self.file) or (named and not is_update)):
            before = read_baseline(self.file)
        self._before = {} if is_update else before
        self._costs: dict[str, BaselineEntry] = {}
        self._outcomes: list[Outcome] = []
        self._configured: list[tuple[Check, ...]] = []

    def measure(self, network: Network, name: str, folder: Path = Path()) -> None:
        """Measure a network, note what it costs, and hold it against limits and baseline."""
        analysis = analyze(network)
        key = name if self.file is None else key_of(name, self.file)
        now = self._costs[key] = record(analysis)
        old = self._before.get(key)
        comparison = None if old is None else compare(old, now, self._allowed)
        budgets = self._configuration.of(folder).configured.budgets
        self._configured.append(check_budgets(analysis, budgets))
        own = check_budgets(analysis, spec_of(network).budgets)
        self._outcomes.append(Outcome(network.name, name, own, comparison))

    def result(self) -> BudgetResult:
        """Return how it stands with all networks that were measured."""
        configured = without_fitting(self._configured)
        outcomes = (
            outcome._replace(checks=(*outcome.checks, *checks))
            for outcome, checks in zip(self._outcomes, configured, strict=True)
        )
        return BudgetResult(tuple(outcomes), dict(self._costs))


def read_allowed(given: object) -> Fraction:
    """Return by how many percent a cost may grow.

    Raises
    ------
    UsageError
        If it is not a percentage.

    Examples
    --------
    >>> read_allowed("2.5 %"), read_allowed(0)
    (Fraction(5, 2), Fraction(0, 1))
    """
    if (allowed := read_percentage(str(given))) is None:
        raise UsageError(
            f"'allow' is a percentage, not {given!r}",
            help="for example 2.5 for 2.5 % more",
        )
    return allowed
