"""Forms that the channels are tried with: one that has every kind of turn, one for concerns, and small ones."""

from __future__ import annotations

from functools import cache

from dialogues.form import Form
from tests.bot.stories import concern as _concern
from tests.dialogues.playing import YES_NO, form_of

_WORK = """
settings:
  - {"form_title::English (en)": Work here, "form_title::Cymraeg (cy)": Gweithio yma, form_id: work, version: "1",
     default_language: English (en), attribution: anonymous}
survey:
  - {type: select_one yes_no, name: consent, appearance: consent, required: "yes",
     "label::English (en)": May we ask you?, "label::Cymraeg (cy)": Gawn ni ofyn?}
  - {type: select_one role, name: role, "label::English (en)": What is your work?,
     "label::Cymraeg (cy)": Beth yw eich gwaith?}
  - {type: select_multiple told, name: told, "label::English (en)": Whom did you tell?,
     "label::Cymraeg (cy)": Wrth bwy y dywedoch?}
  - {type: range, name: safe, parameters: "start=1 end=5 step=1", "label::English (en)": How safe is it?,
     "label::Cymraeg (cy)": Pa mor ddiogel yw?}
  - {type: integer, name: months, constraint: ". <= 600", "label::English (en)": How many months?,
     "label::Cymraeg (cy)": Sawl mis?}
  - {type: date, name: since, "label::English (en)": Since which day?, "label::Cymraeg (cy)": Ers pa ddiwrnod?}
  - {type: begin repeat, name: visits, "label::English (en)": Visits, "label::Cymraeg (cy)": Ymweliadau}
  - {type: text, name: who, "label::English (en)": What was the visit for?, "label::Cymraeg (cy)": Pam yr ymweliad?}
  - {type: end repeat}
  - {type: text, name: story, "label::English (en)": What happened?, "label::Cymraeg (cy)": Beth ddigwyddodd?}
choices:
  - {list_name: yes_no, name: "no", "label::English (en)": "No", "label::Cymraeg (cy)": Na}
  - {list_name: yes_no, name: "yes", "label::English (en)": "Yes", "label::Cymraeg (cy)": Iawn}
  - {list_name: role, name: care, "label::English (en)": Care assistant, "label::Cymraeg (cy)": Cynorthwyydd}
  - {list_name: role, name: nurse, "label::English (en)": Nurse, "label::Cymraeg (cy)": Nyrs}
  - {list_name: told, name: manager, "label::English (en)": My manager, "label::Cymraeg (cy)": Fy rheolwr}
  - {list_name: told, name: friend, "label::English (en)": A colleague, "label::Cymraeg (cy)": Cydweithiwr}
  - {list_name: told, name: nobody, "label::English (en)": Nobody yet, "label::Cymraeg (cy)": Neb eto}
"""


@cache
def work() -> Form:
    """Consent, one choice, several, a range, a number, a date, a repeat, a text; in English and Welsh."""
    return form_of(_WORK)


def concern() -> Form:
    """Tells that someone is at risk."""
    return _concern()


@cache
def small(*survey: str, name: str = "small", title: str = "Small", more: str = YES_NO) -> Form:
    """A form in English of these rows."""
    settings = (
        f'settings:\n  - {{form_title: "{title}", form_id: {name}, version: "1", attribution: anonymous}}\n'
    )
    return form_of(settings + "survey:\n" + "".join(f"  - {row}\n" for row in survey) + more)
