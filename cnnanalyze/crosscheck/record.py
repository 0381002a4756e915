"""Records of verification: what was run and compared, kept for those who do not run it again.

A record holds, for each network, how many entries were compared, which differ, and how many lines
of the input were followed. It holds no time and no number of this machine, so that a second run
writes the same text. Each entry carries a digest, and speaks only of a network with the same one:

* the files of the spec, letter by letter;
* what the rules say of every layer: shape, tensors, costs, receptive fields, live activations. A
  change of the rules that changes no number needs no new run, one that does needs it;
* the kernels of the kinds of its layers, without comments and docstrings: what was run is what
  they computed.
"""

from __future__ import annotations

import ast
import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.core.cost import OPERATIONS, Cost, Param
from cnnanalyze.core.diagnostics import show_tree
from cnnanalyze.core.files import is_file
from cnnanalyze.core.json import read_results
from cnnanalyze.core.periodic_field import PeriodicField
from cnnanalyze.core.section import Reader, Section, Whole, version
from cnnanalyze.core.tree import Tree, plain
from cnnanalyze.core.versions import VERSIONS
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.crosscheck.result import Balance, Discrepancy
from cnnanalyze.language.spec import spec_of

FORM = VERSIONS["verification"]
"""The version of the form of records."""
NAME = "verification.json"
"""What a record is called in the folder of a gallery."""


class WrittenDiscrepancy(Section):
    """One entry that differs between the two books."""

    node: str = Field(description="the layer")
    quantity: str = Field(description="what was compared")
    detail: str = Field(description="which part of it: a role, an operation, an axis and a unit")
    by_rule: str = Field(description="what the rules say")
    observed: str = Field(description="what the run showed")


def _followed(tree: Tree) -> tuple[int, int]:
    found = plain(tree)
    if isinstance(found, list) and [type(number) for number in found] == [int, int]:
        return found[0], found[1]
    raise ValueError(f"must be how many lines are followed, and of how many, not {show_tree(tree)}")


