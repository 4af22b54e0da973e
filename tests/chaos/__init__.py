"""Kill processes of the real stack at random, and prove that no scan is lost."""
