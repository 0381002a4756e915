"""Ground floor: shapes, costs, index maps, conventions, registries; exact integers only.

It may import ``errors`` and below. Smallest example: :mod:`~cnnanalyze.core.exact_number`.
"""
