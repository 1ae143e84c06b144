"""The sentences of reports, by language. English is complete; what another language lacks is said in English.

The Welsh has not yet been reviewed by a speaker, and reports say so.
"""

from __future__ import annotations

from msgspec import Struct

DEFAULT = "en"
UNREVIEWED = frozenset({"cy"})  # languages that no speaker has reviewed yet

_EN = {
    "page_title": "What staff told us",
    "synthetic_title": "Synthetic example",
    "synthetic": "Invented people, invented answers. Nothing here is about a real service.",
    "unreviewed": "The wording of this page has not yet been reviewed by a speaker of this language.",
    "skip": "Skip to the report",
    "other_languages": "This report in other languages",
    "back": "Back",
    "risk": "Someone is at risk",
    "service": "Service",
    "incident": "After",
    "period": "Answers given",
    "period_between": "{start} to {end}",
    "summary": "Summary for the board",
    "heard": "What we heard",
    "sure": "How sure we are",
    "weak": "Very likely fewer than half of staff would answer positively",
    "strong": "Very likely more than half of staff would answer positively",
    "unclear": "It could be more or fewer than half",
    "weak_one": "Weak",
    "strong_one": "Strong",
    "unclear_one": "Cannot tell",
    "lead_weak": "Staff gave the fewest positive answers on {themes}.",
    "lead_no_weak": "No theme is clearly weak. The lowest: {themes}.",
    "lead_theme": "{name} ({share})",
    "lead_strong": "The strongest: {themes}.",
    "lead_no_strong": "No theme is clearly strong. The highest: {themes}.",
    "lead_all_hidden": "Too few people answered the questions on a scale to show any figures.",
    "too_few": "Fewer than {k} responses.",
    "too_few_why": (
        "With so few, a figure could point to a person. So no answers are shown. They have not been "
        "lost to the audit: interviews and records can still be used."
    ),
    "people": "{low} to {high} people",
    "people_open": "{low} or more people",
    "people_under": "fewer than {k} people",
    "heard_share": "{people} took part: {share} of staff.",
    "heard_no_share": "{people} took part. We do not know how many staff there are.",
    "sure_half": (
        "At least half of all staff were heard. The ranges are narrower because of that (finite-"
        "population correction)."
    ),
    "sure_under": (
        "Fewer than half of staff may have been heard. Those who did not answer may see things differently."
    ),
    "sure_range": (
        "Each figure comes with a range. The true share very likely lies inside it (95\u00a0% interval)."
    ),
    "between": "{low} to {high}\u00a0%",
    "few": "few or none",
    "nearly_all": "nearly all or all",
    "percent": "{percent}\u00a0%",
    "themes_table": "Positive answers by theme, the least positive first",
    "themes_how": (
        "The mark is the share of positive answers. The line is the range in which the true share "
        "very likely lies. The dashed line is half."
    ),
    "theme": "Theme",
    "positive": "Positive answers",
    "range": "Likely range",
    "verdict": "What it tells",
    "no_figures": "not shown: fewer than {k} people answered",
    "range_alt": "{name}: positive {share}, likely range {range}",
    "themes": "System learning, theme by theme",
    "themes_intro": (
        "These figures are about how the system works, not about any one person. A positive answer is"
        " one of the two best on the scale. “Don't know” and “does not apply” are left out of the "
        "shares. A bar shows some answers together where one alone would be so small that it could "
        "point to people."
    ),
    "answered_by": "{people} answered",
    "item_positive": "Positive: {share}",
    "item_range": "likely range {range}",
    "item_dont_know": "Don't know: {share}",
    "item_good": "{share} said {choices}",
    "item_hidden": "Not shown: fewer than {k} people gave an answer on the scale.",
    "bar_title": "Answers to: {label}",
    "answer": "Answer",
    "share": "Share",
    "or": " or ",
    "by_group": "By group: {label}",
    "group": "Group",
    "group_share": "Positive answers",
    "groups_alike": (
        "Groups are not told apart here: in at least one group nearly all gave the same kind of "
        "answer, and a figure could point to people."
    ),
    "groups_too_small": "Groups are not shown here: too few people in each.",
    "group_hidden": "Not shown, so that nobody in a small group can be picked out: {groups}.",
    "quarter_0": "less than a quarter",
    "quarter_1": "a quarter to a half",
    "quarter_2": "a half to three quarters",
    "quarter_3": "three quarters or more",
    "not_said": "Did not say",
    "choices": "What stood in the way",
    "choices_intro": (
        "People could choose more than one answer, so the shares may add up to more than 100\u00a0%."
    ),
    "choices_hidden": "Not shown: fewer than {k} people answered this question.",
    "choices_spread": "Not shown: too few people chose the same answer to show it safely.",
    "who": "Who was heard",
    "who_count": "People",
    "who_intro": "Numbers of people are given in bands.",
    "who_none": "No groups were declared for this audit.",
    "open": "In people's own words",
    "open_intro": (
        "Staff also answered these questions in their own words. Written answers are read and coded "
        "into themes by the auditors. They are never quoted here."
    ),
    "limits": "Limits of the evidence",
    "doubt_synthetic": (
        "These answers were made up to show how a report looks. They say nothing about any service."
    ),
    "doubt_perceptions": (
        "Answers tell what staff see and feel. They cannot tell what happened. That needs records, "
        "observation and interviews beside them."
    ),
    "doubt_under_half": (
        "We cannot tell what the staff who did not answer think. They may be half of all staff, or more."
    ),
    "doubt_staff_unknown": (
        "We cannot tell what share of staff was heard, because the number of staff is not known."
    ),
    "doubt_order": (
        "We cannot tell which of these themes is the weakest, because their ranges overlap: {about}."
    ),
    "doubt_items_hidden": (
        "We cannot say anything on these questions, because fewer than {k} people answered: {about}."
    ),
    "doubt_groups_hidden": (
        "We cannot show every group, to protect people in small groups. This concerns: {about}."
    ),
    "doubt_dont_know": "Many people did not know an answer. That is a result too: {about}.",
    "doubt_not_asked": (
        "This form had no scaled questions on: {about}. Its silence is not a good sign or a bad one."
    ),
    "doubt_rounded": (
        "Shares are rounded to 5\u00a0%, and “few or none” and “nearly all or all” are not told apart, so "
        "that no answer can be worked out. Differences of 5\u00a0% mean nothing."
    ),
    "more": "and {count} more",
    "made": "How the figures are made",
    "made_text": (
        "Theme figures are the mean of the published figures of their questions. Ranges are Wilson "
        "intervals, widened to every number of people that would be published in the same way, and "
        "rounded outwards. Group figures are given in quarters. Where an answer was rare or very "
        "common in a group, everyone's figure stands in for each group's, so groups may differ more "
        "than is shown. This report was frozen when it was published."
    ),
    "form_id": "Form: {form}, version {version}, digest {digest}",
    "next": "What happens next",
    "next_text": (
        "Auditors compare this with interviews and records and write findings. Each finding gets "
        "actions with an owner, a date and a measure of success. A re-audit shows whether anything "
        "changed."
    ),
    "chat_theme": "{name}: {share} positive (likely {range}). {verdict}.",
    "chat_item": "• {label}\n  {fact} ({people}).",
    "chat_item_hidden": "• {label}\n  No figure: fewer than {k} people answered.",
    "chat_theme_hidden": "{name}: no figure, because fewer than {k} people answered.",
    "chat_weak": "Weak: {themes}.",
    "chat_strong": "Strong: {themes}.",
    "chat_unclear": "Cannot tell whether more or fewer than half are positive: {themes}.",
    "chat_open": "Written answers are read and coded by the auditors. They are never quoted here.",
}

