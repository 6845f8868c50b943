"""The native driving simulator: structure-of-arrays kernels, maps, scenarios, observations."""
