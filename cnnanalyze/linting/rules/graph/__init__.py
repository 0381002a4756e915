"""GR: the wiring."""
