"""Closed forms compared with the rules at further sizes: a rule may do what they cannot follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cnnanalyze.analysis.closed_forms import ClosedForms, solve
from cnnanalyze.core.closed_form import LONGEST, TooLong
from cnnanalyze.errors import SpecError, UsageError
from cnnanalyze.graph.network import Network
from cnnanalyze.language.build import vary
from cnnanalyze.language.spec import spec_of


def find_closed_forms(network: Network) -> ClosedForms:
    """What holds of this network for all sizes of its input that are left open?

    Parameters
    ----------
    network
        A network whose spec leaves sizes of its input open.

    Raises
    ------
    UsageError
        If it leaves none open, or if its closed forms are too long to be worked with.
    """
    if not network.assumed:
        raise UsageError(
            f"the input of {network.name} leaves no size open",
            help="a letter stands for a size that is not known, as in 'input: HxWx3'",
        )
    try:
        forms = solve(network)
    except TooLong:
        raise UsageError(
            f"the closed forms of {network.name} are longer than {LONGEST:,} numbers and symbols",
            help="give sizes, as in '--set "
            + " --set ".join(f"{name}={size}" for name, size in network.assumed.items())
            + "'",
        ) from None
    checked = []
    for sizes in forms.probes():
        try:
            varied = _with_sizes(network, sizes)
        except SpecError:
            return forms.for_assumed_sizes()
        if not forms.are_borne_out(varied, sizes):
            return forms.for_assumed_sizes()
        checked.append(sizes)
    return replace(forms, checked=tuple(checked))


def _with_sizes(network: Network, sizes: Mapping[str, int]) -> Network:
    """Read the network again with sizes."""
    return vary(network, {**dict(spec_of(network).settings), **sizes})


def with_other_sizes(network: Network) -> Network | None:
    """Return the network with other sizes than those that were assumed; nothing if it takes none.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: HxWx3, layers: [{maxpool: 2}]}")
    >>> str(with_other_sizes(net).input)
    '513x769x3'
    """
    try:
        domain = solve(network).domain
        sizes = {
            one.name: next(one.after(2 * network.assumed[one.name]), one.least)
            for one in domain.sizes
        }
        return _with_sizes(network, sizes)
    except (TooLong, SpecError):
        return None
