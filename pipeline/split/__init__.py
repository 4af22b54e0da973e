"""Decide which pages belong together, and what paper they are."""
