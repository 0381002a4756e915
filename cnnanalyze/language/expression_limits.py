"""Elements: how many elements of lists the expressions of one reading go through.

A short expression can make a list of lists of lists. That takes no time and no memory, since the
inner lists are one and the same, but whoever goes through it, to compare or to print it, never
ends. So every list is weighed where it is used, inner lists as often as they stand there, and one
reading of a spec may spend only so many elements in all.
"""

from __future__ import annotations

from cnnanalyze.core.work_limit import Supply

MOST_ELEMENTS = 2_000_000
"""How many elements of lists the expressions of a spec may make and go through in all."""
DEEPEST = 100
"""How deep lists may be nested in each other."""
ELEMENTS = Supply("elements", MOST_ELEMENTS)


def weigh(value: object) -> bool:
    """Count the elements of a list, with those of the lists in it; return whether bounds are kept.

    Examples
    --------
    >>> inner = [5] * 1_000
    >>> weigh([inner] * 1_000), weigh([[inner] * 1_000] * 1_000), weigh(5)
    (True, False, True)
    """
    if not isinstance(value, list):
        return True
    count, most = len(value), ELEMENTS.left
    open_lists = [iter(value)]
    while open_lists and count <= most:
        for item in open_lists[-1]:
            if isinstance(item, list):
                count += len(item)
                open_lists.append(iter(item))
                break
        else:
            open_lists.pop()
        if len(open_lists) > DEEPEST:
            return False
    return ELEMENTS.spend(count)
