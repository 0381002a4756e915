"""Sheets: homework as a teacher writes it, and every question of it worked out.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.course.sheets.sheet_file`.
"""
