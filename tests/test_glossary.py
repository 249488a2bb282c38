"""The glossary is whole: each term in every language, with a definition, once, in order."""

from pathlib import Path
from typing import Any

import yaml

from lockstep.project import Project

ROOT = Path(__file__).parents[1]
TERMS: list[dict[str, Any]] = yaml.safe_load((ROOT / "glossary.yml").read_text("utf-8"))
LANGUAGES = [language.code for language in Project.open(ROOT / "mkdocs.yml").settings.languages]


def test_every_term_is_there_in_every_language() -> None:
    for term in TERMS:
        assert all(term[code].strip() for code in LANGUAGES), term
        assert all(term["definition"][code].endswith((".", "。")) for code in LANGUAGES), term
        assert set(term.get("also", {})) <= set(LANGUAGES), term


def test_terms_stand_once_and_in_order() -> None:
    names = [term["en"].lower() for term in TERMS]
    assert names == sorted(set(names))


def test_a_form_to_avoid_says_why_and_is_no_form_to_use() -> None:
    for term in TERMS:
        for code in LANGUAGES[1:]:
            used = {term[code], *term.get("also", {}).get(code, [])}
            for avoided in term[f"{code}_avoid"]:
                assert avoided["why"].strip(), term
                assert avoided["form"] not in used, term
