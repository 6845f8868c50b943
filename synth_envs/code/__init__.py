"""The code domain: programs from specifications, verified by execution in a sandbox."""
