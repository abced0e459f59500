"""A program's way to the exchange: its public API over HTTP, like anybody's."""

from __future__ import annotations

import json
import secrets
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any

TIMEOUT_S = 15


class Answer(Exception):
    """The exchange said no: `status` and the body's `code` and `message`."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('code', '')} {body.get('message', '')}")
        self.status = status
        self.code = str(body.get("code", ""))


@dataclass
class Client:
    """One person of the simulation, logged in by a token that is asked for once."""

    url: str
    username: str
    password: str = field(repr=False)
    token: str = field(default="", repr=False)

    def log_in(self) -> None:
        """Ask for the token."""
        sent = {"username": self.username, "password": self.password}
        self.token = str(self._ask("POST", "auth/token/", json.dumps(sent).encode(), "application/json")["token"])

    def get(self, path: str) -> Any:
        """GET below `/api/v1/`."""
        return self._ask("GET", path, None, "")

    def post(self, path: str, body: dict[str, Any] | None = None, key: str = "") -> Any:
        """POST JSON below `/api/v1/` under an idempotency key of its own."""
        return self._ask(
            "POST", path, json.dumps(body or {}).encode(), "application/json", key or secrets.token_hex(16)
        )

    def upload(self, path: str, fields: dict[str, str], name: str, content: bytes, media_type: str) -> Any:
        """POST one file with some fields."""
        mark = secrets.token_hex(16)
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        head = f'--{mark}\r\nContent-Disposition: form-data; name="upload"; filename="{name}"\r\n'
        parts.append(f"{head}Content-Type: {media_type}\r\n\r\n".encode() + content + b"\r\n")
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self._ask("POST", path, body, f"multipart/form-data; boundary={mark}", secrets.token_hex(16))

    def _ask(self, method: str, path: str, body: bytes | None, media_type: str, key: str = "") -> Any:
        if not self.url.startswith(("http://", "https://")):
            raise ValueError("the exchange's address begins with http:// or https://")
        headers = {"Accept": "application/json"}
        headers |= {"Content-Type": media_type} if media_type else {}
        headers |= {"Authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= {"Idempotency-Key": key} if key else {}
        request = urllib.request.Request(  # noqa: S310 - the scheme is checked above
            f"{self.url.rstrip('/')}/api/v1/{path}", data=body, headers=headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Answer(error.code, _body(error.read())) from error


def _body(content: bytes) -> dict[str, Any]:
    try:
        body = json.loads(content)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
