"""The catalog: an index over batches and dossiers, the claims, and the outbox."""
