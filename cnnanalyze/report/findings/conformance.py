"""The departures of a model from its spec as findings, in every form that findings have."""

from __future__ import annotations

from cnnanalyze.comparison.conformance.result import Aspect, Conformance, Departure
from cnnanalyze.comparison.conformance.weights import WeightConformance
from cnnanalyze.errors import Source
from cnnanalyze.graph.node import Node
from cnnanalyze.language.spec import spec_of
from cnnanalyze.layers.traits import Trait
from cnnanalyze.linting.finding import Finding
from cnnanalyze.linting.result import FileResult, LintResult

CODES: dict[Aspect, tuple[str, str]] = {
    "input": ("CF001", "other-input"),
    "kind": ("CF002", "other-kind"),
    "attribute": ("CF003", "other-attribute"),
    "missing": ("CF004", "missing-layer"),
    "extra": ("CF005", "undeclared-layer"),
    "wiring": ("CF006", "other-wiring"),
    "sharing": ("CF007", "other-sharing"),
    "output": ("CF008", "other-output"),
    "shape": ("CF009", "other-weights"),
}
"""By aspect the code and the name of its findings."""


def findings(found: Conformance | WeightConformance) -> LintResult:
    """Return the departures as findings in the spec.

    Examples
    --------
    >>> import cnnanalyze as cnn
    >>> one, other = (
    ...     cnn.loads("{cnn: 1, input: 9x9x4, layers: [" + layer + "]}") for layer in ("gap", "gmp")
    ... )
    >>> print(findings(cnn.check(one, other)))
    <text>:1:33: error[CF002] other-kind: global_avgpool1: global_avgpool in the spec, \
global_maxpool in global_maxpool1 of the model
    """
    document = spec_of(found.spec).document
    source = document.source if document is not None else Source(found.spec.name, "")
    nets = (found.spec, found.model) if isinstance(found, Conformance) else ()
    has_norms = [any(map(_is_batch_normalisation, net)) for net in nets]
    told = (_finding(one, source.name, is_folded=has_norms == [True, False]) for one in found)
    return LintResult((FileResult(source, tuple(told)),), command="check")


def _finding(departure: Departure, file: str, *, is_folded: bool) -> Finding:
    """Return a departure as a finding; batch normalisation may be folded if the model has none."""
    code, name = CODES[departure.aspect]
    node = departure.in_spec
    return Finding(
        code,
        name,
        "error",
        departure.message,
        departure.mark,
        node.id if node is not None else "",
        "if the exporter worked it into the layer before, check with --folded"
        if is_folded and _is_of_normalisation(departure)
        else "change the spec or the model, whichever is wrong",
        chain=node.chain if node is not None else (),
        instances=departure.instances,
        file=file,
    )


def _is_of_normalisation(departure: Departure) -> bool:
    """Whether a batch normalisation is missing, or only a bias is too much."""
    node = departure.in_spec
    return departure.attribute == "bias" or (node is not None and _is_batch_normalisation(node))


def _is_batch_normalisation(node: Node) -> bool:
    return Trait.BATCH_STATISTICS in node.layer.traits
