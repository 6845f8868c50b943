"""Limit order book: a matching engine, reactive background agents, execution and market making."""
