"""Findings as text, and in the forms that other tools read."""
