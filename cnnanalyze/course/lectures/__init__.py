"""Lectures: every number they print, computed again, and what explains the wrong ones.

It may import ``auditing`` and below. Smallest example:
:mod:`~cnnanalyze.course.lectures.agreement`.
"""
