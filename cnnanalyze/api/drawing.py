"""Drawing: one architecture as a picture, and pages for many networks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from cnnanalyze.analysis.pipeline import analyze as analyze_network
from cnnanalyze.api.reading import Settings
from cnnanalyze.core.word_list import words_of
from cnnanalyze.exchange.network_source import counted, file_of, read
from cnnanalyze.graph.network import Network
from cnnanalyze.language.zoo import zoo

if TYPE_CHECKING:
    from cnnanalyze.drawing.picture import Drawing
    from cnnanalyze.report.page.gallery_folder import Gallery


def draw(
    network: Network | str | Path,
    *,
    settings: Settings | None = None,
    colour: str = "kind",
    expand: str | Sequence[str] = (),
    theme: str = "auto",
    direction: str = "",
    style: str = "blocks",
) -> Drawing:
    """Draw the architecture: every block once, repeats with their number.

    Parameters
    ----------
    network
        The network, or where to load it from: a file, or ``zoo:NAME``.
    settings
        Values for the spec's parameters, by name.
    colour
        ``kind``, or a quantity of layers such as ``macs``: the more, the warmer.
    expand
        Paths of blocks to be drawn where they stand; ``all`` for every block.
    theme
        ``auto`` follows the reader's preference; ``light`` and ``dark`` are fixed.
    direction
        Whether the network runs ``down`` or to the ``right``; a U stands in both. By default blocks
        run down, and outputs to the right.
    style
        ``blocks``: what the layers do; ``volumes``: their outputs as bodies of their size, in
        perspective; ``maps``: the same as stacks of maps, flat.

    Returns
    -------
    Drawing
        An SVG, which can be shown in a notebook, or written as SVG or PNG.

    Raises
    ------
    SpecError
        With every fault of the spec, each at its place.
    UsageError
        If there is no such colour, theme, direction, style or path.

    Examples
    --------
    >>> draw("zoo:lenet5", theme="dark").svg.count("<svg ")
    1
    """
    from cnnanalyze.drawing.picture import Drawing

    paths = words_of(expand)
    analysis = analyze_network(read(network, settings))
    drawing = Drawing(analysis, colour, "all" in paths or paths, theme, direction, style)
    _ = drawing.svg  # what is refused is refused here
    return drawing


def gallery(*networks: str | Path, jobs: int = 1, record: str | Path = "") -> Gallery:
    """Make a page for every network, some examples, and a page that leads to them all.

    Parameters
    ----------
    *networks
        Files, or ``zoo:NAME``; without any, the whole zoo.
    jobs
        Processes.
    record
        What ``cnnanalyze verify --record`` wrote: by it pages say that their network is verified.

    Returns
    -------
    Gallery
        The pages; ``write`` puts them into a folder.

    Raises
    ------
    SpecError
        With every fault of a spec, each at its place.
    UsageError
        If two pages would have the same name.

    Examples
    --------
    >>> sorted(gallery("zoo:lenet5").pages)
    ['conventions.html', 'graded_sheet.html', 'index.html', 'lenet5.html', 'solved_sheet.html']
    """
    from cnnanalyze.crosscheck.record import read_record
    from cnnanalyze.report.page.gallery_folder import Gallery, by_page, files_of

    counted("jobs", jobs)
    verified = read_record(Path(record), must_exist=True) if record else None
    return Gallery(files_of(by_page(map(file_of, networks)) or zoo(), jobs, verified))
