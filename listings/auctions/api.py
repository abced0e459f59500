"""API of auctions: halls, registrations, bids, the public events, and the record after the end."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import generics, serializers, status
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import UserRateThrottle
from rest_framework.views import APIView

from exchange.api import KeysetPagination, YuanField, request_key
from exchange.clock import legal_now
from exchange.errors import Refused
from listings.auctions import selectors
from listings.auctions.models import Auction, HallEvent, Registration
from listings.auctions.services import bidding, closing, registration, wording
from listings.auctions.verifying import body_of


class AuctionQuery(serializers.Serializer):
    state = serializers.ChoiceField(choices=Auction.State.choices, required=False)
    listing = serializers.UUIDField(required=False)


class AuctionOut(serializers.Serializer):
    """A hall as everybody may see it; money in yuan, `seq` is the last public number."""

    id = serializers.UUIDField()
    listing = serializers.UUIDField(source="listing_id")
    number = serializers.CharField(source="listing.number")
    title = serializers.CharField(source="listing.title")
    division = serializers.CharField(source="division.code")
    price_unit = serializers.CharField(source="listing.price_unit")
    state = serializers.CharField()
    registration_closes_at = serializers.DateTimeField()
    opens_at = serializers.DateTimeField()
    timed_from = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    provisional = serializers.BooleanField()
    start_price = YuanField(source="parsed_rules.start")
    step = YuanField(source="listing.step_fen")
    deposit = YuanField(source="deposit_fen")
    price = YuanField(source="price_fen", allow_null=True)
    leader = serializers.CharField(source="leader_paddle")
    extensions = serializers.IntegerField()
    outcome = serializers.CharField()
    winner = serializers.CharField(source="winner.paddle", default=None)
    closed_at = serializers.DateTimeField(allow_null=True)
    origin = serializers.CharField()
    seq = serializers.IntegerField(source="public_number")


class AuctionDetailOut(AuctionOut):
    """A hall with its rules, its phase and the least next bid as of `now`."""

    rules = serializers.JSONField()
    announcement_sha256 = serializers.CharField(source="announcement.sha256")
    head = serializers.CharField()
    next_min = serializers.SerializerMethodField()
    phase = serializers.SerializerMethodField()
    now = serializers.SerializerMethodField()

    def get_next_min(self, row: Auction) -> str:
        return YuanField().to_representation(selectors.least_bid(row))

    def get_phase(self, row: Auction) -> str:
        return row.phase(self.context["now"])

    def get_now(self, row: Auction) -> str:
        return self.context["now"].isoformat()


class DepositOut(serializers.Serializer):
    amount = YuanField(source="amount_fen")
    state = serializers.CharField()
    sub_account = serializers.CharField(source="sub_account.number")
    payer_name = serializers.CharField(source="sub_account.payer_name")
    received_at = serializers.DateTimeField(allow_null=True)


class RegistrationOut(serializers.Serializer):
    """One's own registration, with where the deposit is to be paid."""

    id = serializers.UUIDField()
    auction = serializers.UUIDField(source="auction_id")
    bidder = serializers.CharField(source="paddle")
    name = serializers.CharField()
    organisation = serializers.UUIDField(source="organisation_id", allow_null=True)
    state = serializers.CharField()
    deposit = DepositOut()


class RegistrationIn(serializers.Serializer):
    organisation = serializers.UUIDField(allow_null=True, default=None)


class BidIn(serializers.Serializer):
    amount = YuanField()

    def validate_amount(self, fen: int) -> int:
        if not 0 < fen < bidding.MOST_FEN:
            raise serializers.ValidationError(_("The amount must be more than 0."))
        return fen


class BidOut(serializers.Serializer):
    """What became of a press; the same for every repeat of its key."""

    number = serializers.IntegerField()
    at = serializers.DateTimeField()
    bidder = serializers.CharField()
    kind = serializers.CharField()
    amount = serializers.CharField()
    key = serializers.CharField()
    accepted = serializers.BooleanField()
    reason = serializers.CharField(allow_null=True)
    price = serializers.CharField(allow_null=True)
    leader = serializers.CharField(allow_null=True)
    next_min = serializers.CharField()
    ends_at = serializers.DateTimeField()
    hash = serializers.CharField()


class PublicBidOut(serializers.Serializer):
    seq = serializers.IntegerField(source="public_number")
    at = serializers.DateTimeField()
    bidder = serializers.CharField(source="paddle")
    price = YuanField(source="outcome.price")


class EventsQuery(serializers.Serializer):
    after = serializers.IntegerField(min_value=0, default=0)


class PublicBids(KeysetPagination):
    ordering = "-number"


class BidPace(UserRateThrottle):
    """A person presses a few times a second at most; see docs/api.md."""

    scope = "bids"
    rate = "20/s"


class NeverSeen(Refused):
    """No press under this key."""

    status = 404


def _hall(request: Request, auction_id: object) -> Auction:
    found = get_object_or_404(selectors.visible_auctions(request.user), pk=auction_id)
    return closing.catch_up(auction=found)


