"""The catalogue of translations: what the sources say, what the .po file says, and where the two disagree.

It needs no system gettext: Babel reads Python, Django's `templatize` turns templates into something like Python.
The .po file is kept so that Git can merge it by union: one line per string, sorted, no dates, no line numbers.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from django.utils.translation.template import templatize

SOURCES = ("exchange", "listings", "loans", "templates")
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
WITH_CONTEXT = {name for name in KEYWORDS if "pgettext" in name}
PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sd]|\{\w*\}")
HEADER = (
    "Project-Id-Version: yutianqi\n"
    "MIME-Version: 1.0\n"
    "Content-Type: text/plain; charset=UTF-8\n"
    "Content-Transfer-Encoding: 8bit\n"
    "Language: zh_Hans\n"
    "Plural-Forms: nplurals=1; plural=0;\n"
)


@dataclass(frozen=True, order=True, slots=True)
class Phrase:
    """One thing the sources say: its context ("" for none), the words, the words for several ("" for none)."""

    words: str
    context: str = ""
    plural: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What gettext tells phrases apart by."""
        return (self.context, self.words)


@dataclass(slots=True)
class Entry:
    """One phrase of the .po file with its translation; Chinese has one form, so one string is all there is."""

    phrase: Phrase
    translation: str = ""
    fuzzy: bool = False


@dataclass(slots=True)
class Book:
    """A .po file: entries by key, and the keys that it held more than once (a union merge leaves such)."""

    entries: dict[tuple[str, str], Entry] = field(default_factory=dict)
    doubles: list[str] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        """Take in an entry; of two with one key the later counts, unless it is empty."""
        if not entry.phrase.words:
            return
        known = self.entries.get(entry.phrase.key)
        if known is None:
            self.entries[entry.phrase.key] = entry
            return
        self.doubles.append(entry.phrase.words)
        if entry.translation:
            self.entries[entry.phrase.key] = entry


def _phrase(function: str | tuple[str, ...], found: object) -> Phrase | None:
    parts = [part for part in (found if isinstance(found, tuple | list) else (found,)) if isinstance(part, str)]
    if not parts or not parts[-1]:
        return None
    context = parts.pop(0) if str(function) in WITH_CONTEXT and len(parts) > 1 else ""
    return Phrase(parts[0], context, parts[1] if "ngettext" in str(function) and len(parts) > 1 else "")


def _said_in(text: str) -> Iterator[Phrase]:
    for _line, function, found, _comments in extract_python(BytesIO(text.encode()), KEYWORDS, [], {}):
        phrase = _phrase(function, found)
        if phrase:
            yield phrase


def said_in_template(text: str) -> list[Phrase]:
    """Return the phrases of a Django template."""
    likeness = templatize(text)
    # What stands around the calls is blanked to X; only its indentation could offend Python's tokenizer.
    flat = "\n".join(line.strip() for line in likeness.splitlines() if "gettext" in line or "_(" in line)
    return list(_said_in(flat + "\n"))


def said_in_python(text: str) -> list[Phrase]:
    """Return the phrases of a Python module."""
    return list(_said_in(text))


def said(root: Path) -> dict[tuple[str, str], Phrase]:
    """Return every phrase of the project under `root`, by key; a phrase with a plural wins over one without."""
    found: dict[tuple[str, str], Phrase] = {}
    for path in _sources(root):
        text = path.read_text("utf-8")
        for phrase in said_in_python(text) if path.suffix == ".py" else said_in_template(text):
            known = found.get(phrase.key)
            if known is None or not known.plural:
                found[phrase.key] = phrase
    return found


def _sources(root: Path) -> Iterable[Path]:
    for folder in SOURCES:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".py", ".html", ".txt") and "migrations" not in path.parts:
                yield path


