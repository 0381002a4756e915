"""Plans: what a sweep goes through, what it asks, which points it keeps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from cnnanalyze.core.quantities import QUANTITIES, Quantity, Terms, find, rows
from cnnanalyze.core.registry import nearest
from cnnanalyze.core.spelling import offered
from cnnanalyze.crosscheck.budget import terms_of
from cnnanalyze.errors import SpecError, UsageError
from cnnanalyze.language.sections import Limit
from cnnanalyze.language.spec import Spec
from cnnanalyze.language.symbols import symbols_of
from cnnanalyze.sweeping.columns import Column, key_of
from cnnanalyze.sweeping.expressions import Formula
from cnnanalyze.sweeping.parameter_name import ParameterName
from cnnanalyze.sweeping.part import Asked, Measures
from cnnanalyze.sweeping.space import Axis, Space, Values, read_interval, read_range

QUANTITIES_SHOWN = ("parameters", "macs", "peak_memory")
"""What is asked if nobody says otherwise."""
PARETO = ("macs", "parameters:most")
"""The front that is shown if nobody says otherwise: the most capacity for the least work."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What is to be as small as possible, or as large."""

    key: str
    """A quantity, or a parameter whose values are numbers."""
    is_most: bool = False

    def __str__(self) -> str:
        return f"{'most' if self.is_most else 'least'} {self.key}"


