"""Name the folders that are ours inside a drop folder."""

SET_ASIDE = "set-aside"
PROCESSED = "processed"
PRIVATE = ".sohoa"
