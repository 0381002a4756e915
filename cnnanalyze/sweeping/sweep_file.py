"""Sweep files: a space with everything that is asked of it, written down."""

from __future__ import annotations

from collections.abc import Mapping as Lookup
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import Field

from cnnanalyze.analysis.memory import BYTES
from cnnanalyze.analysis.quantities import read_terms
from cnnanalyze.core.binding import bind
from cnnanalyze.core.diagnostics import Faults
from cnnanalyze.core.files import SPEC_ENDINGS, is_file
from cnnanalyze.core.section import Count, NotEmpty, Section, Text, Whole, mapping_as, version
from cnnanalyze.core.tree import Mapping, plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.errors import CnnError
from cnnanalyze.exchange.load import load
from cnnanalyze.language.sections import BUDGETS, budgets_of
from cnnanalyze.language.spec import spec_of
from cnnanalyze.language.written_claims import ConventionName
from cnnanalyze.language.yaml import open_source, read
from cnnanalyze.language.zoo import find_spec
from cnnanalyze.layers.attributes import choice
from cnnanalyze.sweeping.plan import Member, Plan, make_plan, read_axis

VERSION = VERSIONS["sweep_file"]
ENDING = ".sweep"
_VALUES = {
    "type": ["string", "number", "boolean", "array"],
    "description": "a list, a range 0.25..1.4/0.05, an interval log(8, 256) or uniform(2, 3), or "
    "an expression of others $width * 2",
}


class SweepFile(Section):
    """What a sweep goes through, and which points it keeps."""

    called: ClassVar[str] = "a sweep"
    needs: ClassVar[tuple[tuple[str, ...], ...]] = (("spec", "specs"),)
    exclusive: ClassVar[Lookup[tuple[str, str], str]] = {
        ("spec", "specs"): "write all of them under 'specs'"
    }

    sweep: version(VERSION) = Field(  # type: ignore[valid-type]
        description="version of the language of sweeps", examples=[VERSION]
    )
    spec: Text = Field(default="", description="the spec: a file beside this one, or zoo:NAME")
    specs: tuple[str, ...] = Field(default=(), description="several specs")
    about: Text = Field(default="", description="whatever a reader should know")
    source: Text = Field(default="", description="where the space comes from")
    set: mapping_as({"type": "object"}) = Field(  # type: ignore[valid-type]
        default=None, description="values of parameters that all points have"
    )
    vary: Annotated[
        mapping_as({"type": "object", "additionalProperties": _VALUES}),  # type: ignore[valid-type]
        NotEmpty(),
    ] = Field(
        description="the values of each parameter",
        examples=["{width: 0.25..1.4/0.05, resolution: [96, 128, 160]}"],
    )
    where: tuple[str, ...] = Field(default=(), description="conditions that points must meet")
    budgets: Annotated[dict[str, Any], BUDGETS] = Field(
        default_factory=dict, description="limits that networks must keep"
    )
    pareto: tuple[str, ...] | None = Field(
        default=None, description="what is to be small, or large as receptive_field:most"
    )
    quantities: tuple[str, ...] = Field(default=(), description="what is told of each point")
    distributions: tuple[str, ...] = Field(
        default=(), description="quantities whose distributions over the points are told"
    )
    sample: Count | None = Field(default=None, description="how many points are drawn")
    seed: Whole = Field(default=0, description="where chance begins")
    convention: ConventionName = Field(default="mac", description="how operations are counted")
    batch: Count = Field(default=1, description="images at a time, for the memory")
    dtype: choice(*BYTES) = Field(  # type: ignore[valid-type]
        default="float32", description="type of the numbers, for the memory"
    )


def is_sweep(path: Path) -> bool:
    """Whether a file is a sweep: its name says so, or ``sweep`` stands at its top."""
    if path.suffix.lower() == ENDING:
        return True
    if path.suffix.lower() not in SPEC_ENDINGS or not is_file(path):
        return False
    try:
        tree = read(open_source(path))
    except CnnError:
        return False
    return isinstance(tree, Mapping) and tree.get("sweep") is not None and tree.get("cnn") is None


def read_sweep(path: Path) -> Plan:
    """Read a sweep file into a plan.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place; or with those of a spec that it names.
    UsageError
        If what it says contradicts itself.
    """
    faults = Faults("SP014")
    tree = read(open_source(path))
    written = bind(tree, SweepFile, "a sweep", faults)
    vary = tree.get("vary") if isinstance(tree, Mapping) else None
    values: dict[str, object] = {}
    for key, given in vary.entries if isinstance(vary, Mapping) else ():
        values[key.text] = plain(given)
        if isinstance(values[key.text], str) and "$" in str(values[key.text]):
            continue
        try:
            read_axis(key.text, values[key.text])
        except CnnError as error:
            fault = error.faults[0]
            faults.add(fault.message, given.mark, fault.help)
    faults.raise_if_any()
    assert written is not None
    settings = {} if written.set is None else plain(written.set)
    members = [_member(name, path.parent, settings) for name in (written.specs or (written.spec,))]
    return make_plan(
        members,
        values,
        given=settings,
        quantities=written.quantities,
        terms=read_terms(written.convention, written.batch, written.dtype),
        where=written.where,
        limits=budgets_of(written.budgets).limits,
        pareto=written.pareto,
        distributions=written.distributions,
        sample=written.sample,
        seed=written.seed,
    )


def _member(name: str, folder: Path, settings: dict[str, Any]) -> Member:
    path = find_spec(name) if name.startswith("zoo:") else folder / name
    return Member(name, spec_of(load(path, settings)))
