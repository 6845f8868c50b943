"""Benchmarks: run agents on the suite, replay what they did, and show the results as static pages."""
