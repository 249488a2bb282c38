"""Lockstep: lab guides in several languages whose every code block was run.

Read the engine floor by floor. A module imports only what stands before it in this list
(``tests/test_structure.py`` reads the list, and holds the modules to it):

0. ``location``, ``problem``, ``language``, ``program``, ``events``: where something is, what is
   wrong with it, for whom; Python as the interpreter sees it; what happens during a run.
1. ``settings``, ``header``, ``notebook``, ``markup``, ``front_matter``, ``document``, ``section``,
   ``footnote``, ``prose``, ``allowance``, ``directive``, ``svg``, ``output``, ``fingerprint``,
   ``recording``, ``pairing``, ``comments``, ``glossary``, ``inventory``, ``alignment``,
   ``example``, ``comparison``: text in, values out.
2. ``translation``, ``block``, ``handwritten``, ``lab``, ``typesetting``, ``publishing``,
   ``injection``, ``site``, ``debts``, ``difference``, ``mending``, ``parity``, ``notices``,
   ``rendering``, ``terms``, ``terminology``, ``rendered``, ``tooltips``, ``rules``, ``overview``,
   ``verification``: values in, pages or problems out.
3. ``segmentation``, ``conversion``, ``project``, ``cluster``, ``supervisor``, ``probe``,
   ``environment``, ``circumstances``, ``failure``, ``kernel``, ``execution``: disk, processes,
   Spark.
4. ``authoring``, ``accepting``, ``progress``, ``running``, ``listing``, ``command``,
   ``translating``, ``cli``, ``__main__``: what a person calls, and sees.

Floors 0 to 2 see no disk, clock, git or network, and nothing here knows MkDocs' events: the
adapter ``hooks/mkdocs_hook.py`` does.
"""
