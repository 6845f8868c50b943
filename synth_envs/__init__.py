"""Verified, reproducible Gymnasium environments over synthetic tasks."""
