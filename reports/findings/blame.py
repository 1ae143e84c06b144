"""The blame check: a cause that names a person, or says no more than that somebody failed, asks for another look.

It knows words of blame (“lazy”, “the nurse failed to …”), and asks as well about a cause with a member of staff in it
and nothing of the system around them: no numbers, time, tools, rules, places. It reads English. It warns and never
decides: whoever says what in the system made it likely may keep their words, so that a false alarm holds nobody up. A
text that gives such a reason itself (“because …”) is let through, unless the reason is blame again. Labels of character
(“lazy”, “human error”) explain nothing and are always asked about. It sees about half of what is worded in new ways.
"""

from __future__ import annotations

import re
from enum import StrEnum

from msgspec import Struct

from dialogues.identifying import Kind, find_pieces


class Sort(StrEnum):
    """What about a cause sounds like blame."""

    NAME = "name"
    LABEL = "label"  # a judgement on what somebody is like
    DOING = "doing"  # what somebody did or left undone, without why
    ALONE = "alone"  # somebody, and nothing around them


class Blame(Struct, frozen=True):
    """The words that sound like blame. They have no repr: they may be a name."""

    sort: Sort
    words: str

    def __repr__(self) -> str:
        return f"Blame({self.sort})"


_ROLES = (
    r"nurses?|carers?|(?:care|support|social|key|agency|night|youth) ?workers?"
    r"|workers?|staff|managers?|seniors?|deput(?:y|ies)"
    r"|(?:team )?leaders?|supervisors?|assistants?|employees?|therapists?|psychologists?"
    r"|doctors?|gps?|physicians?|clinicians?"
    r"|practitioners?|professionals?|officers?|police|directors?|owners?|chefs?"
    r"|cooks?|cleaners?|drivers?|trainees?|students?"
    r"|colleagues?|individuals?|persons?|people|members?|leads?|he|she|they|somebody|someone|everybody"
    r"|everyone"
)
_FURTHER = r"(?: (?:on|of|in|at|from|who|was|were|the|a|this|that|duty|shift|call|charge|night|staff|team|home)){0,6}"
_ADVERBS = (
    r"(?: (?:just|simply|clearly|also|often|always|repeatedly|then|too|both|all|had|has|have|really)){0,3}"
)
_ACTOR = rf"\b(?:{_ROLES})\b{_FURTHER}{_ADVERBS}"
_UNDONE = (
    r"bother\w*|follow\w*|check\w*|read|record\w*|write|report\w*|tell|told|escalat\w*"
    r"|act\w*|look\w*|listen\w*|care|pay|complet\w*"
    r"|notic\w*|ask\w*|think|try|sign\w*|pass\w*|tak\w+|do|stop\w*|challeng\w*"
    r"|call\w*|ring|respond\w*|return\w*|concentrat\w*"
    r"|want\w*|monitor\w*|speak|spoke|use|turn|clean\w*|visit\w*|answer\w*|help\w*"
    r"|feed|paying|looking|listening|looked|raise\w*"
)
_DOINGS = (
    r"fail(?:s|ed|ing)?(?: to)?|forg[eo]t(?:s|ten)?|neglect(?:s|ed)?|ignor(?:es|ed)"
    r"|disregard(?:s|ed)?|overlook(?:s|ed)?"
    rf"|(?:did|does|do|was|were|is|are)(?: not|n['’]?t)(?: (?:even|just|properly|always))? (?:{_UNDONE})"
    rf"|never (?:{_UNDONE})"
    r"|could(?: not|n['’]?t) (?:be bothered|be trusted)|(?:can|could)(?: not|n['’]?t) be (?:bothered|trusted)"
    r"|(?:chose|decided|opted)(?: not)? to|refus(?:es|ed)|should(?: not|n['’]?t)? have"
    r"|ought to have|made (?:a|an|the|some) (?:mistake|error)s?"
    r"|cuts? corners|took (?:a )?short ?cuts?|lost (?:his|her|their) (?:temper|patience)"
    r"|(?:fell|was|were) asleep|skipped|avoids?|avoided"
    r"|turn(?:s|ed) a blind eye|missed (?:an?|the) (?:obvious )?(?:signs?|bruises?|warnings?)"
    r"|lied|left (?:the|a) (?:\w+ )?(?:\w+ )?(?:unattended|alone|open)"
    r"|lack(?:s|ed)? (?:common sense|compassion|commitment|motivation|interest|insight|empathy|effort"
    r"|discipline)"
    r"|cover(?:s|ed) (?:it )?up|(?:did|does|do|said|says) nothing|(?:took|take"
    r"|takes) (?:no )?responsibility|(?:got|was|were) distracted|kept quiet"
    r"|gave the wrong|misread|knew better|(?:is|are|was|were) (?:to blame|at fault|weak|wrong|rude|unkind"
    r"|difficult)"
)
_LABELS = (
    r"(?:human|operator|user|individual|personal|nurse|staff) error|careless\w*"
    r"|laz(?:y|iness)|incompeten\w+|negligen(?:t|ce)|complacen\w+"
    r"|(?:poor|bad|wrong|negative|unhelpful|uncaring|casual) attitudes?|attitude problems?"
    r"|bad apples?|rogue (?:\w+ )?(?:employee|worker|carer|nurse|staff|member)s?"
    r"|lack of (?:compassion|common sense|commitment|motivation|empathy|effort|diligence|care by"
    r"|attention by|interest)"
    r"|useless|hopeless|arrogan(?:t|ce)|(?:un|not )willing to|resistant to|out of (?:his|her|their) depth"
    r"|heartless|uninterested|disinterested"
    r"|unprofessional\w*|sloppy|thoughtless\w*|inattenti(?:on|ve\w*)|uncaring"
    r"|incapable|unreliable|stupid\w*|ignoran(?:t|ce)"
    r"|(?:poor|bad) (?:judge?ment|work ethic|performance) (?:by|of|from)|poor judge?ment"
    r"|personality clash\w*|(?:individual|personal) failings?"
    r"|to blame|at fault|whose fault|do(?:es)?(?: not|n['’]?t) care|not concentrating|not paying attention"
    rf"|fail(?:ure|ings?) (?:of|by) (?:the |a |an |one |some )?(?:\w+ )?(?:{_ROLES})\b"
)
_DOING = re.compile(rf"(?:{_ACTOR}) (?:{_DOINGS})\b", re.IGNORECASE)
_LABEL = re.compile(rf"\b(?:{_LABELS})\b", re.IGNORECASE)
_REASON = re.compile(
    r"\b(?:because|since|as there|so that|due to|as nobody|as no|while the|when the)\b(.*)",
    re.IGNORECASE | re.DOTALL,
)
_SOMEBODY = re.compile(
    r"\b(?:the |an? |one |two |some |our )?(?:\w+ )?(?:nurses?|carers?|\w*workers?|staff|managers?"
    r"|management|seniors?|supervisors?"
    r"|(?:team|shift|night|clinical|unit|ward) leads?|leaders?|leadership|assistants?|employees?"
    r"|therapists?|doctors?|gps?|officers?"
    r"|deput(?:y|ies)|directors?|person (?:in charge|giving \w+|on duty)|(?:no one|nobody|someone"
    r"|somebody) on (?:the )?(?:shift|duty)"
    r"|matrons?|psychologists?|physios?|pharmacists?|chefs?|cooks?|the team)\b",
    re.IGNORECASE,
)
# What a system is made of: numbers and time, tools and records, rules and roles, places, other bodies.
_AROUND = re.compile(
    r"\d|\b(?:one in|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen"
    r"|\w+ty)(?! (?:staff|carers?|nurses?|workers?|members?))\b|\b(?:half|each|every|many|few|most|only|once"
    r"|enough|hours?|minutes?|days?|weeks?|months?|years?|weekends?|quarter|long|overtime|busy"
    r"|interrupt\w*|workloads?|caseloads?"
    r"|rotas?|rosters?|staffing|posts?|vacan\w+|sickness|leave|cover\w*(?! up)|supervision|train\w*"
    r"|inductions?|handover|handed over"
    r"|polic(?:y|ies)|procedures?|guidance|rules?|standards?|thresholds?|targets?|measured|rewarded"
    r"|contracts?|budgets?|funding|pay|paid"
    r"|systems?|software|log-?ins?|access|forms?|fields?|tools?|equipment|hoists?|alarms?|bells?|email"
    r"|e-mail|telephone|fax|paper"
    r"|systems|layout|building|corridor|noise|light|locked|floor|rooms?|language|meetings?|agenda|minutes"
    r"|authority|roles?|duties"
    r"|no way|was no|were no|is no|are no|has no|have no|had no|nobody (?:has|had|was|is)|no one (?:has"
    r"|had|was|is) (?:named|asked)"
    r"|(?:was|were|is|are|been)(?: not| never)? (?:told|given|asked|trained|named|allowed|expected"
    r"|required|shown|included|moved)"
    r"|able to|not know|cannot|can't|could not|spoken up|speak up|learn\w*|hears?|word of mouth|work(?:s"
    r"|ed)? alone|feedback|reviews?|audits?|board|council|trust|agency staff|agencies"
    r"|when|until|after|before|because|since|so that|instead of the)\b",
    re.IGNORECASE,
)
ENOUGH = 3  # words that can be a reason

