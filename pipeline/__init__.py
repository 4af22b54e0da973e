"""Turn the paper of a one-stop counter into searchable, trustworthy records."""
