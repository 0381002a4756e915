"""Book one: the questions that are answered by the rules, one file for each."""
