"""Why the embedded servers do not start, in words for the person at the terminal."""


class CannotStart(Exception):
    """Something outside has to change first; the message says what."""


class StopAsked(Exception):
    """Ctrl-C, SIGTERM or a closed terminal: everything is to be stopped now."""
