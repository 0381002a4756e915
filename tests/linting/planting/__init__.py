"""Faults that can be planted in good specs, with the place and the rules that must find them."""
