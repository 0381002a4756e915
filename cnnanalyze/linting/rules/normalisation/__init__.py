"""Normalisation, activation and regularisation."""
