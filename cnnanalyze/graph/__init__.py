"""Networks: the flat graph of layers that every question is asked of."""
