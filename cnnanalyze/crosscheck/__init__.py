"""The trial balance: the two books side by side, and both against what was printed elsewhere."""
