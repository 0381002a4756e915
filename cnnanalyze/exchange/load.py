"""Loading: the network of a file, by the front end for its ending, or else as a spec."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from inspect import signature
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import SPEC_ENDINGS, FileError, printable
from cnnanalyze.core.garbage import without_collection
from cnnanalyze.errors import CnnError, Fault, PluginError, SpecError, UsageError
from cnnanalyze.exchange.front_end import FrontEnd, find
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import load as load_spec
from cnnanalyze.language.spec import Spec, spec_of

Sizes = Mapping[str, Sequence[int]]
"""The extents of inputs by name."""


def load(
    path: str | Path,
    settings: Mapping[str, Any] | None = None,
    *,
    open_sizes: bool = False,
    inputs: Sizes | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Sizes | None = None,
) -> Spec:
    """Read a file into a network.

    Parameters
    ----------
    path
        The file.
    settings
        Values for the parameters of a spec; files of other forms have none.
    open_sizes
        Whether a spec may leave sizes of its input open.
    inputs
        Extents of inputs in place of those that a file of another form has, by name.
    outputs
        What comes out in place of what such a file says, by the names that it has.
    shapes
        Extents of values that such a file does not declare, by name.

    Returns
    -------
    Spec
        The network, and what a text says besides.

    Raises
    ------
    SpecError
        With every fault of the file, each at its place.
    UsageError
        If there is no such file, or it has no parameters to set.
    PluginError
        If a front end fails in a way that it should not.
    """
    reader = find(path)
    name = printable(path)
    if reader is None:
        _refuse_unread(path, name)
        if inputs or outputs or shapes:
            raise UsageError(
                f"{name} is a spec, whose inputs and outputs are those that it says",
                help="only of files of other programs others can be asked for",
            )
        return load_spec(path, settings, open_sizes=open_sizes)
    if settings:
        raise UsageError(
            f"{name} is not a spec, so it has no parameter '{next(iter(settings))}'",
            help="'cnnanalyze.dumps' writes its network as a spec, where parameters can be added",
        )
    return load_by(reader, path, inputs=inputs, outputs=outputs, shapes=shapes)


def _refuse_unread(path: str | Path, name: str) -> None:
    """Refuse what is neither a spec nor read by a front end, with how its network gets here."""
    if ":" not in name and Path(path).suffix in SPEC_ENDINGS:
        return
    from cnnanalyze.exchange.recipes import recipe_for  # noqa: PLC0415 - most files are specs

    if recipe := recipe_for(path):
        why, how = recipe
        raise UsageError(f"{name} is not read: {why}", help=how)


def load_by(
    reader: FrontEnd,
    path: str | Path,
    *,
    inputs: Sizes | None = None,
    outputs: Sequence[str] | None = None,
    shapes: Sizes | None = None,
) -> Spec:
    """Read a file into a network by a front end, whatever the file is called.

    Raises
    ------
    SpecError
        With every fault of the file.
    UsageError
        If there is no such file, or if the front end reads it only as it is.
    PluginError
        If the front end fails in a way that it should not.
    """
    name = printable(path)
    given = {"inputs": inputs, "outputs": outputs, "shapes": shapes}
    options = {word: value for word, value in given.items() if value}
    if unknown := options.keys() - signature(reader).parameters.keys():
        raise UsageError(
            f"{name} cannot be read for other {min(unknown)}",
            help=f"the front end {_named(reader)} reads such files as they are",
        )
    with without_collection():
        return spec_of(_read(partial(reader, **options), Path(path), name, _named(reader)))


def _read(reader: FrontEnd, path: Path, name: str, by: str) -> Network:
    """Call a front end; whatever it raises speaks of the file."""
    try:
        network: object = reader(path)
    except (FileError, PluginError):
        raise
    except CnnError as error:
        raise SpecError(*(_of_file(fault, name) for fault in error.faults)) from None
    except Exception as error:
        raise PluginError(
            f"{name} cannot be read: the front end {by} failed: {type(error).__name__}: {error}",
            help="report it to the package that provides it",
        ) from error
    if not isinstance(network, Network):
        raise PluginError(
            f"{name} cannot be read: the front end {by} gave "
            f"{type(network).__name__}, which is no network",
            help="a front end gives what NetworkBuilder.build() gives",
        )
    return network


def _of_file(fault: Fault, name: str) -> Fault:
    """Return a fault as it is told to who has the file, and calls no builder."""
    return replace(
        fault,
        message=fault.message if fault.mark else f"{name}: {fault.message}",
        help="" if re.search(_CALL, fault.help) else fault.help,
    )


_CALL = r"\bb\.\w+\("


def _named(reader: FrontEnd) -> str:
    return f"{reader.__module__}.{getattr(reader, '__name__', type(reader).__name__)}"