_CY = {
    "page_title": "Yr hyn a ddywedodd staff wrthym",
    "synthetic_title": "Enghraifft wneud",
    "synthetic": "Pobl ddychmygol, atebion dychmygol. Nid oes dim yma am wasanaeth go iawn.",
    "unreviewed": "Nid yw siaradwr Cymraeg wedi adolygu geiriad y dudalen hon eto.",
    "skip": "Neidio i'r adroddiad",
    "other_languages": "Yr adroddiad hwn mewn ieithoedd eraill",
    "back": "Yn ôl",
    "risk": "Mae rhywun mewn perygl",
    "service": "Gwasanaeth",
    "incident": "Ar ôl",
    "period": "Rhoddwyd yr atebion",
    "period_between": "{start} hyd {end}",
    "summary": "Crynodeb i'r bwrdd",
    "heard": "Yr hyn a glywsom",
    "sure": "Pa mor sicr ydym ni",
    "weak": "Yn debygol iawn byddai llai na hanner y staff yn ateb yn gadarnhaol",
    "strong": "Yn debygol iawn byddai mwy na hanner y staff yn ateb yn gadarnhaol",
    "unclear": "Gallai fod yn fwy neu'n llai na hanner",
    "weak_one": "Gwan",
    "strong_one": "Cryf",
    "unclear_one": "Ni allwn ddweud",
    "lead_weak": "Rhoddodd staff y nifer lleiaf o atebion cadarnhaol ar {themes}.",
    "lead_no_weak": "Nid oes thema sy'n amlwg yn wan. Yr isaf: {themes}.",
    "lead_theme": "{name} ({share})",
    "lead_strong": "Y cryfaf: {themes}.",
    "lead_no_strong": "Nid oes thema sy'n amlwg yn gryf. Yr uchaf: {themes}.",
    "lead_all_hidden": "Atebodd rhy ychydig o bobl y cwestiynau ar raddfa i ddangos unrhyw ffigurau.",
    "too_few": "Llai na {k} ymateb.",
    "too_few_why": (
        "Gyda chyn lleied, gallai ffigur bwyntio at berson. Felly ni ddangosir atebion. Gellir "
        "defnyddio cyfweliadau a chofnodion o hyd."
    ),
    "people": "{low} i {high} o bobl",
    "people_open": "{low} neu fwy o bobl",
    "people_under": "llai na {k} o bobl",
    "heard_share": "Cymerodd {people} ran: {share} o'r staff.",
    "heard_no_share": "Cymerodd {people} ran. Ni wyddom faint o staff sydd.",
    "sure_half": (
        "Clywyd o leiaf hanner yr holl staff. Mae'r ystodau'n gulach oherwydd hynny (cywiriad "
        "poblogaeth feidraidd)."
    ),
    "sure_under": (
        "Efallai mai llai na hanner y staff a glywyd. Gall y rhai nad atebodd weld pethau'n wahanol."
    ),
    "sure_range": (
        "Mae ystod gyda phob ffigur. Mae'r gwir gyfran yn debygol iawn o fod ynddi (cyfwng 95\u00a0%)."
    ),
    "between": "{low} i {high}\u00a0%",
    "few": "ychydig neu neb",
    "nearly_all": "bron pawb neu bawb",
    "percent": "{percent}\u00a0%",
    "themes_table": "Atebion cadarnhaol fesul thema, y lleiaf cadarnhaol yn gyntaf",
    "themes_how": (
        "Y marc yw cyfran yr atebion cadarnhaol. Y llinell yw'r ystod y mae'r gwir gyfran yn debygol "
        "iawn o fod ynddi. Hanner yw'r llinell doredig."
    ),
    "theme": "Thema",
    "positive": "Atebion cadarnhaol",
    "range": "Ystod debygol",
    "verdict": "Beth mae'n ei ddweud",
    "no_figures": "heb ei ddangos: atebodd llai na {k} o bobl",
    "range_alt": "{name}: cadarnhaol {share}, ystod debygol {range}",
    "themes": "Dysgu am y system, fesul thema",
    "themes_intro": (
        "Mae'r ffigurau hyn am sut mae'r system yn gweithio, nid am unrhyw un person. Ateb cadarnhaol"
        " yw un o'r ddau orau ar y raddfa. Ni chynhwysir “ddim yn gwybod” na “ddim yn berthnasol” yn "
        "y cyfrannau. Mae bar yn dangos rhai atebion gyda'i gilydd lle byddai un ar ei ben ei hun mor"
        " fach y gallai bwyntio at bobl."
    ),
    "answered_by": "Atebodd {people}",
    "item_positive": "Cadarnhaol: {share}",
    "item_range": "ystod debygol {range}",
    "item_dont_know": "Ddim yn gwybod: {share}",
    "item_good": "Dywedodd {share} {choices}",
    "item_hidden": "Heb ei ddangos: rhoddodd llai na {k} o bobl ateb ar y raddfa.",
    "bar_title": "Atebion i: {label}",
    "answer": "Ateb",
    "share": "Cyfran",
    "or": " neu ",
    "by_group": "Fesul grŵp: {label}",
    "group": "Grŵp",
    "group_share": "Atebion cadarnhaol",
    "groups_alike": (
        "Ni wahaniaethir rhwng grwpiau yma: mewn o leiaf un grŵp rhoddodd bron pawb yr un math o "
        "ateb, a gallai ffigur bwyntio at bobl."
    ),
    "groups_too_small": "Ni ddangosir grwpiau yma: rhy ychydig o bobl ym mhob un.",
    "group_hidden": "Heb eu dangos, fel na ellir adnabod neb mewn grŵp bach: {groups}.",
    "quarter_0": "llai na chwarter",
    "quarter_1": "chwarter i hanner",
    "quarter_2": "hanner i dri chwarter",
    "quarter_3": "tri chwarter neu fwy",
    "not_said": "Heb ddweud",
    "choices": "Beth oedd yn y ffordd",
    "choices_intro": "Gallai pobl ddewis mwy nag un ateb, felly mae'r cyfrannau'n dod i fwy na 100\u00a0%.",
    "choices_hidden": "Heb ei ddangos: atebodd llai na {k} o bobl y cwestiwn hwn.",
    "choices_spread": "Heb ei ddangos: dewisodd rhy ychydig o bobl yr un ateb i'w ddangos yn ddiogel.",
    "who": "Pwy a glywyd",
    "who_count": "Pobl",
    "who_intro": "Rhoddir niferoedd pobl mewn bandiau.",
    "who_none": "Ni ddatganwyd grwpiau ar gyfer yr archwiliad hwn.",
    "open": "Yng ngeiriau pobl eu hunain",
    "open_intro": (
        "Atebodd staff y cwestiynau hyn hefyd yn eu geiriau eu hunain. Mae'r archwilwyr yn darllen yr"
        " atebion ac yn eu codio yn themâu. Ni chânt byth eu dyfynnu yma."
    ),
    "limits": "Terfynau'r dystiolaeth",
    "doubt_synthetic": (
        "Gwnaed yr atebion hyn i ddangos sut mae adroddiad yn edrych. Nid ydynt yn dweud dim am "
        "unrhyw wasanaeth."
    ),
    "doubt_perceptions": (
        "Mae atebion yn dweud beth mae staff yn ei weld a'i deimlo. Ni allant ddweud beth "
        "ddigwyddodd. Mae angen cofnodion, arsylwi a chyfweliadau hefyd."
    ),
    "doubt_under_half": (
        "Ni allwn ddweud beth yw barn y staff nad atebodd. Efallai eu bod yn hanner yr holl staff, neu fwy."
    ),
    "doubt_staff_unknown": (
        "Ni allwn ddweud pa gyfran o'r staff a glywyd, am nad yw nifer y staff yn hysbys."
    ),
    "doubt_order": (
        "Ni allwn ddweud pa un o'r themâu hyn yw'r wannaf, am fod eu hystodau'n gorgyffwrdd: {about}."
    ),
    "doubt_items_hidden": (
        "Ni allwn ddweud dim am y cwestiynau hyn, am fod llai na {k} o bobl wedi ateb: {about}."
    ),
    "doubt_groups_hidden": (
        "Ni allwn ddangos pob grŵp, er mwyn gwarchod pobl mewn grwpiau bach. Mae hyn yn ymwneud â: {about}."
    ),
    "doubt_dont_know": "Nid oedd llawer o bobl yn gwybod yr ateb. Mae hynny'n ganlyniad hefyd: {about}.",
    "doubt_not_asked": (
        "Nid oedd gan y ffurflen hon gwestiynau ar raddfa am: {about}. Nid yw hynny'n arwydd da nac "
        "yn un drwg."
    ),
    "doubt_rounded": (
        "Caiff cyfrannau eu talgrynnu i 5\u00a0%, ac ni wahaniaethir rhwng ychydig a neb, na rhwng bron "
        "pawb a phawb, fel na ellir cyfrifo ateb neb. Nid yw gwahaniaethau o 5\u00a0% yn golygu dim."
    ),
    "more": "a {count} arall",
    "made": "Sut y gwneir y ffigurau",
    "made_text": (
        "Ffigur thema yw cymedr ffigurau cyhoeddedig ei chwestiynau. Cyfyngau Wilson yw'r ystodau, "
        "wedi'u lledu i bob nifer o bobl a gâi ei gyhoeddi yn yr un modd, a'u talgrynnu tuag allan. "
        "Rhoddir ffigurau grwpiau fesul chwarter. Lle'r oedd ateb yn brin neu'n gyffredin iawn mewn "
        "grŵp, mae ffigur pawb yn cymryd lle ffigur pob grŵp, felly gall grwpiau fod yn fwy gwahanol "
        "nag a ddangosir. Rhewyd yr adroddiad hwn pan gafodd ei gyhoeddi."
    ),
    "form_id": "Ffurflen: {form}, fersiwn {version}, crynodeb digidol {digest}",
    "next": "Beth sy'n digwydd nesaf",
    "next_text": (
        "Mae archwilwyr yn cymharu hyn â chyfweliadau a chofnodion ac yn ysgrifennu canfyddiadau. Mae"
        " pob canfyddiad yn cael camau gweithredu gyda pherchennog, dyddiad a mesur llwyddiant. Bydd "
        "ail archwiliad yn dangos a newidiodd unrhyw beth."
    ),
    "chat_theme": "{name}: {share} yn gadarnhaol (ystod debygol {range}). {verdict}.",
    "chat_item": "• {label}\n  {fact} ({people}).",
    "chat_item_hidden": "• {label}\n  Dim ffigur: atebodd llai na {k} o bobl.",
    "chat_theme_hidden": "{name}: dim ffigur, am fod llai na {k} o bobl wedi ateb.",
    "chat_weak": "Gwan: {themes}.",
    "chat_strong": "Cryf: {themes}.",
    "chat_unclear": "Ni allwn ddweud a yw mwy neu lai na hanner yn gadarnhaol: {themes}.",
    "chat_open": (
        "Mae'r archwilwyr yn darllen ac yn codio'r atebion ysgrifenedig. Ni chânt byth eu dyfynnu yma."
    ),
}

CATALOGUES: dict[str, dict[str, str]] = {"en": _EN, "cy": _CY}


class Words(Struct, frozen=True):
    """The sentences in one language: `words("people", low=8, high=14)`."""

    language: str

    def __call__(self, key: str, **values: object) -> str:
        """The sentence of that name, filled in. An unknown name is a `KeyError`: a mistake of ours."""
        sentence = CATALOGUES[self.language].get(key) or CATALOGUES[DEFAULT][key]
        return sentence.format(**values)


def words(language: str) -> Words:
    """The sentences in `language`, or in English where there are none."""
    return Words(language if language in CATALOGUES else DEFAULT)
