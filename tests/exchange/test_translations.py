"""The Chinese catalogue: nothing missing, nothing left over, and it survives a union merge."""

import gettext
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

PAGE = """{% load i18n %}
<h1 title="{% translate "Good day" %}">{% blocktranslate %}Hello {{ name }}{% endblocktranslate %}</h1>"""
MODULE = 'from x import gettext as _, ngettext\n_("One village")\nngettext("%(n)s mu", "%(n)s mu each", n)\n'
FULL = {"Good day": "您好", "Hello %(name)s": "%(name)s，您好", "One village": "一个村", "%(n)s mu": "%(n)s 亩"}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project of one page and one module, whose catalogue is complete."""
    for folder in ("exchange", "listings", "loans", "templates"):
        (tmp_path / folder).mkdir()
    (tmp_path / "templates" / "home.html").write_text(PAGE, "utf-8")
    (tmp_path / "listings" / "views.py").write_text(MODULE, "utf-8")
    translations(tmp_path, "--update")
    text = catalogue(tmp_path).read_text("utf-8")
    for words, chinese in FULL.items():
        at = text.index(f'msgid "{words}"\n')
        text = text[:at] + text[at:].replace('msgstr ""', f'msgstr "{chinese}"', 1).replace(
            'msgstr[0] ""', f'msgstr[0] "{chinese}"', 1
        )
    catalogue(tmp_path).write_text(text, "utf-8")
    return tmp_path


def catalogue(root: Path) -> Path:
    return root / "exchange" / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"


def translations(root: Path, what: str) -> str:
    out = StringIO()
    call_command("translations", what, root=root, stdout=out, stderr=out)
    return out.getvalue()


def faults(root: Path) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("translations", "--check", root=root, stdout=out, stderr=out)
    return out.getvalue()


def change(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_complete_catalogue_passes_and_says_how_many(project):
    assert translations(project, "--check") == "4 messages, 0 missing\n"


def test_a_new_message_is_named_as_missing(project):
    change(project / "listings" / "views.py", "One village", "Two villages")
    assert faults(project) == "missing: 'Two villages'\n"


def test_a_message_without_translation_is_named_as_empty(project):
    change(catalogue(project), 'msgstr "一个村"', 'msgstr ""')
    assert faults(project) == "empty: 'One village'\n"


def test_a_doubtful_translation_is_named_as_fuzzy(project):
    change(catalogue(project), 'msgid "One village"', '#, fuzzy\nmsgid "One village"')
    assert faults(project) == "fuzzy: 'One village'\n"


def test_a_lost_placeholder_is_named_with_both_texts(project):
    change(catalogue(project), "%(name)s，您好", "您好")
    assert faults(project) == "placeholders differ: 'Hello %(name)s' and '您好'\n"


def test_a_plural_must_keep_its_placeholder_too(project):
    change(catalogue(project), "%(n)s 亩", "若干亩")
    assert faults(project) == "placeholders differ: '%(n)s mu' and '若干亩'\n"


def test_a_folder_without_messages_fails_instead_of_passing_with_zero(tmp_path):
    with pytest.raises(CommandError, match="0 messages found"):
        translations(tmp_path, "--check")


def test_a_catalogue_that_is_no_catalogue_is_refused_with_the_line(project):
    change(catalogue(project), 'msgid "One village"', "<<<<<<< HEAD")
    with pytest.raises(CommandError, match="<<<<<<< HEAD"):
        translations(project, "--check")


def test_update_drops_dead_messages_keeps_known_ones_and_sorts(project):
    change(project / "listings" / "views.py", '_("One village")', '_("A district")')
    assert translations(project, "--update") == "4 messages, 1 still empty, 1 dropped, 0 doubles repaired\n"
    text = catalogue(project).read_text("utf-8")
    assert "One village" not in text
    assert 'msgid "Good day"\nmsgstr "您好"\n' in text
    ids = [line for line in text.splitlines() if line.startswith("msgid ")]
    assert ids == sorted(ids)


def test_update_repairs_what_a_union_merge_doubles(project):
    change(
        catalogue(project),
        'msgid "One village"\nmsgstr "一个村"\n',
        'msgid "One village"\nmsgstr "一个村"\nmsgid "One village"\nmsgstr "一座村"\nmsgid "One village"\nmsgstr ""\n',
    )
    assert faults(project).count("twice in the catalogue: 'One village'") == 2
    assert translations(project, "--update") == "4 messages, 0 still empty, 0 dropped, 2 doubles repaired\n"
    assert catalogue(project).read_text("utf-8").count("One village") == 1
    assert 'msgstr "一座村"' in catalogue(project).read_text("utf-8")
    assert translations(project, "--check") == "4 messages, 0 missing\n"


def test_a_translation_that_a_union_merge_left_in_another_entry_is_not_taken_for_its_own(project):
    change(catalogue(project), 'msgstr "您好"\n', 'msgstr "您好"\nmsgstr "一个村"\n')
    translations(project, "--update")
    text = catalogue(project).read_text("utf-8")
    assert 'msgid "Good day"\nmsgstr "您好"\n' in text
    assert text.count("一个村") == 1


def test_an_entry_whose_translation_a_union_merge_lost_comes_back_empty(project):
    change(catalogue(project), 'msgid "Good day"\nmsgstr "您好"\n\n', 'msgid "Good day"\n')
    assert translations(project, "--update") == "4 messages, 1 still empty, 0 dropped, 0 doubles repaired\n"
    assert faults(project) == "empty: 'Good day'\n"


def test_update_twice_changes_nothing_the_second_time(project):
    translations(project, "--update")
    once = catalogue(project).read_bytes()
    translations(project, "--update")
    assert catalogue(project).read_bytes() == once


def test_the_compiled_file_speaks_and_leaves_out_what_is_fuzzy(project):
    change(catalogue(project), 'msgid "One village"', '#, fuzzy\nmsgid "One village"')
    translations(project, "--compile")
    spoken = gettext.GNUTranslations(BytesIO(catalogue(project).with_suffix(".mo").read_bytes()))
    assert spoken.gettext("Good day") == "您好"
    assert spoken.ngettext("%(n)s mu", "%(n)s mu each", 7) == "%(n)s 亩"
    assert spoken.gettext("One village") == "One village"
