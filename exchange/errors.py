"""Refusals: the one way in which a service says no."""

from __future__ import annotations

from django.utils.functional import Promise

Text = str | Promise


class Refused(Exception):
    """A lawful no (拒绝): why, in the reader's words, and what to do next.

    `message` is a (lazy) translated sentence, `code` a stable word for machines, `field` the name of the
    form or API field that is wrong ("" when none is). `status` is what HTTP makes of it.
    """

    status = 409

    def __init__(self, message: Text, code: str, field: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field


class NotAllowed(Refused):
    """The person may see the row but not do this to it."""

    status = 403

    def __init__(self, message: Text, code: str = "not_allowed", field: str = "") -> None:
        super().__init__(message, code, field)


class WrongState(Refused):
    """The row is not in a state from which this can be done."""

    def __init__(self, message: Text, code: str = "wrong_state", field: str = "") -> None:
        super().__init__(message, code, field)


class Busy(Refused):
    """Somebody else holds the row's lock for longer than a person should wait."""

    def __init__(self, message: Text, code: str = "busy", field: str = "") -> None:
        super().__init__(message, code, field)


class OtherBody(Refused):
    """The same request key came again with another body."""

    status = 422

    def __init__(self, message: Text, code: str = "other_body", field: str = "") -> None:
        super().__init__(message, code, field)


def require(allowed: bool, message: Text, code: str = "not_allowed") -> None:
    """Raise `NotAllowed` unless `allowed`; the message says who may do it instead."""
    if not allowed:
        raise NotAllowed(message, code)
