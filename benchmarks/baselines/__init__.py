"""Trained baselines, one file each, with their hyperparameters as data."""
