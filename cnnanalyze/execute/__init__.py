"""Book two: a NumPy executor that runs a network and observes sizes, operations and reach."""
