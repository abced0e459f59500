"""The land of the demonstration: four villages, and parcels of several kinds.

What a visitor lists as Village counts as trade of this exchange; what the three villages of the living market list
is marked simulated.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from exchange.accounts.demo import JINYUAN, MINGYUE, WUXING, YANJING
from exchange.accounts.models import Organisation, User
from exchange.journal.models import Origin
from listings.registry.models import Certificate, Collective, Right
from listings.registry.services.accounts import enter_bank_account
from listings.registry.services.land import create_collective, enter_land

VILLAGES = {WUXING: "village", YANJING: "market-village-nc", JINYUAN: "market-village-tl", MINGYUE: "market-village-kz"}


@dataclass(frozen=True)
class Land:
    """A parcel with the collective's right to the whole of it; `unit` is the last part of its unit code."""

    village: str
    name: str
    kind: str
    unit: str
    area_m2: str
    location: str
    planned_use: str


LANDS = [
    Land(WUXING, "五星村废弃村小", "construction_land", "JB00123W00000000", "2800.00", "五星村 3 社", "工业用地"),
    Land(WUXING, "五星村旧粮站", "construction_land", "JB00124W00000000", "1650.50", "五星村 1 社", "商业用地"),
    Land(WUXING, "五星村旧茶厂", "construction_land", "JB00125W00000000", "3120.00", "五星村 5 社", "工业用地"),
    Land(YANJING, "盐井村 86 亩高标准农田", "other_contract", "JD00201W00000000", "57333.00", "盐井村 2 社", "水田"),
    Land(YANJING, "盐井村 120 亩柑橘园", "four_wastes", "JD00202W00000000", "80000.00", "盐井村 6 社", "果园"),
    Land(YANJING, "盐井村山坪塘 2 口", "waterworks", "JY00203W00000000", "6800.00", "盐井村 4 社", "坑塘水面"),
    Land(
        YANJING,
        "盐井村综合市场 8 间门面",
        "collective_building",
        "JB00126F00010001",
        "640.00",
        "盐井村场镇",
        "商业用房",
    ),
    Land(JINYUAN, "金源村闲置农房 6 栋", "farmhouse", "JC00301F00010001", "920.00", "金源村 1 社", "农村住宅"),
    Land(JINYUAN, "金源村 210 亩养殖水面", "aquaculture", "JY00302W00000000", "140000.00", "金源村 3 社", "水库水面"),
    Land(JINYUAN, "金源村 45 亩蔬菜大棚", "facility", "JD00303W00000000", "30000.00", "金源村 2 社", "设施农用地"),
    Land(JINYUAN, "金源村旧砖厂", "construction_land", "JB00304W00000000", "12400.00", "金源村 5 社", "工业用地"),
    Land(MINGYUE, "明月村 560 亩楠竹林", "forest", "JE00401L00000001", "373333.00", "明月村 7 社", "竹林地"),
    Land(MINGYUE, "明月村 38 亩荒坡", "four_wastes", "JD00402W00000000", "25333.00", "明月村 2 社", "其他草地"),
    Land(MINGYUE, "明月村 132 亩连片水田", "other_contract", "JD00403W00000000", "88000.00", "明月村 3 社", "水田"),
    Land(MINGYUE, "明月村旧小学", "construction_land", "JB00404W00000000", "2100.00", "明月村 1 社", "公共服务用地"),
]


def load() -> int:
    """Enter collectives, parcels, rights and certificates through the services; return how many rights are new."""
    for organisation in Organisation.objects.filter(kind=Organisation.Kind.COLLECTIVE, collective=None):
        simulated = organisation.division.code != WUXING
        origin = Origin.SIMULATED if simulated else Origin.PLATFORM
        collective = create_collective(organisation=organisation, origin=origin, by=None)
        officer = User.objects.filter(username=VILLAGES.get(organisation.division.code, "")).first()
        if officer:
            number = f"62284800{organisation.division.code}"
            enter_bank_account(collective_id=str(collective.pk), number=number, by=officer)
    return sum(_enter(number, land) for number, land in enumerate(LANDS, start=1))


def _enter(number: int, land: Land) -> bool:
    collective = Collective.objects.select_related("division").get(division__code=land.village)
    certificate = f"渝（2022）演示不动产权第{number:07d}号"
    if Certificate.objects.filter(number=certificate).exists():
        return False
    enter_land(
        collective_id=str(collective.pk),
        name=land.name,
        unit_code=f"{land.village[:6]}101005{land.unit}",
        location=land.location,
        area_m2=Decimal(land.area_m2),
        kind=land.kind,
        planned_use=land.planned_use,
        certificate_number=certificate,
        registered_on=date(2022, 3, 1),
        by=User.objects.get(username=VILLAGES[land.village]),
    )
    return True


def right_named(name: str) -> Right:
    """Return the collective's right to the parcel called `name`."""
    return Right.objects.get(parcels__name=name, basis=Right.Basis.OWNERSHIP)
