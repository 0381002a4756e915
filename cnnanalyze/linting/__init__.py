"""Lint: what looks wrong in a spec, where, and what to do."""
