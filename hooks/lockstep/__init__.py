"""Lockstep: lab guides in several languages whose every code block was run.

Read the engine room by room. A module imports only what stands before it in this list
(``tests/test_structure.py`` reads the list, and holds the modules to it).

Text in, values out; no disk, clock, git or network:

1. ``ground``: ``location``, ``problem``, ``language``, ``memory``, ``script``, ``yaml``,
   ``settings``. Where something is, what is wrong with it, for whom; what a site says of itself.
2. ``notebooks``: ``jupyter``, ``program``, ``header``, ``splitting``, ``notebook``, ``svg``,
   ``output``, ``fingerprint``, ``recording``, ``pairing``, ``comments``, ``lab``,
   ``verification``. Lab code and what proves that it was run: cells, recordings, fingerprints,
   translated comments; a ``Lab`` is all of it.
3. ``guides``: ``markup``, ``front_matter``, ``document``, ``section``, ``footnote``, ``prose``,
   ``anchor``, ``number``, ``directive``, ``item``, ``inventory``, ``step``. Markdown, read:
   sections, directives, running text and its numbers, what is equal in every language, and steps,
   known by what they say.
4. ``terms``: ``glossary``, ``finder``, ``wording``. What the field calls things, where a text says
   so, and where its words begin.
5. ``translations``: ``alignment``, ``bitext``, ``matching``, ``example``, ``part``, ``rewording``,
   ``findings``, ``lenient``, ``likeness``, ``order``, ``wording``, ``comparison``,
   ``translation``, ``difference``, ``mending``. A section beside its English: how it stands, what
   differs, what can be derived.
6. ``pages``: ``block``, ``handwritten``, ``typesetting``, ``links``, ``publishing``, ``injection``,
   ``elements``, ``ticking``, ``site``, ``notices``, ``downloads``, ``beginnings``, ``lexing``,
   ``highlighting``, ``cells``, ``rendering``, ``interface``, ``tooltips``, ``tables``,
   ``overview``, ``status_table``, ``passages``, ``index``.
   What readers get: guides with tested code in place, notices, HTML, the words around it, what is
   searched; a ``Site`` is all of a project.
7. ``export``: ``piece``, ``commonmark``, ``inline``, ``passages``, ``flow``, ``lesson``,
   ``jupyter``, ``databricks``, ``readme``, ``archive``, ``kit``. A lab to take away: a page in,
   a notebook, a Databricks source file and an archive out.
8. ``rules``: ``allowance``, ``unmarked``, ``parity``, ``debts``, ``terminology``,
   ``visible``, ``places``, ``legibility``, ``style``, ``catalogue``, ``labs``, ``guides``,
   ``coverage``, ``check``, ``scope``. What must hold: a ``Site`` in, findings out.

Disk, git, processes, Spark:

9. ``disk``: ``git``, ``segmentation``, ``conversion``, ``workers``, ``layout``, ``inputs``,
   ``cache``, ``revival``, ``labs``, ``folder``, ``modules``, ``project``, ``recall``,
   ``checking``, ``freshness``, ``belongings``, ``kept``, ``takeaway``, ``build``. A project's
   files, read and written, and their history; all of it checked, side by side and only what
   changed; one build of a site in all its languages, which makes nothing twice.
10. ``authoring``: ``refusal``, ``pairs``, ``starting``, ``languages``, ``fixing``, ``accepting``.
   What authors and translators have done for them.
11. ``runs``: ``events``, ``cluster``, ``supervisor``, ``probe``, ``survey``, ``environment``,
    ``obstacles``, ``preflight``, ``circumstances``, ``failure``, ``kernel``, ``client``,
    ``execution``, ``progress``, ``schedule``, ``running``, ``reports``. Notebooks executed on
    Spark.
12. ``commands``: ``command``, ``listing``, ``checking``, ``states``, ``running``, ``labs``,
    ``translators``. What a person calls, and sees.

On top stand ``cli`` and ``__main__``. Nothing here knows MkDocs' events: the adapter
``hooks/mkdocs_hook.py`` does.
"""