_NAMED = (
    "“{words}” looks like the name of a person. Please write a role or a team here, such as “the night team lead”, and"
    " what made it likely there. If it is no name, keep it and answer “What in the system made that likely?”."
)
_LABELLED = (
    "“{words}” says what somebody was like. Others may do the same in their place. What in the system made that"
    " likely? Think of numbers, time, tools, rules and what is rewarded. With that said you may keep your words."
)
_DONE = (
    "“{words}” says what somebody did or left undone. What made it easy to do that, or hard to do better? Think of"
    " numbers, time, tools, rules, who could be asked. With that said you may keep your words, or change them."
)
_LEFT_ALONE = (
    "“{words}” is about somebody, and says nothing of what was around them. What in the system made that likely?"
    " Think of numbers, time, tools, rules, who could be asked. With that said you may keep your words, or change them."
)
_SENTENCES = {Sort.NAME: _NAMED, Sort.LABEL: _LABELLED, Sort.DOING: _DONE, Sort.ALONE: _LEFT_ALONE}


def blame(text: str) -> Blame | None:
    """What in the text of a cause sounds like blame of a person, or None."""
    named = next((piece.text for piece in find_pieces(text) if piece.kind is Kind.NAME), None)
    if named is not None:
        return Blame(Sort.NAME, named)
    if label := _LABEL.search(text):
        return Blame(Sort.LABEL, label[0])
    if _is_explained(text):
        return None
    if doing := _DOING.search(text):
        return Blame(Sort.DOING, doing[0])
    somebody = None if _AROUND.search(text) else _SOMEBODY.search(text)
    return None if somebody is None else Blame(Sort.ALONE, somebody[0])


def _is_explained(text: str) -> bool:
    """Whether it goes on to say why, without more blame."""
    reason = _REASON.search(text)
    return reason is not None and len(reason[1].split()) >= ENOUGH and not _DOING.search(reason[1])


def sentence(found: Blame) -> str:
    """What to say to whoever wrote it: what it sounds like, and what helps to look further."""
    return _SENTENCES[found.sort].format(words=found.words)