@dataclass(frozen=True, slots=True)
class Member:
    """One of the specs that are gone through."""

    name: str
    """What it was called."""
    spec: Spec


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep, checked: everything that decides which rows come out."""

    members: tuple[Member, ...]
    space: Space
    derived: tuple[tuple[str, Formula], ...] = ()
    """Parameters that follow from others, in their order."""
    given: tuple[tuple[str, Any], ...] = ()
    """Parameters that have another value than their default at all points."""
    quantities: tuple[str, ...] = QUANTITIES_SHOWN
    terms: Terms = field(default_factory=Terms)
    where: tuple[Formula, ...] = ()
    limits: tuple[Limit, ...] = ()
    pareto: tuple[Objective, ...] = ()
    distributions: tuple[str, ...] = ()
    """Quantities whose distributions over the points are told."""

    @property
    def count(self) -> int:
        """How many points there are, of all specs."""
        return len(self.members) * self.space.count

    @property
    def parameters(self) -> tuple[str, ...]:
        """The parameters that differ between points, as rows have them."""
        return (*(name for name, _ in self.space.axes), *(name for name, _ in self.derived))

    @property
    def measures(self) -> Measures:
        """What is asked of every network: the quantities, those of objectives, of limits."""
        keys = dict.fromkeys((*self.columns, *self._named))
        asked = [Asked(QUANTITIES[key], self.terms) for key in keys]
        asked += [asked_by(limit) for limit in self.limits]
        return Measures(tuple(dict.fromkeys(asked)))

    @property
    def columns(self) -> tuple[str, ...]:
        """The quantities of a row."""
        return tuple(dict.fromkeys((*self.quantities, *self._objectives, *self.distributions)))

    @property
    def _objectives(self) -> tuple[str, ...]:
        return tuple(one.key for one in self.pareto if one.key in QUANTITIES)

    @property
    def _named(self) -> tuple[str, ...]:
        names = frozenset().union(*(formula.names for formula in self.where))
        # A parameter hides a quantity of the same name, as RegNet's 'depth' does.
        hidden = {name for member in self.members for name, _ in member.spec.parameters}
        hidden.update(self.parameters)
        return tuple(
            key for key in QUANTITIES if key in names - hidden and QUANTITIES[key] in sweepable()
        )


def asked_by(limit: Limit) -> Asked:
    """Return what a limit speaks of, measured as a budget of a spec is."""
    return Asked(find(limit.quantity), terms_of(limit))


def make_plan(
    members: Sequence[Member],
    vary: Mapping[str, object],
    *,
    given: Mapping[str, Any] | None = None,
    quantities: Sequence[str] = (),
    terms: Terms = Terms(),  # noqa: B008 - frozen
    where: Sequence[str] = (),
    limits: Sequence[Limit] = (),
    pareto: Sequence[str] | None = None,
    distributions: Sequence[str] = (),
    sample: int | None = None,
    seed: int = 0,
) -> Plan:
    """Return a plan, or say what contradicts itself in it.

    Parameters
    ----------
    members
        The specs.
    vary
        The values of each parameter: a list, or a text such as ``0.25..1.4/0.05``,
        ``log(8, 256)``, ``uniform(2, 3)``, or an expression of others such as ``$width * 2``.
    given
        Values of parameters that all points have.
    quantities
        What is asked, by key; if nothing is said, parameters, MACs and peak memory.
    terms
        The convention, the batch, the bytes of a number.
    where
        Conditions on parameters and quantities.
    limits
        What a network may cost.
    pareto
        Quantities that are to be small; those that end in ``:most`` are to be large.
    distributions
        Quantities whose distributions over the points are told.
    sample, seed
        How many points are drawn, and the number that all chance begins with.

    Raises
    ------
    UsageError
        With what is wrong.
    """
    for member in members:
        if member.spec.document is None:
            raise UsageError(
                f"{member.name} was made without a spec, so it has no parameters to vary",
                help="'cnnanalyze import' writes a spec of a file of another program",
            )
    axes: list[tuple[str, Axis]] = []
    derived: list[tuple[str, Formula]] = []
    for name, values in vary.items():
        if isinstance(values, str) and "$" in values:
            derived.append((name, Formula(name, values)))
        else:
            axes.append((name, read_axis(name, values)))
    if not axes:
        raise UsageError(
            "nothing is varied, so there is one point only",
            help="for example --vary width=0.25..1.4/0.05",
        )
    if sample is not None and sample < 1:
        raise UsageError(f"a sample has at least one point, not {sample}")
    plan = Plan(
        tuple(members),
        Space(tuple(axes), sample, seed),
        tuple(derived),
        tuple((given or {}).items()),
        tuple(find(key, sweepable()).key for key in quantities) or QUANTITIES_SHOWN,
        terms,
        tuple(Formula("where", text) for text in where),
        tuple(limits),
        distributions=tuple(find(key, sweepable()).key for key in distributions),
    )
    names = PARETO if pareto is None else pareto
    objectives = tuple(_objective(text, plan) for text in names)
    plan = Plan(**{**vars(plan), "pareto": objectives})
    _check_names(plan)
    _check_limits(plan)
    plan.space.count  # noqa: B018 - raises if there are too many
    return plan


def sweepable() -> tuple[Quantity, ...]:
    """Return the quantities that a sweep tells: exact, and one number of a network.

    Examples
    --------
    >>> keys = [row.key for row in sweepable()]
    >>> "receptive_field" in keys, "alpha" in keys, "effective_stride" in keys
    (True, False, False)
    """
    return tuple(row for row in rows(exact=True) if row.of_axes is None or row.of_layer)


def read_axis(name: str, values: object) -> Axis:
    """Return the values of a parameter as they are written.

    Raises
    ------
    UsageError
        If there are none, or one is given twice.

    Examples
    --------
    >>> read_axis("depth", "1, 4..6").values, str(read_axis("w", "log(8, 256)"))
    ((1, 4, 5, 6), 'log(8, 256)')
    """
    if isinstance(values, str):
        if (interval := read_interval(name, values)) is not None:
            return interval
        found = _read_list(name, values)
    elif isinstance(values, list | tuple | range):
        found = []
        for value in values:
            inside = read_range(name, value) if isinstance(value, str) else None
            found += [value] if inside is None else inside
    else:
        found = [values]
    if not found:
        raise UsageError(f"{name} is given no values", help=f"for example --vary {name}=1,2,4")
    seen: set[object] = set()
    for value in found:
        if isinstance(value, float) and isnan(value):
            raise UsageError(f"{name}: a value must be a number, not NaN")
        if (key := key_of(value)) in seen:
            raise UsageError(f"{name} is given the value {value} twice")
        seen.add(key)
    return Values(tuple(found))


def _read_list(name: str, text: str) -> list[Any]:
    """Read values with commas between them, as in a spec; a range gives several."""
    from cnnanalyze.core.tree import plain  # noqa: PLC0415 - where a text is read
    from cnnanalyze.errors import Source  # noqa: PLC0415 - as above
    from cnnanalyze.language.yaml import read  # noqa: PLC0415 - as above

    if not text.strip():
        return []
    try:
        items = plain(read(Source(f"--vary {name}", f"[{text}]")))
    except SpecError as error:
        raise UsageError(f"{name}: '{text}' is no list of values: {error.message}") from None
    found: list[Any] = []
    for item in items:
        inside = read_range(name, item) if isinstance(item, str) else None
        found += [item] if inside is None else inside
    return found


def _objective(text: str, plan: Plan) -> Objective:
    key, _, direction = text.strip().partition(":")
    if direction not in {"", "most", "least"}:
        raise UsageError(
            f"'{text}' does not say whether more or less is better",
            help=f"write {key}:most where more is better",
        )
    if key in plan.parameters:
        return Objective(key, direction == "most")
    return Objective(find(key, sweepable()).key, direction == "most")


def _check_names(plan: Plan) -> None:
    """Refuse names that no spec has, and that nothing else reads."""
    read = frozenset().union(
        *(formula.names for _, formula in plan.derived), *(f.names for f in plan.where)
    )
    names = {text: ParameterName.read(text) for text in plan.parameters}
    for text, name in names.items():
        for member in plan.members:
            known = dict(member.spec.parameters)
            document = member.spec.document
            symbols = () if document is None else symbols_of(document.going_in)
            if name.base not in known and name.base not in symbols:
                if name.base in read and not name.is_element:
                    continue  # it helps others
                offers = (*known, *symbols)
                raise UsageError(
                    f"{member.name} has no parameter '{name.base}'; "
                    f"{offered('it has', offers, 'parameters')}{nearest(name.base, offers)}"
                )
            if name.is_element:
                _check_element(text, name, known.get(name.base), member)
    whole = {name.base for name in names.values() if not name.is_element}
    for name in names.values():
        if name.is_element and name.base in whole:
            raise UsageError(f"'{name.base}' is varied as a whole and by element")
    fixed = {name for name, _ in plan.given}
    for text, name in names.items():
        if name.base in fixed:
            raise UsageError(f"'{text}' is both set and varied", help="leave one of them out")


def _check_element(text: str, name: ParameterName, value: object, member: Member) -> None:
    if not isinstance(value, list | tuple):
        raise UsageError(
            f"'{text}' names an element, and that parameter of {member.name} is no list"
        )
    if name.number(len(value)) is None:
        raise UsageError(
            f"there is no '{text}' in a list of {len(value)}",
            help=f"elements are numbered from 0 to {len(value) - 1}",
        )


def _check_limits(plan: Plan) -> None:
    for limit in plan.limits:
        if limit.layer or limit.input:
            raise UsageError(
                f"a sweep limits whole networks, and '{limit.key}' is limited of "
                f"{limit.layer or limit.input}",
                help="'cnnanalyze budget' checks limits by layer",
            )


def columns_of(plan: Plan, first: int, last: int) -> dict[str, Column]:
    """Return the parameters of some points of the space, those that follow from others, too.

    Raises
    ------
    UsageError
        If one cannot be evaluated.
    """
    columns = plan.space.columns(first, last)
    for name, formula in plan.derived:
        try:
            columns[name] = formula.over(columns, {}, last - first)
        except SpecError as error:
            raise UsageError(f"'{name}' cannot be worked out: {error.message}") from None
    return columns
