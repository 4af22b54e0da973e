"""Revisions of the catalog's tables, one a module."""
