"""Objects: originals, page results, plans, documents and manifests."""
