"""The door for archive staff and clerks: search, dossiers, counters."""
