"""Joins that take the largest, the smallest, the mean, a difference or a quotient of branches."""

from __future__ import annotations

from tests.strategies.merge import joins

STRATEGIES = {
    **{kind: joins(kind) for kind in ("maximum", "minimum", "average")},
    **{kind: joins(kind, most=2) for kind in ("subtract", "divide")},
}
