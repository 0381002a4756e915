"""The gallery: a page for every network, and one that leads to them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from markupsafe import Markup

from cnnanalyze.analysis.pipeline import analyze
from cnnanalyze.crosscheck.claims import check_claims
from cnnanalyze.drawing.svg import thumbnail
from cnnanalyze.exchange.load import load
from cnnanalyze.graph.network import shapes_in
from cnnanalyze.language.spec import Spec
from cnnanalyze.linting.engine import lint_network
from cnnanalyze.report.page.answers import FEW, work
from cnnanalyze.report.page.frame import SCRIPT, render
from cnnanalyze.report.page.gallery_pages import EXHIBITS, Exhibit
from cnnanalyze.report.page.network import to_html
from cnnanalyze.report.totals_text import field_size

INDEX = "index"
UNDATED = 9999
"""What has no year comes last."""


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
    thumbnail: str

    @property
    def search(self) -> str:
        """What a filter looks through."""
        return f"{self.name} {self.file} {self.family} {self.year or ''} {self.input}"


def hang(path: Path, file: str) -> tuple[GalleryCard, str]:
    """Return the card and the page of a network.

    Parameters
    ----------
    path
        Its spec.
    file
        What its page is called, without the ending.
    """
    network = load(path)
    analysis = analyze(network)
    outcomes = [check.outcome for check in check_claims(analysis)]
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
        thumbnail(analysis, WIDTH, HEIGHT),
    )
    lean = len(analysis) > LARGE
    answers = work(analysis) if len(analysis) <= FEW else {}
    if sum(map(len, answers.values())) > MOST_ANSWERS:
        answers = {}
    findings = lint_network(network, analysis=analysis).findings
    page = to_html(analysis, findings=findings, answers=answers, lean=lean)
    return card, page


WIDTH, HEIGHT = 240, 150
"""Of a thumbnail."""
LARGE = 186
"""Networks of more layers get a lean page, so that the gallery of the zoo stays below 15 MB: a lean
page has about 85 kB, a full one 280 kB at 186 layers."""
MOST_ANSWERS = 100_000
"""Characters of worked answers that a page of the gallery has room for; C3D has three times so
many."""


def exhibit(shown: Exhibit, paths: Mapping[str, Path]) -> str:
    """Return the page of an exhibit."""

    def find(name: str) -> Spec:
        return load(paths[name])

    return shown.make(find)


def possible(paths: Mapping[str, Path]) -> tuple[Exhibit, ...]:
    """Return the exhibits whose networks are there."""
    return tuple(e for e in EXHIBITS if all(name in paths for name in e.networks))


def index(cards: Iterable[GalleryCard], exhibits: Sequence[Exhibit]) -> str:
    """Return the first page: a card for every network, by family and year.

    Examples
    --------
    >>> card = GalleryCard("net", "Net", "", None, "5x5x1", 1, 0, 0, "1", 0, 0, 0, "")
    >>> 'href="net.html"' in index([card], [])
    True
    """
    ordered = in_order(cards)
    return render(
        "gallery.html.j2",
        scripts=(SCRIPT, "gallery.js"),
        title="Gallery",
        cards=[(card, Markup(card.thumbnail)) for card in ordered],  # noqa: S704 - our drawing
        exhibits=exhibits,
        families=sorted({c.family for c in ordered if c.family}),
        claims=sum(c.holding + c.marked + c.failing for c in ordered),
        holding=sum(c.holding for c in ordered),
        marked=sum(c.marked for c in ordered),
        failing=sum(c.failing for c in ordered),
        width=WIDTH,
        height=HEIGHT,
    )


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
