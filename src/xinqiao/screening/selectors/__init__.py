"""Shaped reads of the room; each is documented where it lives."""
