"""The HTML page: one file that needs nothing else.

It may import ``course`` and below. Smallest example: :mod:`~cnnanalyze.report.page.overview`.

:func:`~cnnanalyze.report.page.network.to_html` writes the page of one network,
:func:`~cnnanalyze.report.page.overview.to_html` the table that leads to several, and
:func:`~cnnanalyze.report.page.frame.render` any page that extends ``base.html.j2``.
"""
