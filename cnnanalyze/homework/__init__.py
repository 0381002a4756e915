"""Homework: answers that explain themselves, and wrong answers understood."""
