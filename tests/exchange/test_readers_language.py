"""Of a text that was entered in two languages, the reader sees his own."""

from __future__ import annotations

import pytest
from django.utils import translation

from exchange.templatetags.readers import own_language


@pytest.mark.parametrize(
    ("text", "zh", "en"),
    [
        (
            "信用贷款，不需要抵押。 Credit without collateral; 30 districts by its own account.",
            "信用贷款，不需要抵押。",
            "Credit without collateral; 30 districts by its own account.",
        ),
        (
            "本行虚拟。Synthetic detail: only the totals are facts.",
            "本行虚拟。",
            "Synthetic detail: only the totals are facts.",
        ),
    ],
)
def test_a_text_in_two_languages_is_shown_in_the_readers(text: str, zh: str, en: str) -> None:
    with translation.override("zh-hans"):
        assert own_language(text) == zh
    with translation.override("en"):
        assert own_language(text) == en


@pytest.mark.parametrize(
    "text", ["", "只有中文。", "Only English here.", "收款行 ABC", "合同编号 HT-2023 A", "民法典 Article 705"]
)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_text_in_one_language_stays_as_it_is(text: str, language: str) -> None:
    with translation.override(language):
        assert own_language(text) == text
