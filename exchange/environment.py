"""Reading settings from the environment; nonsense in one stops the start with a sentence that names it."""

from __future__ import annotations

import os
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")  # of PostgreSQL's client


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


def choice(name: str, default: str, *known: str) -> str:
    """Return one of the `known` words."""
    value = text(name, default)
    if value not in known:
        raise ImproperlyConfigured(f"{name}={value!r} must be one of {', '.join(known)}.")
    return value


def web_address(name: str, default: str) -> str:
    """Return an address that begins with http:// or https://, without a slash at its end."""
    value = text(name, default)
    url = _split(value)
    if url is None or url.scheme not in {"http", "https"} or not url.hostname:
        raise ImproperlyConfigured(f"{name}={value!r} must read http://host:port or https://host.")
    return value.rstrip("/")


def _split(value: str) -> SplitResult | None:
    """Return the parts of an address, None when its host or port is nonsense."""
    try:
        url = urlsplit(value)
        return None if url.port == 0 else url
    except ValueError:
        return None


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
    url = _split(value)
    if url is None or url.scheme not in {"postgresql", "postgres"} or not url.path.strip("/"):
        raise ImproperlyConfigured(f"{name} must read postgresql://user:password@host:port/name.")
    query = dict(part.split("=", 1) for part in url.query.split("&") if "=" in part)
    unknown = set(query) - {"host", "port", "sslmode"}
    if unknown:
        raise ImproperlyConfigured(f"{name} holds unknown options: {', '.join(sorted(unknown))}.")
    if query.get("sslmode", "prefer") not in SSL_MODES:
        raise ImproperlyConfigured(f"{name}: sslmode must be one of {', '.join(SSL_MODES)}.")
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
    url = _split(value)
    if url is None or url.scheme not in {"redis", "rediss", "unix"}:
        raise ImproperlyConfigured(f"{name} must read redis://host:port/0, rediss://host:port/0 or unix:///path.")
    return value
