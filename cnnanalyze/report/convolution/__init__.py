"""Convolutions by hand: sections as frames in a terminal, Markdown, LaTeX, data and a page.

It may import ``course`` and below. Smallest example: :mod:`~cnnanalyze.report.convolution.json`.
"""

from __future__ import annotations

from collections.abc import Callable

from cnnanalyze.report import check_format
from cnnanalyze.report.convolution.step_selection import Shown


def _text(shown: Shown, width: int) -> str:
    from cnnanalyze.report.convolution.frames import Frames  # noqa: PLC0415

    return Frames(shown).plain(width)


def _markdown(shown: Shown, _: int) -> str:
    from cnnanalyze.report.convolution.markdown import markdown  # noqa: PLC0415

    return markdown(shown)


def _latex(shown: Shown, _: int) -> str:
    from cnnanalyze.report.convolution.markdown import latex  # noqa: PLC0415

    return latex(shown)


def _html(shown: Shown, _: int) -> str:
    from cnnanalyze.report.page.convolution import page  # noqa: PLC0415

    return page(shown)


def _json(shown: Shown, _: int) -> str:
    from cnnanalyze.report.convolution.json import to_dict  # noqa: PLC0415
    from cnnanalyze.report.json import dump  # noqa: PLC0415

    return dump(to_dict(shown))


FORMATS: dict[str, Callable[[Shown, int], str]] = {
    "text": _text,
    "markdown": _markdown,
    "latex": _latex,
    "html": _html,
    "json": _json,
}


def render(shown: Shown, format: str = "text", width: int = 80) -> str:  # noqa: A002
    """Return sections worked out by hand as text in a format.

    Raises
    ------
    UsageError
        If the format is unknown.
    """
    return FORMATS[check_format(format, tuple(FORMATS))](shown, width)
