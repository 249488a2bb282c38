/* What is wider or higher than its place scrolls inside itself. The keyboard reaches it then, and
   only then: not every browser sees to that, and what fits would be in the way. */
"use strict";

(() => {
  const article = document.querySelector("article");
  const SCROLLING =
    ".highlight > pre > code, .lockstep-text, .lockstep-diagram, .md-typeset__scrollwrap";
  // Asked after each layout, so that nothing is laid out for the question.
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const { scrollWidth, clientWidth, scrollHeight, clientHeight } = target;
      if (scrollWidth > clientWidth || scrollHeight > clientHeight) {
        target.tabIndex = 0;
      } else {
        target.removeAttribute("tabindex");
      }
    }
  });
  // Material wraps tables once the document is there, as the listener before this one.
  addEventListener("DOMContentLoaded", () => {
    for (const element of article?.querySelectorAll(SCROLLING) ?? []) {
      sizes.observe(element);
    }
  });
  article?.addEventListener("lockstep:drawn", (event) => sizes.observe(event.target));
})();
