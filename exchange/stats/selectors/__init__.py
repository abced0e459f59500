"""Reads of stats, one file per story."""
