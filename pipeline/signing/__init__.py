"""The agency's keys: signing with them, and telling whose a signature is."""
