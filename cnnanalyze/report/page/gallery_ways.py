"""Ways: what the pages of a gallery say of each other, put in when all of them are made.

Every page leads back to the gallery, that of a network to the one before and the one after it, that
of an example to its networks, and a network's page says where it stands among all.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from markupsafe import Markup, escape

from cnnanalyze.report.page.cost_plot import small_plot
from cnnanalyze.report.page.gallery import (
    CONVENTIONS_PAGE,
    INDEX,
    PICTURE,
    GalleryCard,
    has_picture,
)
from cnnanalyze.report.page.gallery_pages import Example
from cnnanalyze.report.page.optional_markup import omit_optional_markup
from cnnanalyze.report.page.svg import element
from cnnanalyze.report.placement import Standing, standing

_BAR = "<nav class=bar aria-label=Contents>\n"
"""Where the ways go: before the contents of the page."""
_MAIN = "<main id=main>\n"
_OVERVIEW = "<a href=#overview>Overview</a>\n"
_AFTER_OVERVIEW = "</section>\n"


def with_ways(
    files: Mapping[str, str], cards: Sequence[GalleryCard], examples: Iterable[Example]
) -> dict[str, str]:
    """Return the files of a gallery, its pages with the ways between them.

    Parameters
    ----------
    files
        All files but the first page.
    cards
        The networks, in the order in which the first page shows them.
    examples
        The examples that there are.
    """
    found = dict(files)
    names = {card.file: card.name for card in cards}
    for name in (PICTURE, CONVENTIONS_PAGE, *(e.name for e in examples)):
        if (file := f"{name}.html") in found:
            found[file] = _put(found[file], _BAR, _back())
    for e in examples:
        file = f"{e.name}.html"
        if shown := [(n, names[n]) for n in e.networks if n in names]:
            found[file] = _put(found[file], _MAIN, _named(shown))
    for card, before, after in _neighbours(cards):
        text = _put(found[card.href], _BAR, Markup().join([_back(), *_steps(before, after)]))
        found[card.href] = _stand(text, card, cards)
    return found


def _put(page: str, after: str, text: Markup) -> str:
    """Return a page with a text after the first stretch that reads so."""
    start, found, end = page.partition(after)
    return f"{start}{found}{omit_optional_markup(text)}{end}" if found else page


def _back() -> Markup:
    return element("a", "Gallery", href=f"{INDEX}.html", class_="way") + Markup("\n")


def _steps(before: GalleryCard | None, after: GalleryCard | None) -> Iterator[Markup]:
    for card, rel, sign, words in (
        (before, "prev", "←", "Previous network"),
        (after, "next", "→", "Next network"),
    ):
        if card is not None:
            said = f"{words}: {card.name}"
            link = {"href": card.href, "rel": rel, "title": said, "aria_label": said}
            yield element("a", sign, class_="way", **link) + Markup("\n")


def _named(networks: Sequence[tuple[str, str]]) -> Markup:
    """Return the line that leads from an example to its networks."""
    links = (element("a", title, href=f"{name}.html") for name, title in networks)
    words = "The page of" if len(networks) == 1 else "The pages of"
    line = Markup(", ").join(links)
    return element("p", Markup(f"{words} {line}"), class_="note") + Markup("\n")  # noqa: S704


def _neighbours(
    cards: Sequence[GalleryCard],
) -> Iterator[tuple[GalleryCard, GalleryCard | None, GalleryCard | None]]:
    before = [None, *cards[:-1]]
    after = [*cards[1:], None]
    yield from zip(cards, before, after, strict=True)


def _stand(page: str, card: GalleryCard, cards: Sequence[GalleryCard]) -> str:
    """Return the page of a network with where it stands, after its overview."""
    networks = [c.placed for c in cards]
    found = standing(card.placed, networks)
    if found is None or not has_picture(networks):
        return page
    link = Markup('<a href="#standing">Where it stands</a>\n')
    drawn = small_plot(networks, card.placed)
    return _put(_put(page, _OVERVIEW, link), _AFTER_OVERVIEW, _section(found, drawn))


def _section(found: Standing, drawn: Markup) -> Markup:
    """Return the section that says where a network stands."""
    ranks = Markup().join(element("li", rank.text) for rank in found.ranks.values())
    near = Markup(", ").join(element("a", n.title, href=f"{n.name}.html") for n in found.neighbours)
    lines = [element("ul", ranks)]
    if near:
        lines.append(Markup("<p>Nearest by both: ") + near + Markup(".</p>"))
    if found.family:
        lines.append(element("p", found.family))
    picture = f"{PICTURE}.html#at={found.network.name}"
    lines.append(
        element(
            "p",
            element("a", "The whole picture", href=picture),
            Markup(", with names, families and years."),
        )
    )
    words = element("div", Markup().join(lines))
    said = escape("Where it stands among the networks of the gallery")
    return Markup(  # noqa: S704 - every part is escaped
        f'<section id="standing" class="standing" aria-label="{said}">\n<h2>Where it stands</h2>\n'
        f'<div class="stands">{drawn}{words}</div>\n</section>\n'
    )
