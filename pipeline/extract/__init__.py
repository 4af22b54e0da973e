"""Spans and templates in, fields with value, evidence and doubt out."""
