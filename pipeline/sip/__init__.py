"""Packages for an archive: a dossier as E-ARK and Circular 05/2025/TT-BNV have it."""
