"""Grading: answers marked, wrong ones met with how they came about."""
