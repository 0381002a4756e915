"""The script of a user is read by type checkers; it holds neither tests nor examples."""

collect_ignore = ["user_script.py"]
