"""Holding many assets: the simulator, its environments and policies."""
