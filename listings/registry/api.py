"""API of the register of rights."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from exchange.api import request_key
from listings.registry import selectors
from listings.registry.models import Right
from listings.registry.services import land


class RightOut(serializers.Serializer):
    """A right as its holder and the offices see it."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    division = serializers.CharField(source="division.code")
    holder = serializers.CharField(source="holder_name")
    area_m2 = serializers.DecimalField(16, 2)
    basis = serializers.CharField()
    term_from = serializers.DateField()
    term_to = serializers.DateField()
    state = serializers.CharField()
    certificate = serializers.SerializerMethodField()

    def get_certificate(self, right: Right) -> str | None:
        certificate = selectors.current_certificate(right)
        return certificate.number if certificate else None


class LandIn(serializers.Serializer):
    """A parcel and the collective's right to it."""

    collective_id = serializers.UUIDField()
    name = serializers.CharField(max_length=120)
    unit_code = serializers.CharField(max_length=40)
    kind = serializers.CharField(max_length=40)
    location = serializers.CharField(max_length=200)
    area_m2 = serializers.DecimalField(14, 2)
    land_class = serializers.CharField(max_length=60, required=False)
    planned_use = serializers.CharField(max_length=60, required=False)
    certificate_number = serializers.CharField(max_length=60)
    registered_on = serializers.DateField()


class CollectiveOut(serializers.Serializer):
    """A collective for which one files."""

    id = serializers.UUIDField()
    name = serializers.CharField(source="organisation.name")
    division = serializers.CharField(source="division.code")


class CollectivesView(APIView):
    """The collectives for which one files."""

    @extend_schema(responses=CollectiveOut(many=True))
    def get(self, request: Request) -> Response:
        return Response(CollectiveOut(selectors.own_collectives(request.user), many=True).data)


class RightsView(generics.ListAPIView):
    """List the rights one may see; enter a parcel with the collective's right to it."""

    serializer_class = RightOut

    def get_queryset(self) -> Any:
        return selectors.visible_rights(self.request.user)

    @extend_schema(request=LandIn, responses=RightOut)
    def post(self, request: Request) -> Response:
        sent = LandIn(data=request.data)
        sent.is_valid(raise_exception=True)
        collective = generics.get_object_or_404(
            selectors.own_collectives(request.user), pk=sent.validated_data.pop("collective_id")
        )
        right = land.enter_land(
            collective_id=str(collective.pk), **sent.validated_data, by=request.user, request_key=request_key(request)
        )
        return Response(RightOut(right).data, status=201)
