"""The gallery: a page for every network, and one that leads to them all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.analysis.result import Analysis
from cnnanalyze.core.conventions import CONVENTIONS
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.crosscheck.record import VerificationRecord
from cnnanalyze.drawing.svg import thumbnail
from cnnanalyze.exchange.load import load
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.language.spec import Spec
from cnnanalyze.linting.engine import lint_network
from cnnanalyze.report.attributes import brief
from cnnanalyze.report.document import Document, Paragraph, Tabular
from cnnanalyze.report.page.answers import FEW, work
from cnnanalyze.report.page.assets import share
from cnnanalyze.report.page.cost_plot import small_plot
from cnnanalyze.report.page.frame import SCRIPT, render
from cnnanalyze.report.page.gallery_pages import EXAMPLES, Example
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.page.variants import variants
from cnnanalyze.report.page.zoo import page as picture_page
from cnnanalyze.report.placement import FEW as FEW_PLACED
from cnnanalyze.report.placement import PlacedNetwork, seen_positions
from cnnanalyze.report.table import Heading as Column
from cnnanalyze.report.table import Table, cells_of
from cnnanalyze.report.totals_text import field_size
from cnnanalyze.report.writers.html import Html

INDEX = "index"
UNDATED = 9999
"""What has no year comes last."""


class LayerSort(NamedTuple):
    """Layers of one kind with the same attributes."""

    text: str
    """The kind and the attributes, as the table of layers shows them."""
    first: int
    """The place of the first of them in the table."""


class GalleryCard(NamedTuple):
    """What the first page shows of one network."""

    file: str
    name: str
    family: str
    year: int | None
    input: str
    layers: int
    parameters: int
    macs: int
    field: str
    holding: int
    """Published figures that agree with what is computed."""
    marked: int
    """Published figures that do not, as the spec says with a reason."""
    failing: int
    """Published figures that do not hold, for reasons that are not known."""
    entries: int
    """How many entries a run was compared in, all balanced; 0 if it is not verified."""
    thumbnail: str
    activations: int = 0
    seen: int = 0
    """The positions in the receptive field."""
    sorts: tuple[LayerSort, ...] = ()
    """What layers it has."""

    @property
    def href(self) -> str:
        """The address of its page."""
        return f"{self.file}.html"

    @property
    def placed(self) -> PlacedNetwork:
        """The network with the numbers by which it has its place in a picture."""
        return PlacedNetwork(
            self.file,
            self.name,
            self.family,
            self.year,
            self.parameters,
            self.macs,
            self.activations,
            self.field,
            self.seen,
        )

    @property
    def search(self) -> str:
        """What a filter looks through."""
        return f"{self.name} {self.file} {self.family} {self.year or ''} {self.input}"


class NetworkPage(NamedTuple):
    """What a gallery shows of one network."""

    card: GalleryCard
    files: Mapping[str, str]
    """Its page, and the files beside it, by name."""


def network_page(path: Path, file: str, record: VerificationRecord | None = None) -> NetworkPage:
    """Return what a gallery shows of a network.

    Parameters
    ----------
    path
        Its spec.
    file
        What its page is called, without the ending.
    record
        What was verified.
    """
    network = load(path)
    analysis = analyze(network)
    balance = record.find(analysis) if record is not None else None
    claims = check_claims(analysis) if balance is None else balance.claims
    outcomes = [check.outcome for check in claims]
    holding, marked = outcomes.count("holds"), outcomes.count("wrong as marked")
    total = analysis.total
    card = GalleryCard(
        file,
        network.name,
        network.text("family"),
        network.year,
        shapes_in(network),
        len(analysis),
        total.parameters,
        total.operations("mac"),
        field_size(analysis),
        holding,
        marked,
        len(outcomes) - holding - marked,
        balance.entries if balance is not None and not balance.discrepancies else 0,
        thumbnail(analysis, WIDTH, HEIGHT),
        total.activations,
        seen_positions(analysis),
        tuple(_sorts(analysis)),
    )
    answers = work(analysis) if len(analysis) <= FEW else {}
    findings = lint_network(network, analysis=analysis).findings
    page = to_html(
        analysis,
        balance=balance,
        findings=findings,
        answers=answers,
        variants=variants(analysis),
        conventions_page=f"{CONVENTIONS_PAGE}.html",
    )
    return NetworkPage(card, share(page, file))


CONVENTIONS_PAGE = "conventions"
"""What the page is called that says for all others what each convention counts."""


def conventions_page() -> dict[str, str]:
    """Return the page about the conventions of counting, by the name of its file."""
    words = (
        "A count means nothing without its convention. What each counts, and who counts like this; "
        "the page of each network has its numbers under all of them."
    )
    headings = (
        Column("convention", "convention", "left"),
        Column("counts", "counts", "left"),
        Column("description", "what is counted", "left"),
        Column("source", "who counts like this", "left"),
    )
    rows = (
        cells_of(c.name, ", ".join(c.counts.split()), c.description, c.source) for c in CONVENTIONS
    )
    table = Tabular(Table(headings, tuple(rows)), filter="torch")
    page = Document("Counting conventions", (Paragraph(words), table), dict)
    return share(Html(0).write(page), CONVENTIONS_PAGE)


WIDTH, HEIGHT = 240, 150
"""Of a thumbnail."""


def _sorts(analysis: Analysis) -> Iterator[LayerSort]:
    """Yield what layers there are, in the order in which they come first."""
    first: dict[str, int] = {}
    for i, facts in enumerate(analysis):
        first.setdefault(f"{facts.node.kind} {brief(facts.node)}".strip(), i)
    return (LayerSort(text, at) for text, at in first.items())


def example(shown: Example, paths: Mapping[str, Path]) -> dict[str, str]:
    """Return the page of an example, and the files beside it, by name."""

    def find(name: str) -> Spec:
        return load(paths[name])

    return share(shown.make(find), shown.name)


def possible(paths: Mapping[str, Path]) -> tuple[Example, ...]:
    """Return the examples whose networks are there."""
    return tuple(e for e in EXAMPLES if all(name in paths for name in e.networks))


def index(cards: Iterable[GalleryCard], examples: Sequence[Example]) -> dict[str, str]:
    """Return the first page: a card for every network, by family and year.

    Examples
    --------
    >>> card = GalleryCard("net", "Net", "", None, "5x5x1", 1, 0, 0, "1", 0, 0, 0, 0, "")
    >>> "href=net.html" in index([card], [])["index.html"]
    True
    """
    ordered = in_order(cards)
    families = Counter(card.family for card in ordered if card.family)
    texts = {s.text: None for card in ordered for s in card.sorts}
    place = {text: i for i, text in enumerate(texts)}
    page = render(
        "gallery.html.j2",
        scripts=(SCRIPT, "gallery.js"),
        title="Gallery",
        cards=[(card, Markup(card.thumbnail)) for card in ordered],  # noqa: S704 - our drawing
        first_of={card.family: card.file for card in reversed(ordered)},
        examples=examples,
        picture=_picture(ordered),
        families=sorted(families),
        large=[(f, n) for f, n in families.items() if n >= LARGE],
        years=_by_year(ordered),
        claims=sum(c.holding + c.marked + c.failing for c in ordered),
        verified=sum(c.entries > 0 for c in ordered),
        entries=sum(c.entries for c in ordered),
        holding=sum(c.holding for c in ordered),
        marked=sum(c.marked for c in ordered),
        failing=sum(c.failing for c in ordered),
        width=WIDTH,
        height=HEIGHT,
        data={
            "texts": list(texts),
            "sorts": [[n for s in c.sorts for n in (place[s.text], s.first)] for c in ordered],
        },
    )
    return share(page, INDEX)


LARGE = 3
"""A family of so many networks is named above them."""


def _by_year(cards: Iterable[GalleryCard]) -> list[tuple[int, list[GalleryCard]]]:
    """Return the networks by their years."""
    found: dict[int, list[GalleryCard]] = {}
    for card in cards:
        if card.year:
            found.setdefault(card.year, []).append(card)
    return sorted(found.items())


def _picture(cards: Iterable[GalleryCard]) -> Markup:
    """Return a small picture of all networks; nothing if they are too few for one."""
    networks = [card.placed for card in cards]
    return small_plot(networks) if has_picture(networks) else Markup()


# --- the picture of all networks, and the way from page to page -----------------------------------

PICTURE = "zoo"
"""What the page with the picture of all networks is called."""


def has_picture(networks: Iterable[PlacedNetwork]) -> bool:
    """Whether there are networks enough for a picture."""
    return sum(n.is_shown for n in networks) > FEW_PLACED


def picture(cards: Iterable[GalleryCard]) -> dict[str, str]:
    """Return the page with the picture of all networks; nothing if they are too few."""
    networks = [card.placed for card in in_order(cards)]
    if not has_picture(networks):
        return {}
    return share(picture_page(networks, lambda n: f"{n.name}.html"), PICTURE)


def in_order(cards: Iterable[GalleryCard]) -> list[GalleryCard]:
    """Return the cards by the first year of their family, the family, the year and the name."""
    found = list(cards)
    oldest: dict[str, int] = {}
    for card in found:
        oldest[card.family] = min(oldest.get(card.family, UNDATED), card.year or UNDATED)
    return sorted(
        found,
        key=lambda c: (oldest[c.family], c.family, c.year or UNDATED, len(c.file), c.file),
    )
