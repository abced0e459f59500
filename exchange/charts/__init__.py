"""Drawings made on the server: pure functions from data to SVG text, one module per family."""
