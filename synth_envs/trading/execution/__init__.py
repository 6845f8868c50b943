"""Selling a position: price impact against price risk, with a known optimum."""
