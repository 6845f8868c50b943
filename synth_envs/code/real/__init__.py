"""Published data sets of programming tasks, one file each, and what runs in the sandbox for them."""
