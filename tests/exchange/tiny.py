"""A front end as another package might have it: a layer a line, each reading the one before.

::

    input 31 37 3
    conv filters=8 kernel=3
    relu
    dense 10
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import cnnanalyze as cnn
from cnnanalyze.core.files import read_text


def read(path: Path) -> cnn.Network:
    """Read a file of such lines."""
    source = cnn.Source(str(path), read_text(path, what="tiny"))
    builder = cnn.NetworkBuilder(path.stem)
    tensor: cnn.Tensor | None = None
    for number, line in enumerate(source.lines, 1):
        words = [
            (word[0], cnn.Mark(source, number, word.start() + 1, len(word[0])))
            for word in re.finditer(r"\S+", line)
        ]
        if not words:
            continue
        (kind, mark), *rest = words
        bare = [_value(word, place) for word, place in rest if "=" not in word]
        named = {word.partition("=")[0]: (word, place) for word, place in rest if "=" in word}
        given: dict[str, Any] = {
            key: _value(word.partition("=")[2], place) for key, (word, place) in named.items()
        }
        origin = cnn.Origin(mark, {key: place for key, (_, place) in named.items()})
        if kind == "input":
            tensor = builder.input(*bare, origin=origin)
        elif tensor is None:
            raise cnn.SpecError(cnn.Fault(f"'{kind}' comes before the input", mark))
        else:
            tensor = builder.layer(kind, tensor, *bare, origin=origin, **given)
    return builder.build()


def _value(text: str, mark: cnn.Mark) -> int:
    if re.fullmatch(r"-?[0-9]{1,20}", text):
        return int(text)
    raise cnn.SpecError(
        cnn.Fault(f"'{text}' is not a whole number", mark, help="write digits, such as 3")
    )
