"""Small forms of auditors and of a lead, made up for tests, and people who play them in a chat."""

from __future__ import annotations

from functools import cache

from dialogues.form import Form
from tests.dialogues.playing import form_of

INTERVIEW, OBSERVATION, OPENING = "guided-interview", "observation", "new-audit"

_INTERVIEW = """
settings:
  - {form_title: Talk with staff, form_id: guided-interview, version: "1", attribution: named, records: evidence,
     source_type: staff}
survey:
  - {type: begin group, name: who, label: Who it is}
  - {type: text, name: participant, label: Whom do you speak with?, appearance: participant}
  - {type: select_multiple harm, name: harms, label: What kind of harm is it about?, appearance: harm-types}
  - {type: end group}
  - {type: begin group, name: signs, label: Early signs}
  - {type: text, name: told, label: Tell me about the last time somebody was worried., theme: ESC,
     probe: "Who was told, and what happened then?", guidance_hint: Give them time.}
  - {type: image, name: photo, label: Is there a page that shows it?}
  - {type: end group}
  - {type: begin group, name: nights, label: The nights}
  - {type: text, name: rota, label: How are nights staffed?, theme: CAP}
  - {type: end group}
choices:
  - {list_name: harm, name: neglect, label: Neglect}
  - {list_name: harm, name: physical, label: Physical}
"""

_OBSERVATION = """
settings:
  - {form_title: An observation, form_id: observation, version: "1", attribution: named, records: evidence,
     source_type: observation}
survey:
  - {type: text, name: seen, label: What did you see?, construct: observed}
  - {type: text, name: where, label: Where was it?}
  - {type: select_one theme, name: theme, label: Which theme is it about?, appearance: theme}
  - {type: select_one direction, name: direction, label: What does it show?, appearance: direction}
choices:
  - {list_name: theme, name: SUP.frequency, label: How often there is supervision}
  - {list_name: theme, name: LEAD, label: Leadership}
  - {list_name: direction, name: strength, label: A strength}
  - {list_name: direction, name: weakness, label: A weakness}
"""

_OPENING = """
settings:
  - {form_title: A new audit, form_id: new-audit, version: "1", attribution: named, records: audit}
survey:
  - {type: text, name: audit_name, label: Its short name?, required: "yes"}
  - {type: text, name: title, label: Its title?}
  - {type: text, name: incident, label: What happened?}
  - {type: select_multiple area, name: scope, label: What does it look at?, appearance: scope}
  - {type: integer, name: staff_count, label: How many staff are there?}
  - {type: integer, name: k, label: The fewest people shown together?}
choices:
  - {list_name: area, name: leadership, label: Leadership}
  - {list_name: area, name: response, label: The response}
"""


@cache
def interview() -> Form:
    """Three sections, a probe, a photo; two questions that an audit may know or that name the participant."""
    return form_of(_INTERVIEW)


@cache
def observation() -> Form:
    """What was seen, its theme, and whether it is a strength."""
    return form_of(_OBSERVATION)


@cache
def opening() -> Form:
    """What opens an audit."""
    return form_of(_OPENING)
