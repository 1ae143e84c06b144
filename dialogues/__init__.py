"""Decides what is asked next: forms, and the engine that plays them. Pure: no clock, no network, no database."""
