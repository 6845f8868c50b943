"""Fraud detection: a stream of payments, rare and adaptive fraud, labels that come late."""
