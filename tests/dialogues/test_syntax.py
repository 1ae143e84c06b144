"""How expressions are read, and how a mistake in one is told: with a sentence, and the character it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialogues.syntax import (
    MAX_CHAIN,
    MAX_DEPTH,
    Binary,
    Call,
    Expression,
    Literal,
    Mistake,
    Negative,
    Number,
    Path,
    parse,
    references,
)


def bare(tree: Expression) -> str:
    """The tree with a bracket around every operator, so that its shape can be read."""
    match tree:
        case Number(value):
            return f"{value:g}"
        case Literal(value):
            return repr(value)
        case Binary(operator, left, right):
            return f"({bare(left)} {operator} {bare(right)})"
        case Negative(operand):
            return f"-{bare(operand)}"
        case Call(name, arguments):
            return f"{name}({', '.join(map(bare, arguments))})"
        case Path(start, steps):
            names = [step.name + "".join(f"[{bare(one)}]" for one in step.predicates) for step in steps]
            return f"{start}<{'/'.join(names)}>"


@pytest.mark.parametrize(
    ("source", "shape"),
    [
        ("1 + 2 * 3", "(1 + (2 * 3))"),
        ("(1 + 2) * 3", "((1 + 2) * 3)"),
        ("10 - 3 - 2", "((10 - 3) - 2)"),
        ("7 mod 4 div 2", "((7 mod 4) div 2)"),
        ("a = 1 or b = 2 and c != 3", "((<a> = 1) or ((<b> = 2) and (<c> != 3)))"),
        ("1 < 2 = 3 >= 4", "((1 < 2) = (3 >= 4))"),
        ("1 + 2 <= 4", "((1 + 2) <= 4)"),
        ("- - 2 * 3", "(--2 * 3)"),
        ("2 - -3", "(2 - -3)"),
        (".5 + 5.", "(0.5 + 5)"),
        ("'it' = \"it's\"", "('it' = \"it's\")"),
        ("“curly” = ‘quotes’", "('curly' = 'quotes')"),
        ("${ a } + ${b-c.d}", "($<a> + $<b-c.d>)"),
        ("${last-saved#a}", "$<last-saved#a>"),
        (". > 1", "(<.> > 1)"),
        ("../age", "<../age>"),
        ("/data/group/age", "/<data/group/age>"),
        ("current()/../age", "current<../age>"),
        ("${visits}[position() = 2]/length", "$<visits[(position() = 2)]/length>"),
        ("instance('towns')/root/item[name = 'x']/label", "instance<towns/root/item[(<name> = 'x')]/label>"),
        ("selected(${a}, 'b')", "selected($<a>, 'b')"),
        ("jr:choice-name(${a}, '${a}')", "jr:choice-name($<a>, '${a}')"),
        ("true()", "true()"),
        ("div + mod", None),
        ("  1  ", "1"),
        ("a and\n b", "(<a> and <b>)"),
    ],
)
def test_operators_bind_as_in_xpath(source: str, shape: str | None) -> None:
    if shape is None:
        with pytest.raises(Mistake):
            parse(source)
    else:
        assert bare(parse(source)) == shape


@pytest.mark.parametrize(
    ("source", "character", "words"),
    [
        ("", 1, "ends too early"),
        ("   ", 1, "ends too early"),
        ("(1 + 2", 1, "“(” at character 1 is not closed with “)”"),
        ("1 + (2 * (3 - 1)", 5, "is not closed"),
        ("${a}[1", 5, "“[” at character 5 is not closed with “]”"),
        ("1 + 2)", 6, "never opened"),
        ("(1 + 2]", 7, "never opened"),
        ("1 =", 4, "something is missing at its end"),
        ("${a} == 1", 6, "one equals sign"),
        ("if(${a} == 1, 'x', 'y')", 9, "one equals sign"),
        ("1 = 1 AND 2 = 2", 7, "Write “and” in small letters"),
        ("(1 OR 2)", 4, "Write “or” in small letters"),
        ("4 DIV 2", 3, "Write “div” in small letters"),
        ("1 && 2", 3, "Write “and”"),
        ("1 || 2", 3, "Write “or”"),
        ("a | b", 3, "cannot join lists"),
        ("//a", 1, "cannot search the whole form"),
        ("@a", 1, "attributes"),
        ("child::a", 6, "axes"),
        ("1 2", 3, "Something is missing before “2”"),
        ("f(1 2)", 5, "Something is missing before “2”"),
        ("${a} ${b}", 6, "Something is missing before “${b}”"),
        ("1 + * 2", 7, "Something is missing"),
        ("= 1", 1, "Something is missing before “=”"),
        ("not a", 5, "Something is missing before “a”"),
        ("'open", 1, "no closing quote"),
        ('1 = "open', 5, "no closing quote"),
        ("${a", 1, "dollar sign and curly brackets"),
        ("1 + $a", 5, "dollar sign and curly brackets"),
        ("{a}", 1, "dollar sign and curly brackets"),
        ("${a b}", 1, "dollar sign and curly brackets"),
        ("1 # 2", 3, "“#” has no meaning"),
        ("1 = \x00", 5, "has no meaning"),
        ("1 ≠ 2", 3, "“≠” has no meaning"),
    ],
)
def test_a_mistake_names_its_character(source: str, character: int, words: str) -> None:
    with pytest.raises(Mistake) as caught:
        parse(source)
    assert words in caught.value.message
    assert caught.value.character == character


def test_ten_thousand_brackets_are_a_mistake_and_not_a_crash() -> None:
    with pytest.raises(Mistake, match="longer than 20,000"):
        parse("(" * 10_000 + "1" + ")" * 10_000)
    with pytest.raises(Mistake, match=f"more than {MAX_DEPTH} levels") as caught:
        parse("(" * 9_000 + "1" + ")" * 9_000)
    assert caught.value.character == MAX_DEPTH + 1
    with pytest.raises(Mistake, match=f"more than {MAX_DEPTH} levels"):
        parse("not(" * 3_000 + "1" + ")" * 3_000)
    with pytest.raises(Mistake, match="too many minus signs"):
        parse("-" * 10_000 + "1")
    with pytest.raises(Mistake, match="levels"):
        parse("a[" * 6_000 + "1" + "]" * 6_000)


def test_ten_thousand_terms_are_a_mistake_and_not_a_crash() -> None:
    with pytest.raises(Mistake, match=f"More than {MAX_CHAIN} parts") as caught:
        parse("+".join(["1"] * 10_000))
    assert caught.value.character == 2 * MAX_CHAIN + 2


def test_long_rows_inside_deep_brackets_are_a_mistake_and_not_a_crash() -> None:
    source = "1"
    for _ in range(40):
        source = f"({source})" + "+1" * 190
    with pytest.raises(Mistake, match="levels deep"):
        parse(source)


@given(st.text(max_size=60))
def test_any_text_is_an_expression_or_a_mistake_within_it(source: str) -> None:
    try:
        parse(source)
    except Mistake as mistake:
        assert 1 <= mistake.character <= len(source) + 1
        assert mistake.message


@given(st.text(alphabet="()[]'\"${}abc.,+-*/=<>1 ", max_size=60))
def test_any_row_of_signs_is_an_expression_or_a_mistake_within_it(source: str) -> None:
    try:
        parse(source)
    except Mistake as mistake:
        assert 1 <= mistake.character <= len(source) + 1


def test_references_in_a_label_are_found_with_their_places() -> None:
    assert references("Dear ${name}, and ${ other-one }: $5 {x}") == [("name", 6), ("other-one", 19)]