def read_po(text: str) -> Book:
    """Read a .po file, forgiving what a union merge does: doubled entries, doubled lines, missing blank lines.

    Of several translations in one entry the first counts: the merge puts those of other entries after it.
    A line that is no .po line at all is a ValueError that names it.
    """
    parts: dict[str, str] = {}
    book, flags, at = Book(), "", ""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        keyword, _, rest = line.partition(" ")
        if keyword in ("#,", "msgctxt", "msgid") and "msgstr" in parts:
            book.add(_entry(parts, flags))
            parts, flags = {}, ""
        if line.startswith("#,"):
            flags += rest
        if not line or line.startswith("#"):
            continue
        if line.startswith('"'):
            parts[at] = parts.get(at, "") + _unquote(line, number)
            continue
        at = "msgstr" if keyword.startswith("msgstr") else keyword
        if at not in ("msgctxt", "msgid", "msgid_plural", "msgstr"):
            raise ValueError(f"line {number}: {line[:60]}")
        value = _unquote(rest, number)
        if at in ("msgctxt", "msgid") and "msgid" in parts:
            parts = {}  # the entry before lost its translation in the merge
        if at == "msgstr" and at in parts:
            continue  # the merge left it here; it belongs to an entry before
        parts[at] = value
    book.add(_entry(parts, flags))
    return book


def _unquote(text: str, number: int) -> str:
    try:
        value = ast.literal_eval(text)
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"line {number}: {text[:60]}") from error
    if not isinstance(value, str):
        raise ValueError(f"line {number}: {text[:60]}")
    return value


def _entry(parts: dict[str, str], flags: str) -> Entry:
    phrase = Phrase(parts.get("msgid", ""), parts.get("msgctxt", ""), parts.get("msgid_plural", ""))
    return Entry(phrase, parts.get("msgstr", ""), "fuzzy" in flags)


def _quote(text: str) -> str:
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\t", "\\t"), ("\r", "\\r")):
        text = text.replace(plain, written)
    return f'"{text}"'


def write_po(book: Book) -> str:
    """Write the book: sorted by the words, one line per string."""
    blocks = [f'msgid ""\nmsgstr {_quote(HEADER)}\n']
    for entry in sorted(book.entries.values(), key=lambda entry: entry.phrase):
        phrase, lines = entry.phrase, []
        flags = ["fuzzy"] * entry.fuzzy + ["python-format"] * bool(re.search(r"%\(\w+\)[a-z]|%[sd]", phrase.words))
        if flags:
            lines.append("#, " + ", ".join(flags))
        if phrase.context:
            lines.append(f"msgctxt {_quote(phrase.context)}")
        lines.append(f"msgid {_quote(phrase.words)}")
        if phrase.plural:
            lines.append(f"msgid_plural {_quote(phrase.plural)}")
        lines.append(f"msgstr{'[0]' if phrase.plural else ''} {_quote(entry.translation)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def merged(book: Book, phrases: dict[tuple[str, str], Phrase]) -> Book:
    """Return a book of exactly these phrases, with the translations that are already known."""
    fresh = Book()
    for key, phrase in phrases.items():
        known = book.entries.get(key)
        fresh.entries[key] = Entry(phrase, known.translation, known.fuzzy) if known else Entry(phrase)
    return fresh


def faults(book: Book, phrases: dict[tuple[str, str], Phrase]) -> list[str]:
    """Return what keeps the book from being complete, one sentence each, naming the phrase."""
    found = [f"twice in the catalogue: {words!r}" for words in book.doubles]
    for key in sorted(phrases):
        entry = book.entries.get(key)
        if entry is None:
            found.append(f"missing: {key[1]!r}")
        elif not entry.translation:
            found.append(f"empty: {key[1]!r}")
        elif entry.fuzzy:
            found.append(f"fuzzy: {key[1]!r}")
        elif _holes(entry.translation) != _holes(phrases[key].plural or key[1]):
            found.append(f"placeholders differ: {key[1]!r} and {entry.translation!r}")
    return found


def _holes(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text.replace("%%", "")))


def compiled(book: Book) -> bytes:
    """Return the .mo file of a book; fuzzy and empty entries are left out, as gettext does."""
    catalog = Catalog(locale="zh_Hans", charset="utf-8")
    for entry in book.entries.values():
        if entry.translation and not entry.fuzzy:
            phrase = entry.phrase
            words = (phrase.words, phrase.plural) if phrase.plural else phrase.words
            translation = (entry.translation,) if phrase.plural else entry.translation
            catalog.add(words, translation, context=phrase.context or None)
    written = BytesIO()
    write_mo(written, catalog)
    return written.getvalue()
