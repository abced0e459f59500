"""API of the rulebook: the sets in force, what applies to one right in one place, a new version."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.accounts.selectors import divisions_at
from exchange.api import request_key
from exchange.rulebook import selectors, services
from exchange.rulebook.models import Evidence, RightKind, RuleSet


class ValueShape(serializers.Serializer):
    key = serializers.CharField(max_length=40)
    value = serializers.JSONField(allow_null=True)
    unit = serializers.CharField(max_length=16, allow_blank=True)
    source = serializers.CharField(max_length=300)  # type: ignore[assignment]
    evidence = serializers.ChoiceField(choices=Evidence.choices)
    note = serializers.CharField(allow_blank=True, default="")


class SetAnswer(serializers.Serializer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    right_kind = serializers.CharField(source="right_kind_id", allow_null=True)
    division = serializers.CharField(source="division.code")
    version = serializers.IntegerField()
    valid_from = serializers.DateField()
    valid_to = serializers.DateField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    note = serializers.CharField()
    values = ValueShape(source="values.all", many=True)


class SetQuery(serializers.Serializer):
    division = serializers.CharField(max_length=12, default="")
    code = serializers.ChoiceField(choices=[*RuleSet.Code.values, ""], default="")
    day = serializers.DateField(default=None)


class NewSet(serializers.Serializer):
    code = serializers.ChoiceField(choices=RuleSet.Code.choices)
    right_kind = serializers.SlugRelatedField(
        slug_field="code", queryset=RightKind.objects.all(), allow_null=True, default=None
    )
    division = serializers.CharField(max_length=12)
    valid_from = serializers.DateField()
    source = serializers.CharField(max_length=300)  # type: ignore[assignment]
    note = serializers.CharField(allow_blank=True, default="")
    values = ValueShape(many=True)


class RulesView(APIView):
    """`GET`: the sets in force, public. `POST`: a new version, by the rule administrator of the division."""

    def get_permissions(self) -> list[Any]:
        return [AllowAny() if self.request.method == "GET" else IsAuthenticated()]

    @extend_schema(parameters=[SetQuery], responses=SetAnswer(many=True))
    def get(self, request: Request) -> Response:
        asked = SetQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        return Response(SetAnswer(selectors.rule_sets(**asked.validated_data), many=True).data)

    @extend_schema(request=NewSet, responses={201: SetAnswer})
    def post(self, request: Request) -> Response:
        sent = NewSet(data=request.data)
        sent.is_valid(raise_exception=True)
        data = dict(sent.validated_data)
        kind, code = data.pop("right_kind"), data.pop("division")
        made = services.publish_rule_set(
            **data,
            right_kind=kind.code if kind else None,
            division=get_object_or_404(divisions_at(), code=code),
            by=request.user,
            request_key=request_key(request),
        )
        return Response(SetAnswer(made).data, status=status.HTTP_201_CREATED)


class EffectiveQuery(serializers.Serializer):
    division = serializers.CharField(max_length=12)
    right_kind = serializers.SlugRelatedField(slug_field="code", queryset=RightKind.objects.all())
    code = serializers.ChoiceField(choices=RuleSet.Code.choices, default=RuleSet.Code.STANDARD)
    day = serializers.DateField(default=None)


class EffectiveRulesView(APIView):
    """What applies to a kind of right in a division on a day: every parameter and the set it comes from."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[EffectiveQuery], responses=serializers.DictField(child=serializers.DictField()))
    def get(self, request: Request) -> Response:
        asked = EffectiveQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        data = asked.validated_data
        division = get_object_or_404(divisions_at(data["day"]), code=data["division"])
        found = selectors.snapshot(
            right_kind=data["right_kind"].code, division=division, day=data["day"], code=data["code"]
        )
        return Response(found)
