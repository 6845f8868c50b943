"""Trading and finance: synthetic markets with exact ledgers and known optima."""
