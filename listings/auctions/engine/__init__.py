"""The pure auction core (竞价核心): docs/record.md as functions. Standard library and exchange.money only."""
