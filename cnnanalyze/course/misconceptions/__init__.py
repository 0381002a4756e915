"""Misconceptions: what students get wrong, as changes of an expression."""
