"""A small reader of the PDF files that typst writes: which fonts are in them, and what they say."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass

OBJECT = re.compile(rb"(?m)^(\d+) 0 obj\s(.*?)\nendobj", re.DOTALL)


@dataclass(frozen=True)
class Pdf:
    """The names of the embedded fonts, those that are named but not embedded, the text, and glyphs without a sign."""

    fonts: set[str]
    not_embedded: set[str]
    text: str
    glyphs_without_sign: int


def read(data: bytes) -> Pdf:
    """Read a file; its objects must not be packed into object streams."""
    objects = {int(number): body for number, body in OBJECT.findall(data)}
    found = [body for body in objects.values() if b"/Type/FontDescriptor" in body]
    embedded = {_name(body, b"FontName") for body in found if re.search(rb"/FontFile[23]?\s", body)}
    used = [body for body in objects.values() if b"/Subtype/Type0" in body]
    named = {_name(body, b"BaseFont").removesuffix("-Identity-H") for body in used}
    maps = _maps(objects)
    text, without = "", 0
    for body in objects.values():
        content = _stream(body) if b"stream\n" in body else b""
        if b" Tf " in content and b"]TJ\nET" in content:
            said, lacking = _said(content, maps)
            text, without = text + said, without + lacking
    return Pdf({name.split("+")[-1] for name in embedded}, named - embedded, text, without)


def _name(body: bytes, key: bytes) -> str:
    found = re.search(rb"/" + key + rb"/([^\s/<>\[\]()]+)", body)
    assert found, f"no {key!r}"
    return found.group(1).decode()


def _stream(body: bytes) -> bytes:
    head, _mark, rest = body.partition(b"stream\n")
    length = re.search(rb"/Length (\d+)", head)
    content = rest[: int(length.group(1))] if length else rest
    return zlib.decompress(content) if b"/FlateDecode" in head else content


def _maps(objects: dict[int, bytes]) -> dict[bytes, dict[int, str]]:
    """Return, by the font's name in the pages' resources, which sign each glyph stands for."""
    maps = {}
    for listed in re.findall(rb"/Font<<(.*?)>>", b"".join(objects.values())):
        for name, number in re.findall(rb"/(\w+) (\d+) 0 R", listed):
            unicode = re.search(rb"/ToUnicode (\d+) 0 R", objects[int(number)])
            assert unicode, "a font without a map to signs"
            pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", _stream(objects[int(unicode.group(1))]))
            maps[name] = {int(glyph, 16): bytes.fromhex(sign.decode()).decode("utf-16-be") for glyph, sign in pairs}
    return maps


def _said(content: bytes, maps: dict[bytes, dict[int, str]]) -> tuple[str, int]:
    """Return the text of a page, a blank after each piece, and how many of its glyphs stand for no sign."""
    text, without, here, place = "", 0, {}, 0
    token = re.compile(rb"/(\w+) [\d.]+ Tf|(\()|(ET)|(?<!<)<([0-9A-F]+)>")
    while found := token.search(content, place):
        place = found.end()
        if found.group(1):
            here = maps.get(found.group(1), {})
        elif found.group(3):
            text, here = text + " ", {}  # what stands in brackets between the pieces is not printed
        elif here:
            codes = bytes.fromhex((found.group(4) or b"").decode())
            if found.group(2):
                end = _end_of_string(content, place)
                codes, place = _unescaped(content[place:end]), end + 1
            glyphs = [int.from_bytes(codes[n : n + 2], "big") for n in range(0, len(codes), 2)]
            without += sum(glyph == 0 or glyph not in here for glyph in glyphs)
            text += "".join(here.get(glyph, "") for glyph in glyphs)
    return text, without


def _end_of_string(content: bytes, place: int) -> int:
    """Return where the bracket closes that was opened before `place`; brackets in pairs stand unescaped."""
    depth = 1
    while True:
        if content[place] == ord("\\"):
            place += 1
        elif content[place] == ord("("):
            depth += 1
        elif content[place] == ord(")"):
            depth -= 1
        if depth == 0:
            return place
        place += 1


def _unescaped(literal: bytes) -> bytes:
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}

    def one(found: re.Match[bytes]) -> bytes:
        code = found.group(1)
        return bytes([int(code, 8)]) if code[:1].isdigit() else plain.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, literal, flags=re.DOTALL)
