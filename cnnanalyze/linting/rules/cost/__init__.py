"""Where parameters, operations and memory go."""
