"""Lockstep: lab guides in several languages whose every code block was run.

Read the engine floor by floor; a module imports only from floors below its own
(``tests/test_structure.py`` holds this):

0. ``location``, ``problem``, ``language``: where something is, what is wrong with it, for whom.
1. ``settings``, ``notebook``, ``document``, ``directive``, ``recording``, ``output``,
   ``fingerprint``, ``comments``: text in, values out.
2. ``injection``, ``rendering``, ``rules``: values in, pages or problems out.
3. ``project``, ``cluster``, ``supervisor``, ``execution``: disk, processes, Spark.
4. ``authoring``, ``cli``, ``__main__``: what a person calls.

Floors 0 to 2 see no disk, clock, git or network, and nothing here knows MkDocs' events: the
adapter ``hooks/mkdocs_hook.py`` does.
"""
