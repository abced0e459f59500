"""A small bank to practise with: its own process, its own books, nothing of ours but the format of messages.

`python -m exchange.ledger.sandbox_bank --port P --data FILE`; standard library only.
"""
