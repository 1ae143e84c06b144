"""What people read: accessible, safe with hostile words, under a strict policy, short enough for chat."""

from __future__ import annotations

import re
import string
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

import reports
from dialogues.form import Form
from reports import assembly
from reports.assembly import Report, assemble
from reports.rendering import CHAT_LIMIT, Links, chat, clipped, html, stylesheet
from reports.scoring import Tally
from reports.words import CATALOGUES, words
from tests.reports.material import counted, facts, form, item, spread, typical

LINKS = Links("/static/report.css", back="/audits", languages={"en": "?lang=en", "cy": "?lang=cy"})
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }} {% raw %}",
    "{label} {0} {k}",
    "&lt;b&gt; &amp;",
    "\u202eevil\u202c \u2066x",
    "nul\x00 and bell\x07",
    "מה קורה כאן",
    "🙂" * 50,
    "x" * 100_000,
    "",
]


class _Page(HTMLParser):
    """What a page is made of."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def report(definition: Form | None = None, tally: Tally | None = None, **changes: object) -> Report:
    made = assemble(facts(**changes), definition or form(), tally or typical())
    assert isinstance(made, Report)
    return made


def page(made: Report, language: str = "en") -> _Page:
    return _Page(html(made, language=language, links=LINKS))


@pytest.mark.parametrize("language", ["en", "cy"])
def test_the_page_needs_no_inline_script_style_or_third_party(language: str) -> None:
    found = page(report(synthetic=True), language)
    assert not found.all("script")
    assert not found.all("style")
    assert not [
        name for _, attributes in found.tags for name in attributes if name == "style" or name[:2] == "on"
    ]
    assert [link["href"] for link in found.all("link")] == ["/static/report.css"]
    assert not re.search(r"https?:|@import", stylesheet())


def test_without_links_the_page_stands_alone() -> None:
    found = _Page(html(report(), language="en"))
    assert len(found.all("style")) == 1
    assert not found.all("link")


def test_every_picture_has_a_title_and_a_description_or_is_decoration() -> None:
    found = page(report())
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    pictures = [svg for svg in found.all("svg") if svg.get("role") == "img"]
    assert len(ids) == len(set(ids))
    assert len(pictures) == 4
    for svg in pictures:
        assert all(each in ids for each in (svg["aria-labelledby"] or "").split())
    inner = [svg for svg in found.all("svg") if svg.get("role") != "img" and "x" not in svg]
    assert all(svg.get("aria-hidden") == "true" for svg in inner)


def test_every_bar_has_its_numbers_in_a_table() -> None:
    found = html(report(), language="en", links=LINKS)
    assert found.count('class="figure"') == found.count('class="answers"') == 2


def test_headings_descend_one_step_at_a_time() -> None:
    levels = [int(tag[1]) for tag, _ in page(report()).tags if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_summary_says_the_point_first_and_how_sure_we_are() -> None:
    text = page(report()).text
    assert "fewest positive answers on \u2068Staffing and skill mix\u2069" in text
    assert "40 to 49 people took part: 65 to 85\u00a0% of staff" in text
    assert "finite-population correction" in text


def test_a_synthetic_report_says_so_and_a_real_one_does_not() -> None:
    assert "Synthetic example" in page(report(synthetic=True)).text
    assert "Synthetic example" in chat(report(synthetic=True), language="en")[0]
    assert "Synthetic" not in page(report()).text


def test_too_few_responses_are_said_on_the_page_and_in_chat() -> None:
    made = report(tally=Tally(3))
    assert "Fewer than 8 responses." in page(made).text
    assert "Fewer than 8 responses." in chat(made, language="en")[0]
    assert "Supervision" not in page(made).text


def test_the_welsh_page_is_welsh_and_says_that_nobody_reviewed_it() -> None:
    found = page(report(), "cy")
    assert found.all("html")[0]["lang"] == "cy"
    assert "4 Mai 2026" in found.text
    assert "Staffio a chymysgedd sgiliau" in found.text
    assert "Nid yw siaradwr Cymraeg wedi adolygu" in found.text


def test_a_language_without_sentences_falls_back_to_english() -> None:
    assert page(report(), "ur").all("html")[0]["lang"] == "en"
    assert chat(report(), language="xx") == chat(report(), language="en")


def test_words_in_another_language_than_the_page_are_marked() -> None:
    answers = counted([("care", {"q": value}) for value in spread((5, 5, 5, 5, 5))])
    made = report(form(item("q", "XYZ")), answers)
    assert '<bdi lang="en">XYZ</bdi>' in html(made, language="cy")


@pytest.mark.parametrize("language", sorted(CATALOGUES))
def test_each_language_has_every_sentence_with_the_same_gaps(language: str) -> None:
    def gaps(sentence: str) -> set[str]:
        return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}

    assert set(CATALOGUES[language]) == set(CATALOGUES["en"])
    for key, sentence in CATALOGUES["en"].items():
        assert gaps(CATALOGUES[language][key]) == gaps(sentence), key


def test_every_sentence_is_used() -> None:
    folder = Path(reports.__file__).parent
    source = "".join(path.read_text() for path in folder.rglob("*") if path.suffix in {".j2", ".py"})
    kept = source.replace((folder / "words.py").read_text(), "")
    families = ("doubt_", "quarter_", "chat_weak", "chat_strong", "chat_unclear", "weak", "strong", "unclear")
    sizes = {"few", "nearly_all"}
    unused = [
        key
        for key in CATALOGUES["en"]
        if f'"{key}"' not in kept
        and f"'{key}'" not in kept
        and not key.startswith(families)
        and key not in sizes
    ]
    assert not unused


@pytest.mark.parametrize("label", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "cy"])
def test_hostile_words_are_shown_safely(label: str, language: str) -> None:
    tally = counted([("care", {"q": value}) for value in spread((5, 5, 5, 5, 5))])
    made = report(form(item("q", "SUP", label=label)), tally, name=label, incident=label, period_from=label)
    made = assembly.decode(assembly.encode(made))
    source = html(made, language=language, links=LINKS)
    found = _Page(source)
    assert not found.all("script")
    assert not found.all("img")
    assert label[:7] != "{{ 7 * " or "7 * 7" in found.text
    assert not set(source) & set("\x00\x07\u202e\u202c\u2066")
    assert len(source) < 100_000
    for message in chat(made, language=language):
        assert 0 < len(message) < CHAT_LIMIT
        assert not set(message) & set("\x00\x07\u202e\u202c\u2066")


def test_a_label_is_clipped_and_keeps_its_joiners() -> None:
    assert len(clipped("x" * 100_000)) == 300
    assert clipped("a\n\tb\x00c") == "a b c"
    assert clipped("\u0d28\u0d4d\u200d") == "\u0d28\u0d4d\u200d"


def test_a_long_report_comes_as_several_messages_the_point_first() -> None:
    names = [f"q{n}" for n in range(40)]
    answers = counted([("care", dict.fromkeys(names, value)) for value in spread((5, 5, 5, 5, 5))])
    definition = form(*(item(name, "SUP", label=f"{name} " + "word " * 50) for name in names))
    messages = chat(report(definition, answers), language="en")
    assert len(messages) > 2
    assert all(len(message) < CHAT_LIMIT for message in messages)
    assert "took part" in messages[0]
    assert all(any(f"{name} " in message for message in messages) for name in names)


def test_chat_gives_each_number_with_its_people_or_says_why_there_is_none() -> None:
    answers = [("care", {"staff": "often"} if n < 7 else {"talk": "often"}) for n in range(30)]
    text = "\n".join(chat(report(tally=counted(answers)), language="en"))
    assert "Nearly all or all said “\u2068Always\u2069” or “\u2068Often\u2069” (20 to 29 people)." in text
    assert "no figure, because fewer than 8 people answered" in text


def test_the_same_report_gives_the_same_page() -> None:
    first, second = report(), assembly.decode(assembly.encode(report()))
    assert html(first, language="cy", links=LINKS) == html(second, language="cy", links=LINKS)


def test_the_way_to_the_other_language_is_a_link() -> None:
    assert [link["href"] for link in page(report()).all("a")][:3] == ["#report", "/audits", "?lang=cy"]


def test_an_unknown_sentence_is_our_mistake() -> None:
    with pytest.raises(KeyError):
        words("en")("nothing")
