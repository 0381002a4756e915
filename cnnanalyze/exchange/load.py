"""Loading: the network of a file, by the front end for its ending, or else as a spec."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cnnanalyze.core.files import FileError, printable
from cnnanalyze.errors import CnnError, Fault, PluginError, SpecError, UsageError
from cnnanalyze.exchange.front_end import FrontEnd, find
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import load as load_spec
from cnnanalyze.language.build import without_collection
from cnnanalyze.language.spec import Spec, spec_of


def load(
    path: str | Path, settings: Mapping[str, Any] | None = None, *, open_sizes: bool = False
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
    if reader is None:
        return load_spec(path, settings, open_sizes=open_sizes)
    name = printable(path)
    if settings:
        raise UsageError(
            f"{name} is no spec, so it has no parameter '{next(iter(settings))}'",
            help="'cnnanalyze.dumps' writes its network as a spec, where parameters can be added",
        )
    with without_collection():
        return spec_of(_read(reader, Path(path), name))


def _read(reader: FrontEnd, path: Path, name: str) -> Network:
    """Call a front end; whatever it raises speaks of the file."""
    try:
        network: object = reader(path)
    except (FileError, PluginError):
        raise
    except CnnError as error:
        raise SpecError(*(_of_file(fault, name) for fault in error.faults)) from None
    except Exception as error:
        raise PluginError(
            f"{name} cannot be read: the front end {_named(reader)} failed: "
            f"{type(error).__name__}: {error}",
            help="report it to the package that provides it",
        ) from error
    if not isinstance(network, Network):
        raise PluginError(
            f"{name} cannot be read: the front end {_named(reader)} gave "
            f"{type(network).__name__}, which is no network",
            help="a front end gives what NetworkBuilder.build() gives",
        )
    return network


def _of_file(fault: Fault, name: str) -> Fault:
    """Return a fault as it is told to who has the file, and calls no builder."""
    return replace(
        fault,
        message=fault.message if fault.mark else f"{name}: {fault.message}",
        help="" if _CALL.search(fault.help) else fault.help,
    )


_CALL = re.compile(r"\bb\.\w+\(")


def _named(reader: FrontEnd) -> str:
    return f"{reader.__module__}.{getattr(reader, '__name__', type(reader).__name__)}"
