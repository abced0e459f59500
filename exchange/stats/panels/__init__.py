"""From figures to what a page shows, one file per story."""
