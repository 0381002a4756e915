"""Clusters: a Dask scheduler that the user names, as an executor of chunks.

What a worker that dies was working on the scheduler gives to another one, so that nothing is lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, NamedTuple

from cnnanalyze.errors import UsageError
from cnnanalyze.version import __version__

PATIENCE = 10
"""How many seconds a scheduler has to answer, and its first worker to be there."""


class Cluster(NamedTuple):
    """What works chunks out elsewhere."""

    executor: Executor
    workers: int
    """How many chunks it works out at a time."""


@contextmanager
def connect(address: str, patience: float = PATIENCE) -> Iterator[Cluster]:
    """Give the cluster of a scheduler, and leave it when all is done.

    Parameters
    ----------
    address
        Where the scheduler listens, such as ``tcp://10.0.0.7:8786``.
    patience
        How many seconds are waited for it.

    Raises
    ------
    UsageError
        If Dask is not installed, nobody answers, or its workers cannot do the work.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        raise UsageError(
            "a scheduler needs Dask, which is not installed",
            help="pip install 'cnnanalyze[dask]', or leave --scheduler out",
        ) from None
    try:
        client = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError) as error:  # a time-out is one of the first
        raise UsageError(
            f"no Dask scheduler answers at '{address}': {error}",
            help="'dask scheduler' prints its address, such as tcp://10.0.0.7:8786",
        ) from None
    try:
        yield Cluster(client.get_executor(pure=False), _workers(client, address, patience))
    finally:
        client.close()


def _workers(client: Any, address: str, patience: float) -> int:  # noqa: ANN401 - of a library
    """Return how many chunks are worked out at a time, by workers who all know this version."""
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError:
        raise UsageError(
            f"the scheduler at '{address}' has no workers",
            help=f"start some: dask worker {address}",
        ) from None
    try:
        versions: dict[str, str] = client.run(version_here)
    except (ImportError, AttributeError) as error:
        raise UsageError(
            f"a worker at '{address}' cannot work: {error}",
            help=f"install cnnanalyze {__version__} wherever its workers run",
        ) from None
    for worker, version in sorted(versions.items()):
        if version != __version__:
            raise UsageError(
                f"the worker '{worker}' has cnnanalyze {version}, and this is {__version__}",
                help="rows are equal only where versions are: install the same one",
            )
    return sum(client.nthreads().values())


def version_here() -> str:
    """Return the version of whoever is asked."""
    return __version__
