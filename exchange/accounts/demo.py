"""The people of the demonstration: one for every part in a right's life, and two more villages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from exchange.accounts import services
from exchange.accounts.models import Organisation, Role, User
from exchange.accounts.selectors import division_at

PASSWORD = "Terraces-and-rice-2026"
SINCE = date(2020, 1, 1)  # before the oldest story that is played

CITY, NANCHUAN, SHIXI, WUXING, YANJING = "500000", "500119", "500119118", "500119118203", "500119118202"
LIANGPING = "500155"
TONGLIANG, QINGLONG, JINYUAN = "500151", "500151124", "500151113202"
KAIZHOU, LINJIANG, MINGYUE = "500154", "500154104", "500154117200"

Kind = Organisation.Kind
ORGANISATIONS = {
    "wuxing": ("五星村股份经济合作联合社", Kind.COLLECTIVE, WUXING, "N2500119MF0000021X"),
    "yanjing": ("盐井村股份经济合作联合社", Kind.COLLECTIVE, YANJING, None),
    "jinyuan": ("金源村股份经济合作联合社", Kind.COLLECTIVE, JINYUAN, "N2500151MF000003X0"),
    "mingyue": ("明月村股份经济合作联合社", Kind.COLLECTIVE, MINGYUE, None),
    "centre": ("南川区农村产权流转交易中心", Kind.CENTRE, NANCHUAN, None),
    "registry": ("南川区不动产登记中心", Kind.REGISTRY, NANCHUAN, None),
    "company": ("南川肉食品有限公司（演示）", Kind.COMPANY, NANCHUAN, None),
    "crcb": ("重庆农村商业银行", Kind.BANK, CITY, None),
    "abc": ("中国农业银行重庆市分行", Kind.BANK, CITY, None),
}


@dataclass(frozen=True)
class Person:
    """One account: who it is, what it is for, and its roles as (role, division code, organisation key)."""

    username: str
    full_name: str
    title: str
    purpose: str
    roles: tuple[tuple[str, str, str], ...] = ()


PEOPLE = [
    Person(
        "village",
        "蒋会计",
        "Village",
        "enters land, files listings, signs for 五星村",
        ((Role.FILER, WUXING, "wuxing"),),
    ),
    Person("town", "罗小平", "Town", "reviews for 石溪镇", ((Role.REVIEWER, SHIXI, ""),)),
    Person("district", "吴大川", "District", "reviews for 南川区", ((Role.REVIEWER, NANCHUAN, ""),)),
    Person(
        "organiser",
        "陈晓",
        "Organiser",
        "announces, runs the hall, issues certificates, keeps the deposits in 南川区",
        ((Role.ORGANISER, NANCHUAN, "centre"), (Role.FINANCE, NANCHUAN, "centre"), (Role.LEADER, NANCHUAN, "centre")),
    ),
    Person("farmer", "李大山", "Farmer", "bids, pays, signs, borrows"),
    Person("company", "钱总", "Company", "bids for a company", ((Role.AGENT, NANCHUAN, "company"),)),
    Person("bank", "何经理", "Bank", "lends for 重庆农村商业银行", ((Role.BANKER, NANCHUAN, "crcb"),)),
    Person("bank2", "冯行长", "Bank approver", "the bank's second pair of eyes", ((Role.APPROVER, NANCHUAN, "crcb"),)),
    Person(
        "city",
        "周敏",
        "City",
        "reads the dashboard of the city, keeps the rules",
        ((Role.LEADER, CITY, ""), (Role.ADMINISTRATOR, CITY, ""), (Role.AUDITOR, CITY, "")),
    ),
    Person(
        "organiser2",
        "程立",
        "Second organiser",
        "confirms that a winner has backed out",
        ((Role.ORGANISER, NANCHUAN, "centre"),),
    ),
    Person("finance", "余会计", "Finance clerk", "clarifies money that belongs to nobody", ((Role.FINANCE, CITY, ""),)),
    Person("finance2", "邹出纳", "Second clerk", "confirms where it goes back", ((Role.FINANCE, CITY, ""),)),
    Person("liangping", "唐主任", "Liangping", "reads the dashboard of 梁平区", ((Role.LEADER, LIANGPING, ""),)),
    Person("stranger", "路人甲", "Stranger", "has no role at all"),
]
# The living market: its officers and bidders are played by a program and log in like anybody.
MARKET = [
    Person("market-village-nc", "郑文书", "", "", ((Role.FILER, YANJING, "yanjing"),)),
    Person("market-village-tl", "覃文书", "", "", ((Role.FILER, JINYUAN, "jinyuan"),)),
    Person("market-village-kz", "谭文书", "", "", ((Role.FILER, MINGYUE, "mingyue"),)),
    Person(
        "market-town",
        "杨初审",
        "",
        "",
        ((Role.REVIEWER, SHIXI, ""), (Role.REVIEWER, QINGLONG, ""), (Role.REVIEWER, LINJIANG, "")),
    ),
    Person(
        "market-district",
        "向复审",
        "",
        "",
        ((Role.REVIEWER, NANCHUAN, ""), (Role.REVIEWER, TONGLIANG, ""), (Role.REVIEWER, KAIZHOU, "")),
    ),
    Person(
        "market-organiser",
        "冉发布",
        "",
        "",
        ((Role.ORGANISER, NANCHUAN, ""), (Role.ORGANISER, TONGLIANG, ""), (Role.ORGANISER, KAIZHOU, "")),
    ),
    *(Person(f"market-bidder-{n}", f"竞买人{name}", "", "") for n, name in enumerate("甲乙丙丁戊", start=1)),
]


def demo_accounts() -> list[tuple[str, str, str, str]]:
    """Return (who, user name, password, what for) of everybody a visitor may log in as."""
    return [(person.title, person.username, PASSWORD, person.purpose) for person in PEOPLE]


def load() -> int:
    """Make the organisations and people through the services; return how many people are new."""
    made = 0
    organisations = {key: _organisation(*row) for key, row in ORGANISATIONS.items()}
    for person in [*PEOPLE, *MARKET]:
        user = User.objects.filter(username=person.username).first()
        if user is None:
            user = services.create_user(
                username=person.username, password=PASSWORD, full_name=person.full_name, by=None
            )
            made += 1
        for role, code, key in person.roles:
            services.grant_role(
                user=user,
                role=role,
                division=division_at(code),
                organisation=organisations.get(key),
                valid_from=SINCE,
                by=None,
            )
    return made


def _organisation(name: str, kind: str, code: str, uscc: str | None) -> Organisation:
    found = Organisation.objects.filter(name=name).first()
    return found or services.create_organisation(name=name, kind=kind, division=division_at(code), uscc=uscc, by=None)
