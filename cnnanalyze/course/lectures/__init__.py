"""Lectures: every number they print, computed anew, and what made those that do not hold.

It may import ``auditing`` and below. Smallest example:
:mod:`~cnnanalyze.course.lectures.agreement`.
"""
