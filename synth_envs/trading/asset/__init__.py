"""Trading one asset: the simulator, its environments and policies."""
