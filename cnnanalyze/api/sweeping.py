"""Sweeping: what all networks of a family cost, and which are best."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.api.reading import Settings
from cnnanalyze.exchange.network_source import read, settings_of
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from cnnanalyze.sweeping.distribution import Errors
    from cnnanalyze.sweeping.plan import Plan
    from cnnanalyze.sweeping.result import Point, Summary, Verified


class Sweep:
    """The points of a sweep, worked out while one goes through them.

    Examples
    --------
    >>> points = sweep("zoo:mobilenet_v1", {"width": [0.25, 0.5], "resolution": "128..224/32"})
    >>> len(points), [point.numbers["macs"] for point in points][:2]
    (8, [13570048, 21059200])
    >>> points.summary.kept, points.front[0].parameters
    (8, {'width': 0.25, 'resolution': 128})
    """

    def __init__(
        self,
        plan: Plan,
        executor: Executor | None = None,
        workers: int = 1,
        checks: int = 20,
        errors: Errors | None = None,
    ) -> None:
        self.plan = plan
        """What it goes through."""
        self._executor, self._workers, self._checks = executor, workers, checks
        self._errors = errors
        self._summary: Summary | None = None

    def __len__(self) -> int:
        return self.plan.count

    def __iter__(self) -> Iterator[Point]:
        from cnnanalyze.sweeping.result import Summary, points_of
        from cnnanalyze.sweeping.run import run

        summary = Summary(self.plan, errors=self._errors)
        for chunk in run(
            self.plan, executor=self._executor, workers=self._workers, checks=self._checks
        ):
            summary.add(chunk)
            yield from points_of(self.plan, chunk)
        self._summary = summary

    def __repr__(self) -> str:
        return f"<Sweep of {len(self):,} points>"

    @property
    def summary(self) -> Summary:
        """What is told of all points: how many are kept, why others fell out, the front.

        It is worked out unless somebody went through all points already.
        """
        if self._summary is None:
            for _ in self:
                pass
        assert self._summary is not None
        return self._summary

    def verify(self, count: int) -> list[Verified]:
        """Run the networks of so many points that are kept in NumPy, and compare."""
        from cnnanalyze.sweeping.verification import verify_points

        return list(verify_points(self.summary, count))

    @property
    def front(self) -> list[Point]:
        """The points than which no other is better in every objective."""
        return self.summary.front


def sweep(
    networks: Network | str | Path | Sequence[Network | str | Path],
    vary: Mapping[str, object],
    *,
    settings: Settings | None = None,
    where: str | Sequence[str] = (),
    budgets: Mapping[str, object] | None = None,
    pareto: Sequence[str] | None = None,
    quantities: Sequence[str] = (),
    distributions: Sequence[str] = (),
    errors: str | Path | None = None,
    sample: int | None = None,
    seed: int = 0,
    convention: str = "mac",
    batch: int = 1,
    dtype: str = "float32",
    executor: Executor | None = None,
    workers: int = 1,
    checks: int = 20,
) -> Sweep:
    """Go through the values of parameters of a spec: what do all these networks cost?

    Parameters
    ----------
    networks
        The spec, or several: networks that were read from one, files, or ``zoo:NAME``.
    vary
        The values of each parameter: a list; a text such as ``"0.25..1.4/0.05"``,
        ``"log(8, 256)"`` or ``"uniform(2, 3)"``; or an expression of others, ``"$width * 2"``. An
        element of a list is varied as ``"depths[0]"``.
    settings
        Values of parameters that all points have.
    where
        Conditions on parameters and quantities, such as ``"width * depth < 20"``.
    budgets
        Limits as a spec has them: ``{"macs": "300M"}``.
    pareto
        What is to be small, or large as ``"receptive_field:most"``; by default ``macs`` and
        ``parameters:most``.
    quantities
        What is told of each point; by default parameters, MACs and peak memory.
    distributions
        Quantities of which the summary tells how they are spread over the points.
    errors
        A CSV file with the ``id`` of a point and a number of it in each line, whose distribution is
        told, too.
    sample, seed
        How many points are drawn, and where chance begins.
    convention, batch, dtype
        How operations and memory are counted.
    executor, workers
        Where chunks of points are worked out, and how many at a time; by default here. The
        ``get_executor()`` of a Dask client is one.
    checks
        How many points are analysed as whole networks, too, and compared.

    Returns
    -------
    Sweep
        The points that are kept, in order, each with its numbers: exact, for one image.

    Raises
    ------
    SpecError
        With every fault of a spec.
    UsageError
        If the space is empty, without end or contradicts itself.

    Examples
    --------
    >>> found = sweep("zoo:mobilenet_v2", {"width": "0.25..1.4/0.05"}, budgets={"macs": "100M"})
    >>> [point.parameters["width"] for point in found]
    [0.25, 0.3, 0.35, 0.4, 0.45, 0.5]
    """
    from cnnanalyze.analysis.quantities import read_terms
    from cnnanalyze.language.sections import plan_budgets
    from cnnanalyze.language.spec import spec_of
    from cnnanalyze.sweeping.distribution import read_errors
    from cnnanalyze.sweeping.plan import Member, make_plan

    several = [networks] if isinstance(networks, Network | str | Path) else list(networks)
    members = []
    for given in several:
        spec = spec_of(read(given, None if isinstance(given, Network) else settings))
        members.append(Member(spec.name if isinstance(given, Network) else str(given), spec))
    limits = plan_budgets(dict(budgets), "budgets") if budgets else None
    plan = make_plan(
        members,
        vary,
        given=settings_of(settings),
        quantities=quantities,
        terms=read_terms(convention, batch, dtype),
        where=(where,) if isinstance(where, str) else tuple(where),
        limits=() if limits is None else limits.limits,
        pareto=pareto,
        distributions=distributions,
        sample=sample,
        seed=seed,
    )
    told = None if errors is None else read_errors(Path(errors))
    return Sweep(plan, executor, workers, checks, told)
