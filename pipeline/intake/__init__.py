"""Drop folders: when a file is done, what it is, and how it is taken in."""
