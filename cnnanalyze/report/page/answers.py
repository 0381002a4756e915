"""Worked answers on the page: why the numbers of each layer are what they are."""

from __future__ import annotations

from markupsafe import Markup

from cnnanalyze.analysis.result import Analysis, NodeFacts
from cnnanalyze.course.explanations.explain import explain, quantities, topic_in
from cnnanalyze.drawing.families import family
from cnnanalyze.report.derivation.blocks import explained
from cnnanalyze.report.writers.html import fragment

QUANTITIES = ("output", "parameters", "macs", "receptive_field")
"""What is explained of a layer, as far as it has that."""
FEW = 30
"""The most layers of a network that is explained by default."""


def work(analysis: Analysis) -> dict[str, Markup]:
    """Return the worked answers of all layers but norms and activations, by layer."""
    return {f.node.id: _work(analysis, f) for f in analysis if family(f.node) != "point"}


def _work(analysis: Analysis, facts: NodeFacts) -> Markup:
    known = quantities(analysis, facts.node.id)
    return Markup("\n").join(
        Markup(fragment(explained(explain(analysis, facts.node.id, quantity), HEADING)))  # noqa: S704 - the writer escapes every text
        for quantity in known
        if topic_in(quantity) in QUANTITIES
    )


HEADING = 3
"""A question is below the heading of its section."""
