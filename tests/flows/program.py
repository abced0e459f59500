"""A person's program: the API with a token of his own, and every write sent twice under one key."""

from __future__ import annotations

from ipaddress import IPv4Address
from itertools import count
from random import getrandbits
from typing import Any

from django.test import Client

from exchange.accounts.models import User
from tests.factories import PASSWORD

_keys = count(1)


class Program:
    """Speaks for one person: `get`, `post`; a refusal is read with `refused`."""

    def __init__(self, user: User) -> None:
        # Everybody sits at a machine of his own: guesses at passwords are counted by address.
        self.client = Client(headers={"accept-language": "zh-hans"}, REMOTE_ADDR=str(IPv4Address(getrandbits(32))))
        given = self.client.post(
            "/api/v1/auth/token/",
            {"username": user.username, "password": PASSWORD},
            content_type="application/json",
        )
        assert given.status_code == 200, given.content
        self.token = given.json()["token"]

    def get(self, path: str, status: int = 200) -> Any:
        """Read."""
        answer = self.client.get(f"/api/v1/{path}", headers={"Authorization": f"Bearer {self.token}"})
        assert answer.status_code == status, answer.content.decode()
        return answer.json()

    def send(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        """Write once under a key; return the answer as it is."""
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key or f"key-{next(_keys)}"}
        return self.client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Write, as a program with a bad line does: twice under the same key. Both answers are the same."""
        key = f"key-{next(_keys)}"
        first, second = self.send(path, body, key), self.send(path, body, key)
        assert first.status_code in {200, 201}, f"{path}: {first.status_code} {first.content.decode()}"
        assert (second.status_code, second.json()) == (first.status_code, first.json()), f"{path} was done twice"
        return first.json()

    def upload(self, path: str, file: Any, **fields: str) -> Any:
        """Send a file, twice."""
        key = f"key-{next(_keys)}"
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        content = file.read()
        answers = []
        for _time in range(2):
            file.seek(0)
            answers.append(self.client.post(f"/api/v1/{path}", {**fields, "upload": file}, headers=headers))
        assert content and [one.status_code for one in answers] == [200, 200], answers[0].content.decode()
        return answers[0].json()

    def refused(self, path: str, body: dict[str, Any], status: int, code: str, words: str = "") -> None:
        """Write what is refused: status, code, and why in plain words."""
        answer = self.send(path, body)
        told = answer.json()
        assert (answer.status_code, told["code"]) == (status, code), told
        assert {"code", "message", "fields"} <= set(told) and words in told["message"], told
