"""Compatible mode: simulators that follow highway-env 1.12.1 to rounding, state by state."""
