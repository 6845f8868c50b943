"""Mathematics and logic: synthetic task families, exact verifiers, real data sets."""
