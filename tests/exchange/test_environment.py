"""Nonsense in a setting stops the start with a sentence that names it; an empty setting counts as none."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from exchange import environment as env

NONSENSE: list[tuple[Callable[[], Any], str]] = [
    (lambda: env.flag("X"), "maybe"),
    (lambda: env.number("X", 3, 1, 9), "10"),
    (lambda: env.number("X", 3, 1, 9), "three"),
    (lambda: env.number("X", 3, 1, 9), "-3"),
    (lambda: env.choice("X", "a", "a", "b"), "c"),
    (lambda: env.web_address("X", "http://a"), "here"),
    (lambda: env.web_address("X", "http://a"), "ftp://here"),
    (lambda: env.web_address("X", "http://a"), "http://here:port"),
    (lambda: env.web_address("X", "http://a"), "http://"),
    (lambda: env.database("X"), ""),
    (lambda: env.database("X"), "mysql://a@h/n"),
    (lambda: env.database("X"), "postgresql://a@h"),
    (lambda: env.database("X"), "postgresql://a@h:port/n"),
    (lambda: env.database("X"), "postgresql://a@[h/n"),
    (lambda: env.database("X"), "postgresql://a@h/n?sslmode=perhaps"),
    (lambda: env.database("X"), "postgresql://a@h/n?fsync=off"),
    (lambda: env.redis("X"), ""),
    (lambda: env.redis("X"), "http://h"),
    (lambda: env.redis("X"), "redis://h:port/0"),
]
SENSE: list[tuple[Callable[[], Any], str, Any]] = [
    (lambda: env.flag("X"), "YES", True),
    (lambda: env.flag("X", True), "0", False),
    (lambda: env.flag("X", True), " ", True),
    (lambda: env.number("X", 3, 1, 9), "", 3),
    (lambda: env.number("X", 3, 1, 9), "9", 9),
    (lambda: env.choice("X", "a", "a", "b"), "b", "b"),
    (lambda: env.words("X", "a,b"), "c, d,", ["c", "d"]),
    (lambda: env.web_address("X", "http://a"), "https://bank.example/", "https://bank.example"),
    (lambda: env.redis("X"), "redis://:word@h:6379/0", "redis://:word@h:6379/0"),
]


@pytest.mark.parametrize(("read", "value"), NONSENSE)
def test_nonsense_is_named(read: Callable[[], Any], value: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match="^X"):
        read()


@pytest.mark.parametrize(("read", "value", "meant"), SENSE)
def test_sense_is_read(read: Callable[[], Any], value: str, meant: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X", value)
    assert read() == meant


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X", "postgresql://me:p%40ss@h:6543/n?sslmode=require")
    keys = {"NAME": "n", "USER": "me", "PASSWORD": "p@ss", "HOST": "h", "PORT": "6543", "SSLMODE": "require"}
    assert env.database("X") == keys


def test_a_socket_folder_is_a_host(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("X", "postgresql://me:word@/n?host=%2FRun%2Fsocket&port=5432")
    assert (env.database("X")["HOST"], env.database("X")["PORT"]) == ("/Run/socket", "5432")