class AuctionList(generics.ListAPIView):
    """All halls, the newest first; public."""

    permission_classes = [AllowAny]
    serializer_class = AuctionOut

    def get_queryset(self) -> Any:
        asked = AuctionQuery(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        return selectors.visible_auctions(self.request.user).filter(**asked.validated_data)


class AuctionDetail(APIView):
    """One hall as it stands; public."""

    permission_classes = [AllowAny]

    @extend_schema(responses=AuctionDetailOut)
    def get(self, request: Request, auction_id: object) -> Response:
        found = _hall(request, auction_id)
        return Response(AuctionDetailOut(found, context={"now": legal_now()}).data)


class Registrations(APIView):
    """`POST`: register, for oneself or for a company one represents. `GET`: one's own registrations here."""

    @extend_schema(responses=RegistrationOut(many=True))
    def get(self, request: Request, auction_id: object) -> Response:
        own = selectors.own_registrations(request.user).filter(auction=_hall(request, auction_id))
        return Response(RegistrationOut(own, many=True).data)

    @extend_schema(request=RegistrationIn, responses={201: RegistrationOut})
    def post(self, request: Request, auction_id: object) -> Response:
        sent = RegistrationIn(data=request.data)
        sent.is_valid(raise_exception=True)
        organisation = sent.validated_data["organisation"]
        made = registration.register(
            auction_id=_hall(request, auction_id).pk,
            organisation_id=str(organisation) if organisation else None,
            by=request.user,
            request_key=request_key(request),
        )
        return Response(RegistrationOut(made).data, status=status.HTTP_201_CREATED)


class Withdrawal(APIView):
    """`POST`: withdraw one's own registration, until registration closes."""

    @extend_schema(request=None, responses=RegistrationOut)
    def post(self, request: Request, registration_id: object) -> Response:
        own = get_object_or_404(selectors.own_registrations(request.user), pk=registration_id)
        done = registration.withdraw(registration_id=str(own.pk), by=request.user, request_key=request_key(request))
        return Response(RegistrationOut(Registration.objects.get(pk=done.pk)).data)


class Bids(APIView):
    """`GET`: the public bids, newest first. `POST`: a bid, with an `Idempotency-Key`: 201, or 409 and why not."""

    def get_permissions(self) -> list[Any]:
        return [AllowAny() if self.request.method == "GET" else IsAuthenticated()]

    def get_throttles(self) -> list[Any]:
        return [BidPace()] if self.request.method == "POST" else []

    @extend_schema(responses=PublicBidOut(many=True))
    def get(self, request: Request, auction_id: object) -> Response:
        hall = _hall(request, auction_id)
        bids = HallEvent.objects.filter(auction=hall, kind=HallEvent.Kind.BID, public_number__isnull=False)
        pages = PublicBids()
        return pages.get_paginated_response(PublicBidOut(pages.paginate_queryset(bids, request, self), many=True).data)

    @extend_schema(request=BidIn, responses={201: BidOut, 409: BidOut})
    def post(self, request: Request, auction_id: object) -> Response:
        sent = BidIn(data=request.data)
        sent.is_valid(raise_exception=True)
        hall = get_object_or_404(selectors.visible_auctions(request.user), pk=auction_id)
        done = bidding.press(
            auction_id=hall.pk,
            kind="bid",
            amount_fen=sent.validated_data["amount"],
            by=request.user,
            request_key=request_key(request),
        )
        body = selectors.press_json(done)
        if done.accepted:
            return Response(body, status=status.HTTP_201_CREATED)
        no = wording.refusal(done, Auction.objects.get(pk=hall.pk))
        fields = {"amount": [str(no.message)]} if no.field == "amount_fen" else {}
        return Response(
            body | {"code": no.code, "message": str(no.message), "fields": fields}, status=status.HTTP_409_CONFLICT
        )


class BidByKey(APIView):
    """What became of one's own press under a key; 404: the hall has never seen it."""

    @extend_schema(responses=BidOut)
    def get(self, request: Request, auction_id: object, key: str) -> Response:
        done = selectors.press_by_key(_hall(request, auction_id), request.user, key)
        if done is None:
            raise NeverSeen(_("The hall has never seen this key. The bid did not arrive."), "never_seen")
        return Response(selectors.press_json(done))


class Events(APIView):
    """The public events after a number, as the stream gives them: for programs that poll. Public."""

    permission_classes = [AllowAny]

    @extend_schema(parameters=[EventsQuery], responses=serializers.DictField())
    def get(self, request: Request, auction_id: object) -> Response:
        asked = EventsQuery(data=request.query_params)
        asked.is_valid(raise_exception=True)
        hall = _hall(request, auction_id)
        events = selectors.public_events(hall.pk, asked.validated_data["after"])
        return Response(
            {
                "now": legal_now().isoformat(),
                "ends_at": hall.ends_at.isoformat(),
                "seq": hall.public_number,
                "events": [selectors.public_event(event) for event in events],
            }
        )


class Record(APIView):
    """The record of a closed hall (docs/record.md), with what a replay must come to. Public."""

    permission_classes = [AllowAny]

    @extend_schema(responses=serializers.DictField())
    def get(self, request: Request, auction_id: object) -> Response:
        return Response(selectors.record(_closed_hall(request, auction_id)))


class Chain(APIView):
    """Everything that happened in a closed hall, refused presses too, with salts and hashes. Public."""

    permission_classes = [AllowAny]

    @extend_schema(responses=serializers.DictField())
    def get(self, request: Request, auction_id: object) -> Response:
        hall = _closed_hall(request, auction_id)
        events = [
            {"body": body_of(event), "body_hash": event.body_hash, "prev": event.prev, "hash": event.hash}
            for event in selectors.all_events(hall)
        ]
        return Response({"genesis": hall.announcement.sha256, "head": hall.head, "events": events})


def _closed_hall(request: Request, auction_id: object) -> Auction:
    hall = _hall(request, auction_id)
    if hall.state != Auction.State.CLOSED:
        raise Refused(_("The record is made public when the hall has closed."), "not_ended")
    return hall
