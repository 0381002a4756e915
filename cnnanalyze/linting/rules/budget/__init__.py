"""Budgets.

It may import ``crosscheck`` and below. Smallest example:
:mod:`~cnnanalyze.linting.rules.budget.budget_depth`.
"""
