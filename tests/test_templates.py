"""What templates may read of finished pages that are kept: nothing that is in no digest."""

from pathlib import Path
from sysconfig import get_path

import jinja2
import pytest
from jinja2.ext import loopcontrols
from mkdocs.config import load_config
from mkdocs.structure.files import Files
from mkdocs.utils import templates

import mkdocs_templates
from tests.test_build import PROJECT

MATERIAL = Path(get_path("purelib")) / "material" / "templates"
ELSEWHERE = ("blog", "fragments", "partials/post")
"""Material's templates for pages of its own plugins, which add what cannot be written out."""


def environment(*folders: Path) -> jinja2.Environment:
    env = jinja2.Environment(  # noqa: S701 it is parsed only
        loader=jinja2.FileSystemLoader(folders), extensions=[loopcontrols, "jinja2.ext.i18n"]
    )
    env.filters |= {"url": templates.url_filter, "script_tag": templates.script_tag_filter}
    return env


@pytest.mark.parametrize(
    "text",
    [
        "{{ page.next_page.content }}",
        "{{ page['next_page']['toc'] }}",
        "{{ page | attr('next_page') | attr('markdown') }}",
        "{{ nav.pages | map(attribute='content') | join }}",
        "{% for page in nav.pages %}{{ page.content }}{% endfor %}",
        "{% macro shown(page) %}{{ page.content }}{% endmacro %}{{ shown(nav.homepage) }}",
        "{% set page = nav.homepage %}{{ page.content }}",
        "{% for file in pages %}{{ file.url }}{% endfor %}",
        "{{ page.update_date }} {{ page.file.content_string }}",
        "{{ build_date_utc }}",
        "{{ config.site_dir }}",
    ],
)
def test_what_is_in_no_digest_is_seen(text: str) -> None:
    assert mkdocs_templates.reads_further(environment(), text.encode())


@pytest.mark.parametrize(
    "text",
    [
        b"{{ page.content }} {{ page.toc | first }} {{ page.next_page.title }}",
        b"{% block content %}{% include 'partials/content.html' %}{% endblock %}",
        b"{{ nav.pages | map(attribute='title') | join }} content {# pages #}",
        b"{{ config.mdx_configs.toc.title }}",
        b"{{ no template",
        b"\xff",
    ],
)
def test_what_is_in_a_digest_is_not(text: bytes) -> None:
    assert not mkdocs_templates.reads_further(environment(), text)


@pytest.mark.parametrize("folder", [PROJECT / "hooks" / "theme", MATERIAL], ids=["own", "material"])
def test_no_template_of_a_guide_reads_further(folder: Path) -> None:
    env = environment(folder)
    found = [
        name
        for name in env.list_templates(extensions=["html"])
        if not name.startswith(ELSEWHERE)
        and mkdocs_templates.reads_further(env, (folder / name).read_bytes())
    ]
    assert len(env.list_templates(extensions=["html"])) > 10
    assert found == []


def test_the_files_of_a_theme_are_those_that_mkdocs_finds() -> None:
    """Material keeps thousands of icons where MkDocs takes no files from."""
    config = load_config(str(PROJECT / "mkdocs.yml"))
    found = Files([])
    found.add_files_from_theme(config.theme.get_env(), config)
    mkdocs_templates.leave_icons(config)
    env, own = config.theme.get_env(), Files([])
    own.add_files_from_theme(env, config)
    assert [it.src_uri for it in own] == [it.src_uri for it in found]
    assert len(own) > 20
    assert len(env.list_templates()) < 500
