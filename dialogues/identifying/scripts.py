"""Given names in the scripts of two languages that staff are asked in, Urdu and Malayalam, which have no capitals.

The commonest ones that are seldom anything else; what may as well be a thing or a quality is left out. No list of
names is whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from dialogues.identifying.pieces import Kind, Piece, cut

_URDU = """
محمد علی احمد فاطمہ عائشہ زینب خدیجہ مریم حسن حسین عثمان یوسف ابراہیم اسماعیل عمران عرفان کامران سلمان فیصل طارق خالد
بلال حمزہ عبداللہ عبدالرحمن عبدالرحمان نعیم سلیم ندیم وسیم شاہد ساجد ماجد زاہد عابد راشد ارشد امجد اکرم اسلم اشرف
انور اختر اقبال جاوید پرویز نواز شہزاد فرحان عدنان ریحان نعمان عمیر زبیر شعیب یاسر یاسین صائمہ نادیہ سعدیہ رابعہ
آمنہ حفصہ سمیرا شازیہ نازیہ فوزیہ ثمینہ شبانہ رضیہ پروین نسرین یاسمین عنبرین تہمینہ رخسانہ فرزانہ ریحانہ سلمیٰ اسماء
"""
_MALAYALAM = """
സുരേഷ് രാജേഷ് രമേഷ് മഹേഷ് ദിനേഷ് ഗിരീഷ് സതീഷ് അനീഷ് മനീഷ് ജഗദീഷ് രാജൻ മോഹനൻ വിജയൻ രാധാകൃഷ്ണൻ ഗോപാലകൃഷ്ണൻ
ഉണ്ണികൃഷ്ണൻ മുരളീധരൻ ശശിധരൻ രവീന്ദ്രൻ സുരേന്ദ്രൻ ജോസഫ് ജോർജ് തോമസ് മാത്യു വർഗീസ് ചാക്കോ കുര്യൻ എബ്രഹാം ജേക്കബ്
ഫ്രാൻസിസ് സെബാസ്റ്റ്യൻ ഷിബു ഷാജി ബിജു ബിനു സിബി റെജി സജി അജിത് രഞ്ജിത് അഭിലാഷ് പ്രദീപ് സന്ദീപ് ദിലീപ് മേരി
അന്നമ്മ മറിയാമ്മ ഏലിയാമ്മ സൂസമ്മ ത്രേസ്യാമ്മ റോസമ്മ ലിസി ഷൈനി ബിന്ദു സിന്ധു ശ്രീജ ശ്രീദേവി സുജാത ഗീത സീത രാധ
ലക്ഷ്മി പാർവതി സരസ്വതി അമ്മിണി തങ്കമ്മ ഭവാനി രമണി വത്സല ശോഭന ഫാത്തിമ ആയിഷ മുഹമ്മദ് അബ്ദുൾ ഇബ്രാഹിം
"""
_LETTER = r"[^\W_]|[\u0300-\u036F\u064B-\u0670\u0D00-\u0D7F]"  # and the marks that belong to a letter
_VIRAMA = "\u0d4d"  # at the end of a Malayalam name it goes when an ending follows: സുരേഷ്, സുരേഷിന്റെ


def _any_of(names: str) -> str:
    stems = {name.removesuffix(_VIRAMA) for name in names.split()}
    return "|".join(sorted(map(re.escape, stems), key=len, reverse=True))


_ENDING = rf"(?:{_VIRAMA}|[\u0D3E-\u0D4C][\u0D00-\u0D7F]{{0,6}}|യുടെ|യെ|യോട്|ക്ക്)?"
_NAME = rf"(?:(?:{_any_of(_URDU)})|(?:{_any_of(_MALAYALAM)}){_ENDING})(?!{_LETTER})"
_NAMES = re.compile(rf"(?<![^\W_\u0D00])(?<![\u0D00-\u0D7F\u064B-\u0670]){_NAME}(?:[ \u200c]{_NAME})*")


def find_names_in_scripts(text: str) -> Iterator[Piece]:
    """Each given name, with those that follow it."""
    if text.isascii():
        return
    for match in _NAMES.finditer(text):
        yield cut(Kind.NAME, text, *match.span())
