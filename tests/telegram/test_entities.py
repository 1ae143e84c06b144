"""Telegram's HTML, as TDLib reads it: the texts it refuses are refused in its words, at its bytes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.telegram.errors import Refused
from tests.telegram.rules.entities import commands_in, parse_html, trimmed


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("a < b", 'Unsupported start tag "" at byte offset 2'),
        ("é<br>", 'Unsupported start tag "br" at byte offset 2'),
        ("<b", "Unclosed start tag at byte offset 0"),
        ("<b>bold", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<i><b>both</i></b>", 'Unmatched end tag at byte offset 10, expected "</b>", found "</i>"'),
        ("done</b>", "Unexpected end tag at byte offset 4"),
        ("<i>a</i   ", "Unclosed end tag at byte offset 4"),
        ("<i =x>", 'Empty attribute name in the tag "i" at byte offset 0'),
        ("<i x = ", 'Unclosed start tag "i" at byte offset 0'),
        ("<i x = a,", "Unexpected end of name token at byte offset 7"),
        ('<i x = "a>', "Unclosed start tag at byte offset 0"),
        ("<span>quiet</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_what_is_no_html_of_telegrams_is_refused(source: str, why: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_html(source)
    assert refused.value.description == f"Bad Request: can't parse entities: {why}"


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("&lt;b&gt; &amp; &quot;&#233;&#xe9;", '<b> & "éé', []),
        ("&nbsp; stays", "&nbsp; stays", []),
        ("😀<b>bold</b>", "😀bold", [{"type": "bold", "offset": 2, "length": 4}]),
        ("<b></b>", "", []),
        ("<i>a</>", "a", [{"type": "italic", "offset": 0, "length": 1}]),
        (
            '<a href="https://a.example/?b=1&amp;c=2">here</a>',
            "here",
            [{"type": "text_link", "offset": 0, "length": 4, "url": "https://a.example/?b=1&c=2"}],
        ),
        ("<a>nowhere</a>", "nowhere", []),
        (
            '<pre><code class="language-py">x</code></pre>',
            "x",
            [{"type": "pre", "offset": 0, "length": 1, "language": "py"}],
        ),
        (
            "<blockquote expandable>long</blockquote>",
            "long",
            [{"type": "expandable_blockquote", "offset": 0, "length": 4}],
        ),
        ('<span class="tg-spoiler">s</span>', "s", [{"type": "spoiler", "offset": 0, "length": 1}]),
        (
            "<b>a<i>b</i></b>",
            "ab",
            [{"type": "bold", "offset": 0, "length": 2}, {"type": "italic", "offset": 1, "length": 1}],
        ),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[dict[str, Any]]) -> None:
    assert parse_html(source) == (text, entities)


def test_white_space_around_a_text_goes_and_its_entities_move() -> None:
    assert trimmed("\n 😀 b ", [{"type": "bold", "offset": 5, "length": 2}]) == (
        "😀 b",
        [{"type": "bold", "offset": 3, "length": 1}],
    )


def test_commands_are_found_in_any_text_but_not_in_addresses() -> None:
    found = commands_in("😀 /help or https://a.example/help")
    assert found == [{"type": "bot_command", "offset": 3, "length": 5}]
