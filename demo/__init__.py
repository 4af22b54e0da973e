"""A counter's papers, drawn by code: nobody's name, nobody's number."""
