"""Templates: compiled once for all languages and builds; what they read, told from their text."""

from collections.abc import Callable
from pathlib import Path
from sysconfig import get_path

from jinja2 import Environment, FileSystemLoader, TemplateSyntaxError, nodes
from jinja2.bccache import Bucket, BytecodeCache
from mkdocs.config.defaults import MkDocsConfig

import mkdocs_navigation
from lockstep.disk.cache import Cache
from lockstep.disk.layout import visible

TEXT = {"content", "markdown", "toc"}
"""What templates may read of the page that they are filled in for, and of no other."""
UNSEEN = {
    "abs_dest_path", "content_bytes", "content_string", "dest_dir", "dest_path", "hooks",
    "links_to_anchors", "present_anchor_ids", "site_dir", "strict", "update_date",
}  # fmt: skip
"""What they may not read of anything: nothing that a page is known by has it."""
NAMES = {"build_date_utc", "pages"}
"""The same, of what has a name of its own in templates."""
_FURTHER = TEXT | UNSEEN
_KINDS = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter)


def own_folders(config: MkDocsConfig) -> list[Path]:
    """Return the folders of a theme that were not installed, whose templates may be edited."""
    installed = (get_path("purelib"), get_path("platlib"))
    folders = map(Path, config.theme.dirs)
    return [each for each in folders if not any(map(each.is_relative_to, installed))]


class Compiled(BytecodeCache):
    """Templates that were compiled."""

    def __init__(self, cache: Cache) -> None:
        """Take what earlier builds have made."""
        self._cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill in what is known of a template; Jinja asks."""
        if code := self._cache.get("template", bucket.key, bucket.checksum):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template that was compiled; Jinja asks."""
        self._cache.put(bucket.bytecode_to_string(), "template", bucket.key, bucket.checksum)


class _Loader(FileSystemLoader):
    """Loads a theme's templates, and lists what of its files is a site's: nothing hidden.

    MkDocs leaves out what is hidden once it has all names; Material has icons there, 14,000 of
    them, that pages get with their text.
    """

    def get_source(
        self, environment: Environment, template: str
    ) -> tuple[str, str, Callable[[], bool]]:
        """Return a template's text, its path, and what tells whether it is so still; Jinja asks."""
        text, path, is_so = super().get_source(environment, template)
        return mkdocs_navigation.once(template, text), path, is_so

    def list_templates(self) -> list[str]:
        """Return the paths of all files but hidden ones; Jinja asks."""
        found = (
            (Path(folder), path) for folder in self.searchpath for path in visible(Path(folder))
        )
        return sorted({path.relative_to(folder).as_posix() for folder, path in found})


def leave_icons(config: MkDocsConfig) -> None:
    """Let the files of a theme be listed without those that MkDocs leaves out."""
    theme = config.theme

    def environment() -> Environment:
        env = type(theme).get_env(theme)
        if type(env.loader) is FileSystemLoader:
            env.loader = _Loader(env.loader.searchpath, env.loader.encoding)
            env.globals[mkdocs_navigation.NAME] = mkdocs_navigation.Items()
        return env

    theme.get_env = environment  # type: ignore[method-assign] # MkDocs asks the theme itself


def reads_further(env: Environment, text: bytes) -> bool:
    """Say whether a template reads more than it may, where it is to be filled in once only."""
    try:
        parsed = env.parse(text.decode())
    except (UnicodeDecodeError, TemplateSyntaxError):
        return False  # nor can it be filled in
    return any(map(_is_further, parsed.find_all(_KINDS)))


def _is_further(node: nodes.Node) -> bool:
    match node:
        case nodes.Name(name=name, ctx=use):
            return name in NAMES or (name == "page" and use != "load")
        case nodes.Getattr(node=nodes.Name(name="page"), attr=name):
            return name in UNSEEN
        case nodes.Getattr(node=nodes.Getattr(attr="mdx_configs")):
            return False  # a setting that is called like a part of pages
        case nodes.Getattr(attr=name):
            return name in _FURTHER
        case nodes.Getitem(arg=given):
            values = [given]
        case nodes.Filter(args=args, kwargs=kwargs):
            values = [*args, *(each.value for each in kwargs)]
        case _:
            values = []
    return any(isinstance(it, nodes.Const) and it.value in _FURTHER for it in values)
