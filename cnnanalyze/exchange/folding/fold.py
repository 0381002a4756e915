"""Folding: from a network to the text of a spec."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from cnnanalyze.errors import CnnError, Source
from cnnanalyze.exchange.folding.blocks import fold_blocks
from cnnanalyze.exchange.folding.inlining import inline
from cnnanalyze.exchange.folding.library import Library
from cnnanalyze.exchange.folding.naming import with_names
from cnnanalyze.exchange.folding.neighbours import with_neighbours
from cnnanalyze.exchange.folding.paths import with_source_names
from cnnanalyze.exchange.folding.proof import is_same_graph, nest_concats
from cnnanalyze.exchange.folding.small_blocks import fold_small_blocks
from cnnanalyze.exchange.folding.step import Steps
from cnnanalyze.exchange.folding.structure import structure_of
from cnnanalyze.exchange.folding.tables import compress
from cnnanalyze.exchange.folding.text import Folded, cost, lines_of
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import build
from cnnanalyze.language.writer import header_lines, inputs_line, section_lines, write

MOST_LAYERS = 20_000
"""A larger network is written flat."""


def fold(network: Network) -> str:
    """Return a network as the text of a readable spec: blocks, repeats, tables, few names.

    The text is read again, and it is the same graph as the network; the names of layers are not
    kept. What cannot be folded comes back flat, one line for each layer.

    Raises
    ------
    UsageError
        If this is no network.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> pair = "{conv: {filters: 5, kernel: 3}}, relu"
    >>> print(fold(cnn.loads("{cnn: 1, name: chain, input: 32x32x3, layers: [" + pair + "]}")))
    cnn: 1
    name: chain
    input: 32x32x3
    layers:
      - conv: {filters: 5, kernel: 3}
      - relu
    <BLANKLINE>
    """
    flat = write(network)
    for attempt in _ATTEMPTS if 0 < len(network) <= MOST_LAYERS else ():
        text = _written(network, attempt(network))
        if _is_read_alike(text, network):
            return text
    return flat


def _whole(network: Network) -> Folded:
    structure = structure_of(nest_concats(network))
    library = Library()
    steps = fold_small_blocks(structure.steps, library)
    steps = fold_blocks(steps, library)
    wider = library.copy()
    extended = with_neighbours(steps, wider)
    ways = [(steps, library)] if extended is steps else [(steps, library), (extended, wider)]
    return min(
        (_compressed(steps, library, structure.outputs) for steps, library in ways),
        key=lambda folded: cost(lines_of(folded)),
    )


def _compressed(steps: Steps, library: Library, outputs: tuple[str, ...]) -> Folded:
    steps = compress(steps, library)
    for name, block in list(library.blocks.items()):
        library.blocks[name] = replace(block, steps=compress(block.steps, library))
    folded = inline(Folded(library.blocks, steps, outputs))
    return with_names(replace(folded, steps=with_source_names(folded.steps)))


def _lists(network: Network) -> Folded:
    structure = structure_of(network)
    library = Library()
    steps = fold_blocks(structure.steps, library, joins=False)
    return with_names(Folded(library.blocks, steps, structure.outputs))


_ATTEMPTS: tuple[Callable[[Network], Folded], ...] = (_whole, _lists)
"""Ways of writing a network, the shortest text first."""


def _written(network: Network, folded: Folded) -> str:
    lines = ["cnn: 1", *header_lines(network), inputs_line(network), *lines_of(folded)]
    return "\n".join([*lines, *section_lines(network)]) + "\n"


def _is_read_alike(text: str, network: Network) -> bool:
    try:
        return is_same_graph(network, build(Source("folded", text), open_sizes=True))
    except CnnError:
        return False
