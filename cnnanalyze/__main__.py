"""What ``cnnanalyze`` and ``python -m cnnanalyze`` start: from here on an interrupt is quiet."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # Python looks first into the folder where it is started: what is called yaml.py there must not
    # run. (Nothing but sys is imported before: any other module might lie there, too.)
    _HOUSE = __file__[: -len("/cnnanalyze/__main__.py")]
    sys.path[:1] = [p for p in sys.path[:1] if sys.flags.safe_path or p == _HOUSE]

import gc
import os
from _thread import interrupt_main, start_new_thread

from cnnanalyze.core.exit_codes import INTERRUPTED


def main() -> None:
    """Run the command line of this process; Ctrl-C ends it without a word, whenever it comes."""
    try:
        import signal  # noqa: PLC0415 - as cli below: here an interrupt is expected

        ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler
        if ours:  # an exception amid an import could get lost in what Python cleans up there
            signal.signal(signal.SIGINT, lambda *_: os._exit(INTERRUPTED))
        from cnnanalyze import cli  # noqa: PLC0415

        sys.unraisablehook = _interrupt_again
        # This process is ours alone, and what a command makes stays until it ends: to search for
        # garbage as often as Python does by itself takes a third of the time of large networks.
        gc.set_threshold(100_000, 50, 100)
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
        code = cli.main()
        if ours:  # the work is done, and what processes shared is given back now
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    except KeyboardInterrupt:
        os._exit(INTERRUPTED)
    # Threads and exit handlers end as ever. Only the search for garbage among all that goes with
    # the process is left out: it would be a fifth of its time.
    gc.freeze()
    sys.exit(code)


def _interrupt_again(lost: sys.UnraisableHookArgs) -> None:
    """Interrupt once more where Python cannot raise it, and would print a traceback instead."""
    if issubclass(lost.exc_type, KeyboardInterrupt):
        start_new_thread(interrupt_main, ())  # from here it would not be raised either
    else:
        sys.__unraisablehook__(lost)


if __name__ == "__main__":
    main()