_Lines = Annotated[
    tuple[int, int],
    Reader(
        _followed,
        {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
    ),
]


class VerifiedNetwork(Section):
    """What a run of one network showed."""

    network: str = Field(description="its name")
    digest: str = Field(description="tells whether the entry speaks of a network as it is now")
    layers: Whole = Field(description="how many layers were run")
    compared: dict[str, Whole] = Field(description="by quantity, how many entries were compared")
    differ: tuple[WrittenDiscrepancy, ...] = Field(description="the entries that differ")
    lines: dict[str, tuple[_Lines, ...]] = Field(
        description="by input and axis, how many of its lines were followed, and of how many"
    )
    remarks: tuple[str, ...] = Field(description="what was not compared in full")


class RecordFile(Section):
    """What was run and compared: 'verify --record FILE'."""

    record: version(FORM) = Field(description="version of this form")  # type: ignore[valid-type]
    networks: tuple[VerifiedNetwork, ...] = Field(description="each network that was run")


class VerificationRecord:
    """What was verified, by the digest of what it was.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> network = cnn.loads("{cnn: 1, input: 5x7x2, layers: [relu]}")
    >>> record = VerificationRecord()
    >>> record.add(cnn.analyze(network).analysis, cnn.verify(network))
    >>> record.find(cnn.analyze(network).analysis).is_balanced
    True
    >>> other = cnn.loads("{cnn: 1, input: 5x7x3, layers: [relu]}")
    >>> record.find(cnn.analyze(other).analysis) is None
    True
    """

    def __init__(self, entries: Iterable[VerifiedNetwork] = ()) -> None:
        self._entries = {entry.digest: entry for entry in entries}

    def add(self, analysis: Analysis, balance: Balance) -> None:
        """Take note of what a run showed."""
        key = digest(analysis)
        self._entries[key] = VerifiedNetwork(
            network=balance.name,
            digest=key,
            layers=balance.layers,
            compared=dict(balance.compared),
            differ=tuple(WrittenDiscrepancy(**asdict(found)) for found in balance.discrepancies),
            lines=dict(balance.followed),
            remarks=balance.remarks,
        )

    def find(self, analysis: Analysis) -> Balance | None:
        """Return what a run of just this network showed; nothing if none is on record."""
        if not self._entries:
            return None
        found = self._entries.get(digest(analysis))
        if found is None:
            return None
        return Balance(
            found.network,
            found.layers,
            tuple(found.compared.items()),
            tuple(Discrepancy(**each.model_dump()) for each in found.differ),
            check_claims(analysis),
            found.remarks,
            tuple(found.lines.items()),
        )

    def text(self) -> str:
        """Return the record as JSON: a line for each network, by name."""
        ordered = sorted(self._entries.values(), key=lambda e: (e.network, e.digest))
        lines = (json.dumps(entry.model_dump(), ensure_ascii=False) for entry in ordered)
        return f'{{"record": {FORM}, "networks": [\n' + ",\n".join(lines) + "\n]}\n"


def read_record(path: Path, *, must_exist: bool = False) -> VerificationRecord:
    """Read a record; one that is not there is empty, unless it must exist.

    Raises
    ------
    UsageError
        If the file is not a record, or cannot be read.
    """
    if not must_exist and not is_file(path):
        return VerificationRecord()
    remedy = "'cnnanalyze verify --record FILE' writes one"
    return VerificationRecord(
        read_results(path, RecordFile, "record of verification", remedy).networks
    )


# --- digest ---------------------------------------------------------------------------------------


def digest(analysis: Analysis) -> str:
    """Return what tells whether a record speaks of a network as it is now."""
    found = hashlib.sha256()
    for part in _parts(analysis):
        found.update(part.encode("utf-8", "backslashreplace"))
        found.update(b"\0")
    return found.hexdigest()


def _parts(analysis: Analysis) -> Iterator[str]:
    network = analysis.network
    written = (spec_of(network).source, *(n.mark.source for n in network if n.mark is not None))
    yield from (source.text for source in dict.fromkeys(written) if source is not None)
    yield repr([(name, str(given.shape)) for name, given in network.inputs.items()])
    said = _Statements()
    yield from map(said.of, analysis)
    yield repr((analysis.memory.peak, network.outputs))
    yield from _kernels(dict.fromkeys(node.kind for node in network))


class _Statements:
    """What is compared of layers, as numbers and words; what layers share is written once."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}
        self._kept: list[object] = []  # so that no identity is given twice

    def of(self, facts: NodeFacts) -> str:
        """Return all that is compared with a run, as text."""
        node = facts.node
        seen = [(name, self._text(found.fields, _field)) for name, found in facts.sees]
        own = (node.id, node.kind, node.inputs, tuple(node.output.extents), facts.live, seen)
        return (
            repr(own)
            + self._text(facts.params, _tensors)
            + self._text(facts.cost, _counts)
            + self._text(facts.fields, _field)
        )

    def _text(self, value: Any, plain: Callable[[Any], object]) -> str:  # noqa: ANN401 - as plain takes
        if value is None:
            return "?"
        if id(value) not in self._known:
            self._known[id(value)] = repr(plain(value))
            self._kept.append(value)
        return self._known[id(value)]


def _tensors(params: Iterable[Param]) -> object:
    return [(p.role, tuple(p.shape), p.trainable) for p in params]


def _counts(cost: Cost) -> object:
    return [(name, n) for name in OPERATIONS if (n := getattr(cost, name))]


def _field(fields: Iterable[PeriodicField]) -> object:
    return [[tuple(path_field) for path_field in axis.path_fields] for axis in fields]


def _kernels(kinds: Iterable[str]) -> Iterator[str]:
    """Yield the code that computes layers of some kinds, each module once."""
    from cnnanalyze.execute import kernels  # noqa: PLC0415 - NumPy, for a record only

    tables: tuple[Mapping[str, Callable[..., Any]], ...] = (
        kernels.RUN,
        kernels.INIT,
        kernels.THIN,
        kernels.THIN_RUN,
        kernels.THIN_TO,
    )
    modules = {t[kind].__module__ for kind in kinds for t in tables if kind in t}
    yield from map(code_of, sorted(modules))


@cache
def code_of(module: str) -> str:
    """Return the code of a module without docstrings, comments and empty lines."""
    try:
        source = inspect.getsource(sys.modules[module])
    except (OSError, TypeError, KeyError):  # of somebody else, and not to be read
        return module
    lines = source.splitlines()
    described = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for part in ast.walk(ast.parse(source)):
        if isinstance(part, described) and ast.get_docstring(part, clean=False) is not None:
            text = part.body[0]
            for number in range(text.lineno - 1, text.end_lineno or text.lineno):
                lines[number] = ""
    kept = (line.rstrip() for line in lines)
    return "\n".join(line for line in kept if line and not line.lstrip().startswith("#"))
