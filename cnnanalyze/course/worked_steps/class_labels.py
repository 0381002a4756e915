"""Labels: one number for each class, where many write the number of the class alone."""

from __future__ import annotations

MOST_CLASSES = 12
"""A label for more is not written out."""


def advise(label: object, classes: int) -> str:
    """Say how to write a label that may be the number of a class.

    Examples
    --------
    >>> advise(1, 3)
    'class 1 is [0, 1, 0] counted from 0, as PyTorch and Keras do, and [1, 0, 0] counted from 1'
    >>> advise(3, 3), advise(7, 2)
    ('class 3 is [0, 0, 1] counted from 1', 'one number for each class, such as [1, 0]')
    """
    found = []
    for start, who in ((0, "0, as PyTorch and Keras do,"), (1, "1")):
        if type(label) is int and start <= label < classes + start <= MOST_CLASSES:
            written = [int(k + start == label) for k in range(classes)]
            found.append(f"{written} counted from {who}")
    if found:
        return f"class {label} is {' and '.join(found).rstrip(',')}"
    such = [1, *[0] * (classes - 1)] if 0 < classes <= MOST_CLASSES else "[1, 0, 0]"
    return f"one number for each class, such as {such}"
