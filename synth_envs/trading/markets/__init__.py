"""Markets: price generators, what is measured of them, how they are fitted, and recorded prices."""
