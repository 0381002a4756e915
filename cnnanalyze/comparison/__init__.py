"""Comparison: what is added, removed and changed between networks."""
