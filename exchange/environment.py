"""Reading settings from the environment; nonsense in one stops the start with a sentence that names it."""

from __future__ import annotations

import os
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str = "") -> str:
    """Return the variable, or `default` when it is not set or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable: 1, true, yes, on or 0, false, no, off."""
    value = text(name).lower()
    if not value:
        return default
    if value in {"1", "true", "yes", "on"}:
        return True
    if value in {"0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no: write 1 or 0.")


def number(name: str, default: int, least: int, most: int) -> int:
    """Return a whole number between `least` and `most`."""
    value = text(name)
    if not value:
        return default
    if not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number from {least} to {most}.")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a comma-separated list."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def database(name: str) -> dict[str, str]:
    """Return Django's connection keys out of a `postgresql://user:password@host:port/name` address.

    A socket directory may stand percent-encoded as the host or as `?host=/dir`.
    """
    value = text(name)
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Write postgresql://user:password@host:port/name, "
            "or run through `make demo`, which brings its own PostgreSQL."
        )
    url = urlsplit(value)
    if url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must read postgresql://user:password@host:port/name.")
    query = dict(part.split("=", 1) for part in url.query.split("&") if "=" in part)
    unknown = set(query) - {"host", "port", "sslmode"}
    if unknown:
        raise ImproperlyConfigured(f"{name} holds unknown options: {', '.join(sorted(unknown))}.")
    return {
        "NAME": url.path.strip("/"),
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "HOST": unquote(query.get("host", "")) or unquote(url.hostname or ""),
        "PORT": query.get("port", "") or str(url.port or ""),
        "SSLMODE": query.get("sslmode", "prefer"),
    }


def redis(name: str) -> str:
    """Return a `redis://`, `rediss://` or `unix://` address."""
    value = text(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. Write redis://host:port/0.")
    if urlsplit(value).scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must begin with redis://, rediss:// or unix://.")
    return value
