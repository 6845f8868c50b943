"""Programs composed at random from typed operations, told in English and in Python.

A program is a `terms.Term`. Three readers of it know nothing of one another: `interpret` (closures,
which give the expected outputs), `python` (the reference that people read) and `english` (the
specification). `vocabulary` holds the operations, one table for each kind.
"""
