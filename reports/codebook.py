"""The themes: what answers, excerpts and findings are about, in the order in which reports name them."""

from __future__ import annotations

from msgspec import Struct

from dialogues.form import Text


class Theme(Struct, frozen=True):
    """An entry of the codebook: a stable code, its name, and one line that says what belongs there."""

    code: str
    name: Text
    definition: Text


def _entry(code: str, names: tuple[str, str], definitions: tuple[str, str]) -> Theme:
    return Theme(
        code,
        Text(dict(zip(("en", "cy"), names, strict=True))),
        Text(dict(zip(("en", "cy"), definitions, strict=True))),
    )


THEMES: tuple[Theme, ...] = (
    _entry(
        "ESC",
        ("Recognising and escalating concerns", "Adnabod pryderon a'u codi"),
        (
            "Early signs are noticed, people know who to tell, and something happens when they do.",
            (
                "Mae arwyddion cynnar yn cael eu gweld, mae pobl yn gwybod wrth bwy i ddweud, "
                "ac mae rhywbeth yn digwydd wedyn."
            ),
        ),
    ),
    _entry(
        "SUP",
        ("Supervision", "Goruchwyliaeth"),
        (
            "Staff have regular time with someone senior to think about their work, and it helps.",
            "Mae staff yn cael amser rheolaidd gyda rhywun uwch i feddwl am eu gwaith, ac mae hynny'n helpu.",
        ),
    ),
    _entry(
        "CUL",
        ("Speaking up and blame", "Codi llais a bai"),
        (
            "People dare to say what is wrong, and mistakes lead to learning rather than blame.",
            (
                "Mae pobl yn mentro dweud beth sydd o'i le, "
                "ac mae camgymeriadau'n arwain at ddysgu yn hytrach na bai."
            ),
        ),
    ),
    _entry(
        "LEAD",
        ("Leadership and oversight", "Arweinyddiaeth a throsolwg"),
        (
            "Leaders look, know what happens, and it is clear who decides what.",
            "Mae arweinwyr yn edrych, yn gwybod beth sy'n digwydd, ac mae'n glir pwy sy'n penderfynu beth.",
        ),
    ),
    _entry(
        "MAW",
        ("Working with other agencies", "Gweithio gydag asiantaethau eraill"),
        (
            "Services share what others need to know, in time, and answer each other.",
            "Mae gwasanaethau'n rhannu'r hyn y mae angen i eraill ei wybod, mewn pryd, ac yn ateb ei gilydd.",
        ),
    ),
    _entry(
        "CAP",
        ("Staffing and skill mix", "Staffio a chymysgedd sgiliau"),
        (
            "There are enough people with the right skills, at every time of day.",
            "Mae digon o bobl â'r sgiliau cywir, ar bob adeg o'r dydd.",
        ),
    ),
    _entry(
        "COM",
        ("Communication", "Cyfathrebu"),
        (
            "What matters is passed on between people, shifts and teams.",
            "Mae'r hyn sy'n bwysig yn cael ei drosglwyddo rhwng pobl, sifftiau a thimau.",
        ),
    ),
    _entry(
        "CARE",
        ("Care planning, risk and review", "Cynllunio gofal, risg ac adolygu"),
        (
            "Plans say what a person needs and what could go wrong, and change when the person changes.",
            (
                "Mae cynlluniau'n dweud beth sydd ei angen ar berson a beth allai fynd o'i le, "
                "ac yn newid pan fydd y person yn newid."
            ),
        ),
    ),
    _entry(
        "TRN",
        ("Training and competence", "Hyfforddiant a chymhwysedd"),
        (
            "People have learned, and can do in practice, what their work asks of them.",
            "Mae pobl wedi dysgu, ac yn gallu gwneud yn ymarferol, yr hyn y mae eu gwaith yn ei ofyn.",
        ),
    ),
    _entry(
        "LRN",
        ("Learning that lasts", "Dysgu sy'n para"),
        (
            "What was learned is shared, built into daily work, and still there a year later.",
            (
                "Mae'r hyn a ddysgwyd yn cael ei rannu, yn dod yn rhan o'r gwaith bob dydd, "
                "ac yno o hyd flwyddyn yn ddiweddarach."
            ),
        ),
    ),
    _entry(
        "ASR",
        ("Quality of assurance", "Ansawdd sicrwydd"),
        (
            "Checks find what is really happening, and leaders are told the truth.",
            "Mae gwiriadau'n canfod beth sy'n digwydd go iawn, ac mae arweinwyr yn clywed y gwir.",
        ),
    ),
)

_BY_CODE = {theme.code: theme for theme in THEMES}
_ORDER = {theme.code: place for place, theme in enumerate(THEMES)}


def theme(code: str) -> Theme:
    """The theme of that code; a code we do not know names itself, so that nothing that was asked is lost."""
    return _BY_CODE.get(code) or Theme(code, Text({"en": code}), Text())


def order(code: str) -> tuple[int, str]:
    """The place of a theme in reports: the codebook's order, unknown codes last."""
    return _ORDER.get(code, len(THEMES)), code
