"""Performance claims, one module each, measured against a named peer in one run.

Every figure is a ratio of rates per CPU second, both sides in one process, interleaved, the median
of at least five repetitions after a discarded warm-up. Run one with
`python -m benchmarks.performance.NAME`; peers come with `pip install -e ".[all,peers]"`.
"""
