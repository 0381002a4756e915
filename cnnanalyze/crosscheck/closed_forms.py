"""Closed forms compared with the rules at further sizes: a rule may do what they cannot follow."""

from __future__ import annotations

from dataclasses import replace

from cnnanalyze.analysis.closed_forms import ClosedForms, solve
from cnnanalyze.analysis.pipeline import analyze
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
        If it leaves none open.
    """
    if not network.assumed:
        raise UsageError(
            f"the input of {network.name} leaves no size open",
            help="a letter stands for a size that is not known, as in 'input: HxWx3'",
        )
    forms = solve(network)
    given = dict(spec_of(network).settings)
    checked = []
    for sizes in forms.probes():
        try:
            analysis = analyze(vary(network, {**given, **sizes}), fields=False)
        except SpecError:
            return forms.for_assumed_sizes()
        if not forms.bear_out(analysis, sizes):
            return forms.for_assumed_sizes()
        forms = forms.without_what_differs(analysis, sizes)
        checked.append(sizes)
    return replace(forms, checked=tuple(checked))


def with_other_sizes(network: Network) -> Network | None:
    """Return the network with other sizes than those that were assumed; nothing if it takes none.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> net = cnn.loads("{cnn: 1, input: HxWx3, layers: [{maxpool: 2}]}")
    >>> str(with_other_sizes(net).input)
    '513x769x3'
    """
    sizes = {}
    for one in solve(network).domain.sizes:
        sizes[one.name] = next(one.after(2 * network.assumed[one.name]), one.least)
    try:
        return vary(network, {**dict(spec_of(network).settings), **sizes})
    except SpecError:
        return None
