"""Heads against the loss that trains them."""
