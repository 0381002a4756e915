"""By hand: convolution, pooling and what follows on given numbers, every step in exact numbers."""
