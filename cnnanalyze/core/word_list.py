"""Word lists: words that are given one by one, or in one text with commas."""

from __future__ import annotations

from cnnanalyze.errors import UsageError


def words_of(given: object) -> tuple[str, ...]:
    """Return words that were given one by one, or in one text with commas as on a command line.

    Raises
    ------
    UsageError
        If this is neither.

    Examples
    --------
    >>> words_of("NA, even-kernel"), words_of(["NA", "even-kernel"])
    (('NA', 'even-kernel'), ('NA', 'even-kernel'))
    """
    if isinstance(given, str):
        return tuple(w for w in map(str.strip, given.split(",")) if w)
    if not isinstance(given, list | tuple | set | frozenset) or not all(
        isinstance(word, str) for word in given
    ):
        raise UsageError(
            f"give words as a list or as one text with commas, not as {given!r}",
            help="for example ['NA', 'even-kernel'] or 'NA,even-kernel'",
        )
    return tuple(given)
