"""Inputs by lot: whatever a file or an option holds, a command answers or says what is wrong.

``python -m tests.fuzz --minutes 60`` tries new ones for as long as one likes; the suite tries a few
of each sort, the same every time.
"""
