"""Drawing: the architecture as a person draws it, as SVG and as text."""
