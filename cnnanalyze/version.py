"""The version of the package, for every floor that names it."""

__version__ = "0.1.0"
