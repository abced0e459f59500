"""Checks of public codes, random identifiers, and the masks that hide them.

Pure functions over the standard library. A check returns the code as it is stored, without spaces and in
capitals, or raises ValueError with a sentence that says what is wrong and never repeats the code itself
(it may be personal data).
"""

import os
import re
import time
import unicodedata
import uuid
from datetime import UTC, date, datetime, timedelta

# Marks a sentence for the translation catalogue; whoever shows it translates it: gettext(str(error)).
_ = str

_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHINA = timedelta(hours=8)
_REAL_ESTATE_PARTS = (
    (0, 12, r"[0-9]{12}", _("The first 12 characters (county and cadastral districts) must be digits.")),
    (12, 13, r"[GJZ]", _("Character 13 must be G (state), J (collective) or Z (undetermined).")),
    (13, 14, r"[ABSXCDEFHGLNWY]", _("Character 14 must be a kind of parcel, one of ABCDEFGHLNSWXY.")),
    (14, 19, r"[0-9]{5}", _("Characters 15 to 19 (number of the parcel) must be digits.")),
    (19, 20, r"[FLQW]", _("Character 20 must be F (building), L (trees), Q (other) or W (none).")),
    (20, 28, r"[0-9]{8}", _("The last eight characters (number of the fixture) must be digits.")),
)


def check_uscc(code: str) -> str:
    """Check a unified social credit code (统一社会信用代码, GB 32100-2015), 18 characters.

    All prefixes are taken, also N of collective economic organisations (农经发〔2018〕4号) and 54 of
    villagers' committees; the region inside may be an abolished one. The inner check of GB 11714 is not
    asked here, since genuine codes fail it: see `organisation_part_fits`.
    """
    code = _plain(code)
    if len(code) != 18:
        raise ValueError(_("A unified social credit code has 18 characters. Look for a missing or extra one."))
    if set(code) - set(_USCC_ALPHABET):
        raise ValueError(_("A unified social credit code has digits and the letters A to Z without I, O, S, V and Z."))
    if not re.fullmatch(r"[0-9]{6}", code[2:8]):
        raise ValueError(_("Characters 3 to 8 of a unified social credit code are the digits of a region."))
    values = [_USCC_ALPHABET.index(sign) for sign in code[:17]]
    total = sum(value * weight for value, weight in zip(values, _USCC_WEIGHTS, strict=True))
    if code[17] != _USCC_ALPHABET[-total % 31]:
        raise ValueError(_("The last character does not fit the others: one of the 18 is mistyped."))
    return code


def organisation_part_fits(uscc: str) -> bool:
    """Whether the inner check (characters 9 to 17, GB 11714) of a checked code fits; to warn, not block."""
    body = [int(sign, 36) for sign in uscc[8:16]]
    rest = 11 - sum(value * weight for value, weight in zip(body, _ORGANISATION_WEIGHTS, strict=True)) % 11
    return uscc[16] == {10: "X", 11: "0"}.get(rest, str(rest))


def check_resident_id(code: str, *, today: date | None = None) -> str:
    """Check a resident identity number (公民身份号码, GB 11643-1999), 18 characters.

    The region may be an abolished one. `today` (in China, by default the machine's) bounds the date of birth.
    """
    code = _plain(code)
    if len(code) != 18:
        raise ValueError(_("A resident identity number has 18 characters. Look for a missing or extra one."))
    if not re.fullmatch(r"[0-9]{17}[0-9X]", code):
        raise ValueError(_("A resident identity number has 17 digits and then a digit or X."))
    if code[0] == "9":
        raise ValueError(_("A number that begins with 9 is that of a foreigner's residence card."))
    if code[0] == "0":
        raise ValueError(_("The first six digits are a region, and no region begins with 0."))
    _check_birth(code[6:14], today or (datetime.fromtimestamp(time.time(), UTC) + _CHINA).date())
    total = sum(int(digit) * weight for digit, weight in zip(code[:17], _RESIDENT_WEIGHTS, strict=True))
    if code[17] != "10X98765432"[total % 11]:
        raise ValueError(_("The last character does not fit the others: one of the 18 is mistyped."))
    return code


def check_real_estate_unit(code: str) -> str:
    """Check a real-estate unit code (不动产单元代码, GB/T 37346-2019); return its 28 characters, no spaces.

    6 county, 3 + 3 cadastral district and sub-district, 2 parcel feature, 5 parcel, 1 fixture feature,
    8 fixture unit. The code has no check digit; the county may be an abolished one.
    """
    code = _plain(code)
    if len(code) < 28:
        raise ValueError(_("This code is too short: a real-estate unit code has 28 characters."))
    if len(code) > 28:
        raise ValueError(_("This code is too long: a real-estate unit code has 28 characters."))
    for start, end, pattern, reason in _REAL_ESTATE_PARTS:
        if not re.fullmatch(pattern, code[start:end]):
            raise ValueError(reason)
    if code[19] == "W" and code[20:] != "00000000":
        raise ValueError(_("W in place 20 says that there is no fixture, so eight zeros must follow."))
    return code


def new_id() -> uuid.UUID:
    """A public identifier: UUID version 7 (RFC 9562), milliseconds of the machine and 74 random bits.

    The time in front only keeps an index compact; nothing legal may be read from it.
    """
    random = int.from_bytes(os.urandom(10), "big")
    value = (time.time_ns() // 1_000_000 & (1 << 48) - 1) << 80 | random
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0b11 << 62) | 0b10 << 62
    return uuid.UUID(int=value)


def same_name(one: str, other: str) -> bool:
    """Whether two names are written alike (户名一致), whatever their width, spaces and case: 李 大山 and 李大山."""
    return _bare(one) == _bare(other)


def _bare(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).split()).casefold()


def mask_name(name: str) -> str:
    """A person's name: the first character, the rest starred, 张三 → 张*, 张三丰 and longer → 张**."""
    name = name.strip()
    return name[:1] + "*" * min(len(name) - 1, 2) if len(name) > 1 else "*" * len(name)


def mask_resident_id(code: str) -> str:
    """First and last four of 18 characters, for internal screens only; any other number is starred whole."""
    return f"{code[:4]}{'*' * 10}{code[-4:]}" if len(code) == 18 else "*" * len(code)


def mask_phone(phone: str) -> str:
    """A mobile number as 138****1234; of any other number the last four, or nothing of a short one."""
    digits = re.sub(r"[\s-]", "", phone)
    if re.fullmatch(r"1[0-9]{10}", digits, re.ASCII):
        return f"{digits[:3]}****{digits[-4:]}"
    return _last_four(digits)


def mask_account(number: str) -> str:
    """A bank account or card: four stars and the last four, nothing of a short one."""
    return _last_four(re.sub(r"[\s-]", "", number))


def _last_four(text: str) -> str:
    if not text:
        return ""
    return "****" + (text[-4:] if len(text) >= 8 else "")


def _plain(code: str) -> str:
    if not isinstance(code, str) or not code.strip():
        raise ValueError(_("The code is missing."))
    # Full-width letters and digits come from Chinese keyboards, invisible signs (Cf) from chat programs.
    signs = unicodedata.normalize("NFKC", code).upper()
    return "".join(sign for sign in signs if not sign.isspace() and unicodedata.category(sign) != "Cf")


def _check_birth(digits: str, today: date) -> None:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise ValueError(_("Digits 7 to 14 must be a date of birth, and there is no such day.")) from None
    if born > today:
        raise ValueError(_("The date of birth lies in the future."))
