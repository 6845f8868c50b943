"""Verdicts on responses, one file for each thing that a task can ask for; no generator is known here."""
