"""API of accounts: a token for a user name and password, and who one is."""

from __future__ import annotations

from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import AnonRateThrottle
from rest_framework.views import APIView

from exchange.accounts.tokens import token_of
from exchange.clock import legal_day, legal_now


class TokenThrottle(AnonRateThrottle):
    scope = "token"


class Credentials(serializers.Serializer):
    username = serializers.CharField(max_length=150)
    password = serializers.CharField(max_length=256, trim_whitespace=False)


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField()


class TokenView(APIView):
    """`POST {"username", "password"}` → `{"token"}`; wrong ones are 401 without saying which was wrong."""

    authentication_classes: list[type] = []
    permission_classes = [AllowAny]
    throttle_classes = [TokenThrottle]

    @extend_schema(request=Credentials, responses=TokenAnswer)
    def post(self, request: Request) -> Response:
        sent = Credentials(data=request.data)
        sent.is_valid(raise_exception=True)
        user = authenticate(request._request, **sent.validated_data)
        if user is None:
            raise exceptions.AuthenticationFailed(_("User name or password is not right."))
        return Response({"token": token_of(user)})


class WhoAnswer(serializers.Serializer):
    username = serializers.CharField()
    full_name = serializers.CharField()
    roles = serializers.ListField(child=serializers.DictField())
    now = serializers.DateTimeField()
    today = serializers.DateField()


class WhoView(APIView):
    """Who the token belongs to, the roles in force today, and the legal time."""

    @extend_schema(responses=WhoAnswer)
    def get(self, request: Request) -> Response:
        roles = [{"role": m.role, "division": m.division.code, "name": m.division.name} for m in request.user.roles]
        now = legal_now()
        who = {"username": request.user.username, "full_name": request.user.full_name, "roles": roles}
        return Response({**who, "now": now, "today": legal_day(now)})
