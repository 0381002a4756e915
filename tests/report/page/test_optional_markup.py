"""Optional markup: what is left out changes nothing that a browser reads."""

from __future__ import annotations

import pytest

from cnnanalyze.report.page.optional_markup import omit_optional_markup


@pytest.mark.parametrize(
    ("written", "short"),
    [
        ('<a href="a.html?b=c">', '<a href="a.html?b=c">'),
        ('<a title="">', '<a title="">'),
        ('<a title="a>b" id="c">', '<a title="a>b" id=c>'),
        ('<circle cx="59" cy="3"/>', '<circle cx=59 cy="3"/>'),
        ('id="c" is text', 'id="c" is text'),
        ("<tr><td>1</td>\n<td>2</td></tr>\n</tbody>", "<tr><td>1<td>2</tbody>"),
        ("<td>1</td> text", "<td>1</td> text"),
        ("<dl><div><dt>a</dt><dd>b</dd></div></dl>", "<dl><div><dt>a<dd>b</dd></div></dl>"),
        ("<pre>\n<span>a</span>\n\n  b</pre>", "<pre>\n<span>a</span>\n\n  b</pre>"),
    ],
)
def test_only_what_goes_without_saying_is_left_out(written: str, short: str) -> None:
    assert omit_optional_markup(written) == short
