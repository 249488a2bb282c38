"""The grammar of directives."""

from contextlib import suppress

import pytest
from hypothesis import given

from lockstep.ground.location import Location
from lockstep.guides import directive
from lockstep.guides.directive import CellDirective, DirectiveError, OutputDirective, ValueDirective
from tests.strategies import any_text, few

HERE = Location("guide.md", 3)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ cell a }}", CellDirective(HERE, None, "a")),
        ("{{cell a}}", CellDirective(HERE, None, "a")),
        ("{{ cell lab:a-b }}", CellDirective(HERE, "lab", "a-b")),
        ('{{ cell a hl="1 3-4,2" }}', CellDirective(HERE, None, "a", (1, 3, 4, 2))),
        ("{{ cell a hl=2 output=open }}", CellDirective(HERE, None, "a", (2,), "open")),
        ('{{  output\ta  alt="{{ }} = :" }}', OutputDirective(HERE, None, "a", "{{ }} = :")),
        ('{{ output a alt="" }}', OutputDirective(HERE, None, "a", "")),
        ("{{ value x_1 }}", ValueDirective(HERE, None, "x_1")),
        ("{{ value x digits=0 }}", ValueDirective(HERE, None, "x", "number", 0)),
        ('{{ value l:x format="percent" }}', ValueDirective(HERE, "l", "x", "percent")),
    ],
)
def test_directives(text: str, expected: directive.Directive) -> None:
    assert directive.parse(text, HERE) == expected


@pytest.mark.parametrize(("kind", "example"), directive.EXAMPLES.items())
def test_examples_follow_the_grammar(kind: str, example: str) -> None:
    assert type(directive.parse(example, HERE)).__name__ == f"{kind.capitalize()}Directive"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("{{ cell a", "malformed-directive"),
        ("{{ }}", "malformed-directive"),
        ("{{ cell }}", "malformed-directive"),
        ("{{ cell a b }}", "malformed-directive"),
        ("{{ cell a hl }}", "malformed-directive"),
        ('{{ cell a hl="1 }}', "malformed-directive"),
        ('{{ cell a hl="0" }}', "malformed-directive"),
        ('{{ cell a hl="3-2" }}', "malformed-directive"),
        ('{{ cell a hl="99999" }}', "malformed-directive"),
        ("{{ cell a:b:c }}", "malformed-directive"),
        ("{{ value x digits=13 }}", "malformed-directive"),
        ("{{ value x digits=² }}", "malformed-directive"),
        ("{{ value x digits=1 digits=1 }}", "malformed-directive"),
        ("{{ Cell a }}", "unknown-directive"),
        ("{{ include a }}", "unknown-directive"),
        ("{{ cell a alt=b }}", "unknown-option"),
        ("{{ output a hl=1 }}", "unknown-option"),
        ("{{ value a output=open }}", "unknown-option"),
    ],
)
def test_what_is_no_directive(text: str, rule: str) -> None:
    with pytest.raises(DirectiveError) as caught:
        directive.parse(text, HERE)
    assert caught.value.rule == rule


@given(any_text)
@few
def test_any_text_is_a_directive_or_an_error(text: str) -> None:
    for whole in (text, f"{{{{ cell {text} }}}}", f"{{{{{text}}}}}"):
        with suppress(DirectiveError):
            assert directive.parse(whole, HERE).location == HERE
