"""Remembers: the only place that knows the database, the keys and encryption at rest."""
