"""What the exit code of a command says, beside 0 (all is well) and 1 (findings)."""

FAILED = 2
"""A command could not do its work."""
INTERRUPTED = 130
"""It was interrupted by Ctrl-C, as shells have it."""
