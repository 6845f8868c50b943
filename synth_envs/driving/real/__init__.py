"""Recorded traffic, read in place: the CommonRoad importer, and the statistics of real traffic."""
