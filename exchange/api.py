"""The API: how a service's refusal reaches a program, tokens, paging, keys of repeatable writes."""

from __future__ import annotations

from typing import Any

from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, serializers, status
from rest_framework.authentication import TokenAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response

from exchange.errors import Refused
from exchange.locking import as_busy
from exchange.money import fen_to_yuan, yuan_to_fen

KEY_HEADER = "Idempotency-Key"


class BearerAuthentication(TokenAuthentication):
    """`Authorization: Bearer <token>`."""

    keyword = "Bearer"


class KeysetPagination(CursorPagination):
    """Keyset paging by the sortable primary key, newest first."""

    ordering = "-pk"
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 500


class YuanField(serializers.Field):
    """Money in JSON: a decimal string in yuan, fen inside."""

    default_error_messages = {"invalid": _("Write an amount in yuan such as 35000.00.")}

    def to_representation(self, value: int) -> str:
        return fen_to_yuan(value)

    def to_internal_value(self, data: Any) -> int:
        if not isinstance(data, str):
            self.fail("invalid")
        try:
            return yuan_to_fen(data)
        except ValueError:
            self.fail("invalid")


def request_key(request: Request) -> str:
    """Return the request's `Idempotency-Key`, "" when it has none; 400 when it is too long."""
    key = request.headers.get(KEY_HEADER, "")
    if len(key) > 64:
        raise exceptions.ValidationError({KEY_HEADER: [_("At most 64 characters.")]})
    return key


def _refusal(code: str, message: Any, fields: dict[str, Any], http_status: int) -> Response:
    return Response({"code": code, "message": str(message), "fields": fields}, status=http_status)


def on_exception(error: Exception, context: dict[str, Any]) -> Response | None:
    """Turn refusals and bad shapes into `{"code", "message", "fields"}`; anything else stays an error."""
    if isinstance(error, OperationalError):
        error = as_busy(error) or error
    if isinstance(error, Refused):
        fields = {error.field: [str(error.message)]} if error.field else {}
        return _refusal(error.code, error.message, fields, error.status)
    if isinstance(error, exceptions.ValidationError):
        detail = error.detail if isinstance(error.detail, dict) else {"non_field_errors": error.detail}
        return _refusal("bad_shape", _("Something in this request is not right; see the fields."), detail, 400)
    if isinstance(error, Http404):
        return _refusal("not_found", _("There is no such thing here, or it is not yours to see."), {}, 404)
    if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
        answer = _refusal("not_logged_in", error.detail, {}, status.HTTP_401_UNAUTHORIZED)
        answer["WWW-Authenticate"] = "Bearer"
        return answer
    if isinstance(error, exceptions.APIException):
        answer = _refusal(str(error.get_codes()), error.detail, {}, error.status_code)
        if isinstance(error, exceptions.Throttled) and (wait := getattr(error, "wait", None)):
            answer["Retry-After"] = str(int(wait) + 1)
        return answer
    return None
