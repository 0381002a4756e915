"""How many inputs the suite tries: the same ones in every run, in about a minute altogether.

Where ``thorough`` is left out, networks are fewer.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings

FIXED = settings(
    max_examples=15 if settings.get_current_profile_name() == "quick" else 60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
"""For properties of networks: drawn by Hypothesis, which shrinks what fails."""

SEEDS = range(25)
"""For each sort of input."""
