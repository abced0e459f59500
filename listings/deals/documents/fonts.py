"""The one family in which documents are set, and which signs it has."""

from __future__ import annotations

import struct
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import typst

PACKAGES = ("cvttf_NotoSansCJK_Regular", "cvttf_NotoSansCJK_Bold")


def folders() -> list[Path]:
    """Return the folders of the font packages; `LookupError` when one is not installed."""
    found = []
    for package in PACKAGES:
        spec = find_spec(package)
        if spec is None or spec.origin is None:
            raise LookupError(f"the font package {package} is not installed")
        found.append(Path(spec.origin).parent)
    return found


@cache
def fonts() -> typst.Fonts:
    """Return the fonts, read once: ours alone, neither the system's nor typst's own, so that nothing falls back."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders())


def missing_signs(text: str) -> str:
    """Return the signs of `text` that one of the fonts lacks, each once; blanks and line ends are no signs."""
    signs = {sign for sign in text if not sign.isspace()}
    lacking = [sign for sign in signs if any(not _has(font, ord(sign)) for font in _files())]
    return "".join(sorted(lacking))


def _files() -> list[Path]:
    return [next(folder.glob("*.otf")) for folder in folders()]


def _has(font: Path, code: int) -> bool:
    return any(first <= code <= last for first, last in _ranges(font))


@cache
def _ranges(font: Path) -> tuple[tuple[int, int], ...]:
    """Return the spans of code points in the font's table cmap, subtable format 12 (OpenType, cmap)."""
    data = font.read_bytes()
    start = _table(data, b"cmap")
    (count,) = struct.unpack_from(">H", data, start + 2)
    for place in range(count):
        (offset,) = struct.unpack_from(">I", data, start + 4 + 8 * place + 4)
        (form,) = struct.unpack_from(">H", data, start + offset)
        if form == 12:
            (groups,) = struct.unpack_from(">I", data, start + offset + 12)
            spans = struct.iter_unpack(">III", data[start + offset + 16 : start + offset + 16 + 12 * groups])
            return tuple((first, last) for first, last, _glyph in spans)
    raise LookupError(f"{font.name} has no full table of characters")


def _table(data: bytes, tag: bytes) -> int:
    (count,) = struct.unpack_from(">H", data, 4)
    for place in range(count):
        name, _sum, offset, _length = struct.unpack_from(">4sIII", data, 12 + 16 * place)
        if name == tag:
            return int(offset)
    raise LookupError(f"no table {tag!r}")
