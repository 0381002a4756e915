"""LN: what the linter says of itself and of its settings."""
