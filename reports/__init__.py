"""Decides what is said: scoring, disclosure control, and reports rendered from values."""
