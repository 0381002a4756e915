"""``python -m cnnanalyze``."""

from cnnanalyze.cli import main

main()
