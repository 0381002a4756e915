"""Optional markup: what HTML allows to leave out without a change of what a browser reads.

Pages of a gallery lie in a repository by the hundred, and quotes and end tags are a good part of
long tables and drawings. The standard says which may go (HTML, 13.1.2.3 and 13.1.2.4).
"""

from __future__ import annotations

import re

_TAG = re.compile(r'<[a-z](?:[^<>"]|"[^"]*")*>')
_QUOTED = re.compile(r'="([^\s"\'`=<>]+)"(?=[\s>])')
"""What needs no quotes; before ``/>`` they stay, as the slash would be read as part of it."""
_FOLLOWERS = {
    "td": "td|th|/?tr|/tbody|/thead|/tfoot|/table",
    "th": "td|th|/?tr|/tbody|/thead|/tfoot|/table",
    "tr": "tr|/tbody|/thead|/tfoot|/table",
    "li": "li|/ul|/ol",
    "dt": "dt|dd",
    "dd": "dt|dd|/dl",
    "option": "option|/select",
}
"""The tags before which the end of an element goes without saying."""
_ENDS = re.compile(
    "|".join(rf"</{name}>\s*(?=<(?:{after})\b)" for name, after in _FOLLOWERS.items())
)


def omit_optional_markup(page: str) -> str:
    r"""Return a page without the quotes and the end tags that no browser needs.

    Examples
    --------
    >>> omit_optional_markup('<ul class="a b" id="c"><li>one</li>\n<li>two</li></ul>')
    '<ul class="a b" id=c><li>one<li>two</ul>'
    >>> omit_optional_markup('<path d="M0 0h1" data-i="5"/>')
    '<path d="M0 0h1" data-i="5"/>'
    """
    return _ENDS.sub("", _TAG.sub(lambda tag: _QUOTED.sub(r"=\1", tag[0]), page))
