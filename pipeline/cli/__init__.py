"""The door for operators and scripts: ``sohoa``."""
