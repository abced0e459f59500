"""From a body to a PDF: typst templates beside this file; what people wrote is passed as JSON, never as code."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import segno
import typst

from listings.deals.documents.fonts import fonts, missing_signs

FOLDER = Path(__file__).parent


class Unprintable(Exception):
    """The text holds signs that the document's font lacks; they would be printed as empty boxes."""

    def __init__(self, signs: str) -> None:
        super().__init__(signs)
        self.signs = signs


def contract_pdf(body: dict[str, Any]) -> bytes:
    """Return the contract as PDF; `Unprintable` when a sign of it cannot be printed."""
    return _render("contract.typ", body)


def attestation_pdf(body: dict[str, Any]) -> bytes:
    """Return the attestation as PDF, with its QR code; `Unprintable` when a sign of it cannot be printed."""
    return _render("attestation.typ", {**body, "qr": qr_svg(body["verify_url"])})


def qr_svg(text: str) -> str:
    """Return a QR code as SVG (error correction M, 15 %)."""
    kept = io.BytesIO()
    segno.make(text, error="m", micro=False).save(kept, kind="svg", scale=4, border=0, dark="#08382C")
    return kept.getvalue().decode()


def _render(template: str, body: dict[str, Any]) -> bytes:
    signs = missing_signs("".join(_texts({k: v for k, v in body.items() if k != "qr"})))
    if signs:
        raise Unprintable(signs)
    compiler = typst.Compiler(
        FOLDER / template,
        root=FOLDER,
        font_paths=fonts(),
        sys_inputs={"body": json.dumps(body, ensure_ascii=False)},
    )
    made = compiler.compile(format="pdf", pdf_standards="a-2u")
    if not isinstance(made, bytes):
        raise TypeError("a PDF is one file")
    return made


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for one in inner for text in _texts(one)]
