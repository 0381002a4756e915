"""The front door: plain functions for what most people want, values for the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.analysis.result import Analysis, NodeFacts, Total
from cnnanalyze.core.registry import nearest
from cnnanalyze.errors import Source, UsageError
from cnnanalyze.graph.build import build
from cnnanalyze.graph.build import load as load_file
from cnnanalyze.graph.network import Network

if TYPE_CHECKING:
    from rich.console import RenderableType

    from cnnanalyze.crosscheck.result import Balance

ZOO = "zoo:"


def zoo() -> dict[str, Path]:
    """Return the networks that come with the package, by name.

    Examples
    --------
    >>> "resnet50" in zoo()
    True
    """
    here = Path(__file__).parent
    folder = here / "zoo"
    if not folder.is_dir():  # a checkout: the specs lie beside the package
        folder = here.parent / "specs"
    return {path.stem: path for path in sorted(folder.glob("*.yaml"))}


def find_spec(name: str | Path) -> Path:
    """Return the file of a path or of ``zoo:NAME``.

    Raises
    ------
    UsageError
        If the zoo has no network of that name.
    """
    text = str(name)
    if not text.startswith(ZOO):
        return Path(name)
    networks = zoo()
    wanted = text.removeprefix(ZOO)
    if wanted not in networks:
        raise UsageError(
            f"the zoo has no '{wanted}'{nearest(wanted, list(networks))}",
            help="'cnnanalyze zoo' lists what it has",
        )
    return networks[wanted]


def load(path: str | Path, **settings: object) -> Network:
    """Read the spec of a network from a file, or from the zoo.

    Parameters
    ----------
    path
        A file, or ``zoo:NAME``.
    **settings
        Values for the spec's parameters.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.

    Examples
    --------
    >>> load("zoo:mobilenet_v1", width=0.5).parameters[0]
    ('width', 0.5)
    """
    return load_file(find_spec(path), settings)


def loads(text: str, *, name: str = "<text>", **settings: object) -> Network:
    """Read the spec of a network from a text; ``name`` is what messages call it."""
    return build(Source(name, text), settings)


def dumps(network: Network) -> str:
    """Write a network as a canonical spec: flat, one line a layer, with long names.

    Examples
    --------
    >>> net = loads("{cnn: 1, name: tiny, input: 5x5x1, layers: [relu]}")
    >>> loads(dumps(net)).nodes[0].kind
    'relu'
    """
    from cnnanalyze.graph.writer import write

    return write(network)


def analyze(network: Network | str | Path, **settings: object) -> Report:
    """Compute shapes, parameters, operations, receptive fields and memory by rule."""
    if not isinstance(network, Network):
        network = load(network, **settings)
    return Report(analyze_network(network))


def verify(
    network: Network | str | Path,
    *,
    limit: int | None = None,
    lines: int | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Balance:
    """Run the network in NumPy and compare everything that it shows with what the rules say.

    Parameters
    ----------
    network
        The network, or where to load it from.
    limit
        The bytes that the run may need; more is refused.
    lines
        The most lines of the input that are followed to observe receptive fields; by default all.
    progress
        Called with the share of the work that is done and the layer at hand.

    Raises
    ------
    ExecutionError
        If the run would need more memory than ``limit``.
    """
    from cnnanalyze.crosscheck.balance import LIMIT, balance

    if not isinstance(network, Network):
        network = load(network)
    limit = LIMIT if limit is None else limit
    return balance(network, limit=limit, lines=lines, progress=progress)


@dataclass(frozen=True)
class Report:
    """What the rules say of a network, ready to be looked at: in a terminal, a notebook, a file.

    Examples
    --------
    >>> report = analyze("zoo:vgg16")
    >>> report.total.parameters, report.total.operations("mac")
    (138357544, 15470264320)
    >>> report.total.operations("flop") > 2 * report.total.operations("mac")
    True
    """

    analysis: Analysis

    @property
    def network(self) -> Network:
        """The network."""
        return self.analysis.network

    @property
    def total(self) -> Total:
        """The sums over all layers."""
        return self.analysis.total

    @property
    def status(self) -> str:
        """``complete``, or ``partial`` if something could not be counted."""
        return self.analysis.status

    def __getitem__(self, id: str) -> NodeFacts:  # noqa: A002 - the word of the language
        return self.analysis[id]

    def __iter__(self) -> Iterator[NodeFacts]:
        return iter(self.analysis)

    def __len__(self) -> int:
        return len(self.analysis)

    @cached_property
    def _dict(self) -> dict[str, Any]:
        from cnnanalyze.report.json import to_dict

        return to_dict(self.analysis)

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain data: what ``--format json`` prints."""
        return dict(self._dict)

    def render(self, format: str = "table", **options: Any) -> str:  # noqa: A002, ANN401
        """Return the report as text in a format of ``cnnanalyze summary --format``."""
        from cnnanalyze.report import render

        return render(self.analysis, format, **options)

    def __rich__(self) -> RenderableType:
        from cnnanalyze.report.terminal import summary

        return summary(self.analysis)

    def _repr_html_(self) -> str:
        from cnnanalyze.report.notebook import to_html

        return to_html(self.analysis)

    def __str__(self) -> str:
        return self.render("table")

    def __repr__(self) -> str:
        t = self.total
        return (
            f"<Report of {self.network.name}: {len(self)} layers, "
            f"{t.parameters:,} parameters, {t.operations('mac'):,} MACs, {self.status}>"
        )
