"""MkDocs events for Lockstep: which ones are answered, and by what.

What answers is loaded with the first event that needs it. So ``mkdocs build`` where nothing has
changed ends before the engine is there, with all that it takes.
"""

import gc
import sys
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import CombinedEvent, event_priority

import mkdocs_command
import mkdocs_unchanged


@cache
def _loaded(name: str) -> ModuleType:
    """Load a module beside this one: MkDocs has their folder on the path only while it loads this.

    name: the module's.
    """
    folder = str(Path(__file__).parent)
    sys.path.insert(0, folder)
    gc.disable()
    try:
        return import_module(name)
    finally:
        gc.freeze()  # what modules define stays: it need not be looked at for garbage
        gc.enable()
        sys.path.remove(folder)


def _answer(module: str, function: str, priority: int = 0) -> Callable[..., Any]:
    """Return what answers an event by a function of a module, which is loaded by then.

    priority: the higher, the earlier it comes; those of plugins are 0 where they say nothing.
    """

    @event_priority(priority)
    def answer(*given: Any, **named: Any) -> Any:  # noqa: ANN401 whatever MkDocs gives
        return getattr(_loaded(module), function)(*given, **named)

    return answer


on_startup = mkdocs_command.start


@event_priority(100)  # before plugins load what they need
def _leave(config: MkDocsConfig) -> None:
    """End the command where the site is there already."""
    if "mkdocs_events" not in sys.modules:  # it is the first language
        mkdocs_unchanged.leave(config)


on_config = CombinedEvent(_leave, _answer("mkdocs_events", "on_config"))
on_build_error = _answer("mkdocs_languages", "stop")
on_pre_build = CombinedEvent(on_build_error, _answer("mkdocs_writing", "begin"))
on_files = CombinedEvent(
    _answer("mkdocs_languages", "begin"),
    _answer("mkdocs_files", "choose"),
    # once i18n, at -100, has said where each page goes
    _answer("mkdocs_files", "to_take_away", -200),
)
on_nav = CombinedEvent(
    _answer("mkdocs_events", "on_nav"),
    _answer("mkdocs_languages", "navigate", -200),  # once i18n, at -100, has put it in order
)
on_env = CombinedEvent(_answer("mkdocs_events", "on_env"), _answer("mkdocs_languages", "keep"))
on_pre_page = _answer("mkdocs_events", "on_pre_page")
# as it was read: i18n, at 50, gives admonitions their titles
on_page_markdown = _answer("mkdocs_events", "on_page_markdown", 100)
on_page_content = _answer("mkdocs_events", "on_page_content")
# before the search plugin, which then finds nothing left to do
on_page_context = _answer("mkdocs_events", "on_page_context", 50)
on_post_template = _answer("mkdocs_languages", "in_its_folder")
on_post_build = CombinedEvent(
    _answer("mkdocs_events", "on_post_build"), _answer("mkdocs_languages", "end")
)
on_serve = CombinedEvent(_answer("mkdocs_watch", "begin"), _answer("mkdocs_serving", "begin"))


def on_shutdown() -> None:
    """Keep what was built, and leave no process behind."""
    if "mkdocs_writing" in sys.modules:  # else nothing was built
        _loaded("mkdocs_writing").end()
    mkdocs_unchanged.stop()
    if "mkdocs_serving" in sys.modules:  # else none was started
        _loaded("mkdocs_serving").end()
