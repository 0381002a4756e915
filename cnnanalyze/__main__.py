"""``python -m cnnanalyze``."""

import sys

# Python looks first into the folder where it is started: what is called yaml.py there must not run.
# (Nothing but sys is imported before: any other module might lie there, too.)
_HOUSE = __file__[: -len("/cnnanalyze/__main__.py")]
sys.path[:1] = [p for p in sys.path[:1] if sys.flags.safe_path or p == _HOUSE]

from cnnanalyze.cli import main  # noqa: E402 - only now is it clear where modules come from

main()
