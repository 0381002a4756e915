"""Front ends: what reads the files of another form, found by what their names end in.

Other packages name theirs in the entry-point group ``cnnanalyze.frontends``; the module is imported
when a file is met that does not end as specs do.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePath
from typing import TypeVar

from cnnanalyze.core.files import SPEC_ENDINGS, is_file, map_bytes
from cnnanalyze.core.registry import Registry
from cnnanalyze.errors import PluginError
from cnnanalyze.graph.network import Network

FrontEnd = Callable[..., Network]
"""Reads a file into a network."""

FRONT_ENDS: Registry[FrontEnd] = Registry(
    "front end", group="cnnanalyze.frontends", advice="choose another ending"
)
"""By the ending of file names, with its dot."""
MODULES: dict[str, str] = {
    "caffe.network": ".prototxt",
    "darknet": ".cfg",
    "keras.network": ".keras .keras.json",
    "onnx.network": ".onnx",
    "tflite.network": ".tflite",
}
"""By module of this package: the endings that it reads. It is imported when such a file is met."""
for _module, _endings in MODULES.items():
    FRONT_ENDS.house(f"cnnanalyze.exchange.{_module}", _endings)

F = TypeVar("F", bound=FrontEnd)
_ENDING = re.compile(r"(?:\.[a-z0-9_]+){1,2}")
_JSON, _KERAS_JSON = ".json", ".keras.json"
_BEGINNING = 500


def front_end(*endings: str) -> Callable[[F], F]:
    """Register a function that reads files of another form: every command takes them as specs.

    The function gets the path of a file and gives a ``Network``, most easily made with a
    ``NetworkBuilder``. If it has parameters ``inputs`` and ``outputs``, other extents of inputs can
    be asked for, by name, and other values that come out; with ``shapes``, extents can be told that
    the file does not declare. It raises a ``SpecError`` for what is
    wrong with the file; what the builder refuses is told at the ``origin`` of the layer.

    Parameters
    ----------
    *endings
        What the names of such files end in, in small letters: ``.tiny``.

    Returns
    -------
    Callable
        A decorator.

    Raises
    ------
    PluginError
        If an ending is none, belongs to specs, or is taken.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> with FRONT_ENDS.scoped():
    ...
    ...     @front_end(".sizes")
    ...     def read(path):
    ...         "Read a perceptron: the number of features of every layer."
    ...         builder = cnn.NetworkBuilder(path.stem)
    ...         first, *rest = map(int, path.read_text().split())
    ...         x = builder.input(first)
    ...         for features in rest:
    ...             x = builder.dense(x, features)
    ...         return builder.build()
    ...
    ...     find("perceptron.sizes") is read
    True
    """

    def register(function: F) -> F:
        for ending in endings or ("",):
            if not _ENDING.fullmatch(ending):
                raise PluginError(
                    f"the front end {function.__name__} of {function.__module__} cannot read files "
                    f"that end in '{ending}'",
                    help="an ending is a dot and small letters, such as '.tiny'",
                )
            if ending in SPEC_ENDINGS:
                raise PluginError(
                    f"the front end {function.__name__} of {function.__module__} cannot have "
                    f"'{ending}': such files are specs",
                    help="choose another ending",
                )
        FRONT_ENDS.add(endings[0], function, endings[1:])
        return function

    return register


def find(path: PurePath | str) -> FrontEnd | None:
    """Return what reads a file of this name; nothing if that is left to the spec language.

    Examples
    --------
    >>> find("net.yaml"), find("zoo:lenet5"), find("-")
    (None, None, None)
    """
    suffixes = PurePath(path.lower() if isinstance(path, str) else str(path).lower()).suffixes
    if not suffixes or suffixes[-1] in SPEC_ENDINGS or not _ENDING.fullmatch(suffixes[-1]):
        return None
    FRONT_ENDS.load_plugins()
    found = FRONT_ENDS.get("".join(suffixes[-2:])) or FRONT_ENDS.get(suffixes[-1])
    if found is None and suffixes[-1] == _JSON and _is_of_keras(path):
        return FRONT_ENDS.get(_KERAS_JSON)
    return found


def _is_of_keras(path: PurePath | str) -> bool:
    """Whether a file that may be a spec in JSON begins as a model of Keras does."""
    if not is_file(str(path)):
        return False
    return b'"class_name"' in bytes(map_bytes(str(path), what="JSON")[:_BEGINNING])
