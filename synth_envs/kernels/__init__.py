"""What compiled kernels of all simulators share: compiling, random numbers, elementary functions."""
