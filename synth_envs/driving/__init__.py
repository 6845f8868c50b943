"""Driving: native simulators of traffic with rare events, and a family exactly compatible with highway-env."""
