"""Audit: which printed figures hold, under which convention, and what makes the others."""
