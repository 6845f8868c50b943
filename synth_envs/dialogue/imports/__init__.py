"""Services and customers' wishes read from other projects' files: SGD, MultiWOZ and tau2's retail shop."""
