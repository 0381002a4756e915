"""CV: the arithmetic of convolutions."""
