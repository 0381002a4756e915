"""Written answers: values as people write them, in every way they can be read."""
