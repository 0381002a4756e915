"""Truncation: what is whole of a spec whose text breaks off."""

from __future__ import annotations

import re

from cnnanalyze.core.tree import Mapping, Scalar, Sequence, Tree
from cnnanalyze.errors import Mark

BEARING = frozenset(
    {"cnn", "extends", "set", "input", "inputs", "params", "defaults", "blocks", "layers"},
)
"""The sections without which nobody can say what the layers are."""
OTHERS = frozenset({"name", "source", "about", "outputs", "expect", "train", "budgets", "lint"})
"""The sections in which a spec may break off with its layers known."""
UNCERTAIN = frozenset({"GR001", "GR002", "GR004", "SP014", "SP017", "SP020", "SP021"})
"""Faults that lines may mend which come later."""

_DOUBTED = 2
"""How many steps before a break are left out if anything follows."""
_SECTION = re.compile(r"""["']?(\w+)["']?\s*:""")


def beginning(tree: Tree, broken: Mark) -> Mapping | None:
    r"""Return what stands whole before the place where a spec breaks off.

    Parameters
    ----------
    tree
        What was read; a step that was open is left out already.
    broken
        The place.

    Returns
    -------
    Mapping or None
        Nothing if a section that has a bearing on the layers breaks off, or may come later.

    Examples
    --------
    >>> from cnnanalyze.errors import Source
    >>> from cnnanalyze.core.diagnostics import Faults
    >>> from cnnanalyze.language.yaml import follow
    >>> text = "cnn: 1\ninput: 8x8x3\nlayers:\n- relu\n- {conv: [\n"
    >>> [word.text for word in follow(Source("here", text), Faults()).get("layers").items]
    ['relu']
    """
    if not isinstance(tree, Mapping) or any(key.mark.column > 1 for key, _ in tree.entries):
        return None  # in braces nobody can tell which sections come later
    if not tree.entries or tree.get("extends") is not None:
        return None
    entries = tree.entries
    last, value = entries[-1]
    lines = broken.source.lines
    later = {m[1] for line in lines[last.mark.line :] if (m := _SECTION.match(line))}
    if last.text not in OTHERS | {"layers"} or later & BEARING:
        return None
    if last.text == "layers" and isinstance(value, Sequence):
        # What follows may belong to a step above it, which a line that slipped in has cut short.
        is_end = not any(map(str.strip, lines[broken.line :]))
        steps = value if is_end else Sequence(value.items[:-_DOUBTED], value.mark)
        entries = (*entries[:-1], (last, steps))
    elif not isinstance(value, Scalar):
        entries = entries[:-1]
    found = Mapping(entries, tree.mark, is_whole=False)
    layers = found.get("layers")
    return found if isinstance(layers, Sequence) and layers.items else None
