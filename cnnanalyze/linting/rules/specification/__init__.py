"""SP: the text of a spec."""
