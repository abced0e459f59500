"""The officers of the living market: they see to it that one auction is always live, its successor announced."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from listings.auctions.simulation.client import Client
from listings.catalogue.demo import landscape, paper

# As long as an announcement of the demonstration's rules runs, and a little: begun this long before the last
# hall ends, the next one opens in time.
LEAD = timedelta(seconds=255)


@dataclass(frozen=True)
class Ware:
    """What the market's villages put up again and again: kind, words, area in m², price in yuan a year."""

    kind: str
    feature: str
    name: str
    use: str
    area_m2: int
    months: int
    start: int


WARES = [
    Ware("other_contract", "JD", "{n} 号水田", "粮油种植", 24_000, 60, 28_000),
    Ware("four_wastes", "JD", "{n} 号荒坡", "经果林", 18_000, 120, 9_600),
    Ware("construction_land", "JB", "{n} 号旧厂房", "农产品加工", 3_200, 240, 46_000),
    Ware("aquaculture", "JY", "{n} 号山坪塘", "生态养殖", 9_000, 60, 12_000),
    Ware("collective_building", "JB", "{n} 号门面", "商业", 160, 36, 15_000),
]
PAPERS = {"construction_land": ("resolution", "scheme", "planning")}


class Officers:
    """Village, town, district and organiser of the market, each logged in as a person of his own."""

    def __init__(self, villages: list[Client], town: Client, district: Client, organiser: Client) -> None:
        self.villages, self.town, self.district, self.organiser = villages, town, district, organiser

    def tend(self, now: datetime) -> str | None:
        """Announce a successor when one is due; return the new listing's id, None when all is well."""
        halls = (
            self.organiser.get("auctions/?state=scheduled")["results"]
            + self.organiser.get("auctions/?state=open")["results"]
        )
        fast = [hall for hall in halls if hall["origin"] == "simulated" and _soon(hall, now)]
        covered = max((datetime.fromisoformat(hall["ends_at"]) for hall in fast), default=now)
        return self.bring() if covered - now < LEAD else None

    def bring(self) -> str:
        """Bring one more ware from the land register to its announcement."""
        village, ware = random.choice(self.villages), random.choice(WARES)
        serial = random.randrange(10_000, 99_999)
        right = self._enter(village, ware, serial)
        listing = village.post(
            "listings/",
            {"right_id": right["id"], "title": f"演示 {ware.name.format(n=serial)}出租", "rule_code": "demonstration"},
        )
        self._fill_in(village, f"listings/{listing['id']}/", ware, listing["title"])
        for officer, step in [(self.town, "approve"), (self.district, "approve"), (self.organiser, "announce")]:
            officer.post(f"listings/{listing['id']}/{step}/")
        return str(listing["id"])

    def _enter(self, village: Client, ware: Ware, serial: int) -> Any:
        collective = village.get("rights/collectives/")[0]
        county = collective["division"][:6]
        return village.post(
            "rights/",
            {
                "collective_id": collective["id"],
                "name": f"演示 {ware.name.format(n=serial)}",
                "unit_code": f"{county}1010{random.randrange(10, 99)}{ware.feature}{serial:05d}W00000000",
                "kind": ware.kind,
                "location": collective["name"],
                "area_m2": f"{ware.area_m2}.00",
                "certificate_number": f"演示（{county}）第{serial:05d}-{random.randrange(1000, 9999)}号",
                "registered_on": "2022-03-01",
            },
        )

    def _fill_in(self, village: Client, path: str, ware: Ware, title: str) -> None:
        met = date.fromisoformat(str(village.get("auth/me/")["today"])) - timedelta(days=20)
        village.post(f"{path}basics/", {"title": title, "use_text": ware.use, "term_months": ware.months})
        village.post(
            f"{path}resolution/",
            {
                "organ": "assembly",
                "eligible": 60,
                "present": 55,
                "in_favour": 52,
                "notice_on": str(met - timedelta(days=15)),
                "meeting_on": str(met),
                "floor_price": f"{ware.start}.00",
            },
        )
        step = max(100, ware.start // 100 // 100 * 100)
        village.post(
            f"{path}price/",
            {"start_price": f"{ware.start}.00", "step": f"{step}.00", "deposit": f"{ware.start // 5}.00"},
        )
        photo = landscape(f"{ware.name}{random.randrange(12)}").read()
        village.upload(f"{path}documents/", {"kind": "photo"}, "photo.jpg", photo, "image/jpeg")
        for kind in PAPERS.get(ware.kind, ("resolution",)):
            village.upload(f"{path}documents/", {"kind": kind}, f"{kind}.pdf", paper(kind).read(), "application/pdf")
        village.post(f"{path}submit/")


def _soon(hall: dict[str, Any], now: datetime) -> bool:
    """Whether a hall runs under the demonstration's minutes: it opens within a quarter of an hour, or is open."""
    return hall["state"] == "open" or datetime.fromisoformat(hall["opens_at"]) - now < timedelta(minutes=15)
