"""Explanations: why a number is what it is, in the words and symbols of a course."""
