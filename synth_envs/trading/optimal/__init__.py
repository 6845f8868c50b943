"""Known optima of closed-form models, in NumPy: what exact environments are scored against."""
