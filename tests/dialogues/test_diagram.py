"""A form as a Mermaid flowchart."""

from __future__ import annotations

import re

import pytest

from dialogues.diagram import draw, escaped
from dialogues.library import names, shipped
from tests.dialogues.playing import YES_NO, form_of


def test_questions_follow_each_other_in_their_sections_and_notes_are_left_out() -> None:
    form = form_of("""
settings: {form_title: "Supervision", form_id: s}
survey:
  - {type: note, name: hello, label: "Hello"}
  - {type: begin group, name: g, label: "Your work"}
  - {type: text, name: a, label: "Think of last week. What helped you?"}
  - {type: calculate, name: c, calculation: "1 + 1"}
  - {type: integer, name: b, label: "How often?"}
  - {type: end group}
""")
    assert (
        draw(form)
        == """flowchart TD
  begin(["Supervision"])
  subgraph s1["Your work"]
    n2["What helped you?"]
    n3["How often?"]
  end
  finish(["The end"])
  begin --> n2
  n2 --> n3
  n3 --> finish
"""
    )


def test_a_branch_says_its_condition_in_words_and_neighbours_share_it() -> None:
    form = form_of(
        """
survey:
  - {type: select_one yes_no, name: raised, label: "Have you raised a concern?"}
  - {type: text, name: a, label: "What came of it?", relevant: "${raised} = 'yes'"}
  - {type: text, name: b, label: "Who knew?", relevant: "${raised} = 'yes'"}
  - {type: text, name: last, label: "Anything else?"}
"""
        + YES_NO
    )
    drawn = draw(form)
    assert 'n2{{"if “Have you raised a concern?” is “Yes”"}}' in drawn
    assert drawn.count("{{") == 1
    for arrow in ("n2 -->|yes| n3", "n3 --> n4", "n4 --> n5", "n2 -->|no| n5"):
        assert f"  {arrow}\n" in drawn


def test_a_repeat_leads_back_to_its_first_question() -> None:
    form = form_of("""
survey:
  - {type: integer, name: n, label: "How many?"}
  - {type: begin repeat, name: visits, label: "Visits"}
  - {type: begin group, name: inner, label: "One visit"}
  - {type: text, name: who, label: "Who came?"}
  - {type: end group}
  - {type: end repeat}
  - {type: begin repeat, name: shifts, label: "Shifts", repeat_count: "${n}"}
  - {type: text, name: what, label: "What was it like?"}
  - {type: end repeat}
""")
    drawn = draw(form)
    assert 'subgraph s2["For each: Visits"]' in drawn
    assert 'n5{{"Another one?"}}' in drawn
    assert "n5 -->|yes| n4" in drawn
    assert 'n8{{"as often as “How many?”"}}' in drawn
    assert "n8 -->|again| n7" in drawn


def test_refusing_consent_ends_it_and_is_no_branch_for_the_rest() -> None:
    form = form_of(
        """
survey:
  - {type: select_one yes_no, name: consent, appearance: consent, label: "Take part?"}
  - {type: text, name: a, label: "What happened?", relevant: "${consent} = 'yes'"}
"""
        + YES_NO
    )
    drawn = draw(form)
    assert "n1 -->|not agreed| n2" in drawn
    assert "n1 -->|agreed| n3" in drawn
    assert "{{" not in drawn


def test_labels_are_in_the_language_that_is_wished() -> None:
    assert "Ydych chi am gymryd rhan?" in draw(shipped("staff-culture"), "cy")


@pytest.mark.parametrize("name", names())
def test_every_arrow_of_a_shipped_form_joins_two_boxes_and_every_box_has_one(name: str) -> None:
    drawn = draw(shipped(name))
    boxes = set(re.findall(r"^ *(begin|finish|n\d+)[\[({]", drawn, re.MULTILINE))
    arrows = re.findall(r"^  (\w+) -->(?:\|[a-z ]+\|)? (\w+)$", drawn, re.MULTILINE)
    assert {end for arrow in arrows for end in arrow} == boxes


@pytest.mark.parametrize(
    "words",
    ['a "quoted" word', "[x] {y} (z) <b>", "#35; &amp;", "`code`", "a | b", "*bold* _it_ ~no~", "C:\\dir"],
)
def test_no_sign_of_mermaid_html_or_markdown_gets_through(words: str) -> None:
    left = re.sub(r"#\d+;", "", escaped(words))
    assert not set(left) & set('"#<>&`[]{}()|\\*_~;')


def test_what_begins_like_a_list_is_none_and_lines_become_one() -> None:
    assert escaped("1. First\n\nand more") == "1#46; First and more"
    assert escaped("- dash") == "#45; dash"
    assert escaped("2026") == "2026"
    assert escaped("a\u202eb\x00") == "ab"


def test_a_form_with_hostile_words_is_drawn_line_by_line() -> None:
    form = form_of("""
survey:
  - {type: begin group, name: end, label: "end\\n  x --> y"}
  - {type: text, name: subgraph, label: "\\"]\\nclick n1 href \\"javascript:alert(1)\\""}
  - {type: end group}
""")
    for line in draw(form).splitlines():
        assert re.match(
            r"flowchart TD$|  (begin|finish)\(|  subgraph s1\[\"|    n2\[\"|  end$|  \w+ --> \w+$", line
        ), line
