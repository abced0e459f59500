"""The few words in which all drawings are written: escaped elements, short numbers, nice axes."""

import math
from collections.abc import Iterable, Sequence
from html import escape

SMALLEST_TEXT_PX = 12


def number(value: float) -> str:
    """A coordinate with at most one decimal: 12, 3.5."""
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def attributes(pairs: dict[str, object]) -> str:
    """Attributes in order; None is left out, `class_` means class, `_` in a name means `-`."""
    parts = []
    for name, value in pairs.items():
        if value is None:
            continue
        shown = number(value) if isinstance(value, float) else str(value)
        parts.append(f' {name.rstrip("_").replace("_", "-")}="{escape(shown, quote=True)}"')
    return "".join(parts)


def element(tag: str, content: str = "", /, **pairs: object) -> str:
    """One element. `content` is markup already made by these functions; attribute values are escaped."""
    if content:
        return f"<{tag}{attributes(pairs)}>{content}</{tag}>"
    return f"<{tag}{attributes(pairs)}/>"


def text(x: float, y: float, words: object, /, **pairs: object) -> str:
    """Words at a place, escaped."""
    return element("text", escape(str(words)), x=float(x), y=float(y), **pairs)


def path(d: str, /, **pairs: object) -> str:
    """One path."""
    return element("path", d=d, **pairs)


def line_through(points: Sequence[tuple[float, float]]) -> str:
    """Path data through the points."""
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in points)


def picture(
    width: float, height: float, sentence: str, content: Iterable[str], /, class_: str = "ch", stretch: bool = False
) -> str:
    """An image; the sentence says what a person should see in it. Without one it is decoration."""
    naming = {"role": "img", "aria_label": sentence} if sentence else {"aria_hidden": "true", "focusable": "false"}
    box = f"0 0 {number(width)} {number(height)}"
    fit = "none" if stretch else None
    return element("svg", "".join(content), class_=class_, viewBox=box, preserveAspectRatio=fit, **naming)


def nice_ticks(highest: float, count: int = 4) -> list[float]:
    """Round steps (1, 2, 2.5, 5 × 10ⁿ) from zero to at least `highest`; [0, 1] when nothing is to show."""
    if highest <= 0:
        return [0.0, 1.0]
    rough = highest / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 2.5, 5, 10) if size * power >= rough * (1 - 1e-9))
    return [step * index for index in range(math.ceil(highest / step - 1e-9) + 1)]


def tick_label(value: float) -> str:
    """1,200 or 0.5: as short as the value allows."""
    return f"{value:,.0f}" if value == int(value) else f"{value:,.10g}"
