/* The place that is being read: links to other languages take it along, and a report of a problem
   names it. Sections, cells and steps are called the same in every language; between two of them
   the place is a share of the way, because the same text is not as long everywhere. Without this
   script the links still work, from the top of the page. */
"use strict";

(() => {
  const article = document.querySelector("article");
  const root = new URL("..", document.currentScript.src).pathname;
  const STORE = `lockstep:${root}:place`;
  const HEADINGS = "h1[id], h2[id], h3[id], h4[id], h5[id], h6[id]";
  const MARKS = `${HEADINGS}, .lockstep-cell[id], [data-step]`;
  const nameOf = (mark) => mark.dataset.step ?? mark.id;

  /* Eyes rest in the upper part of the window, below where a heading comes to lie when led to. */
  const line = () => innerHeight / 4;
  const topOf = (mark) => mark.getBoundingClientRect().top - line();

  const section = () =>
    [...article.querySelectorAll(HEADINGS)].filter((heading) => topOf(heading) <= 0).at(-1);

  /* From one mark to the next, and from the last to the end of the text. */
  const wayFrom = (marks, at) =>
    (marks[at + 1] ? topOf(marks[at + 1]) : article.getBoundingClientRect().bottom - line()) -
    topOf(marks[at]);

  const place = () => {
    const marks = [...article.querySelectorAll(MARKS)];
    const at = marks.findLastIndex((mark) => topOf(mark) <= 0);
    return at < 0 ? null : { mark: nameOf(marks[at]), share: -topOf(marks[at]) / wayFrom(marks, at) };
  };

  const store = (name, value, storage) => {
    try {
      window[storage].setItem(name, value);
    } catch {
      // Then the place is that of the address, and the choice holds for this page.
    }
  };

  const languages = document.querySelectorAll("a[hreflang]");
  for (const link of languages) {
    if (!link.matches(".md-select__link")) {
      continue;
    }
    const takeSection = () => {
      link.hash = scrollY > 0 ? (section()?.id ?? "") : "";
    };
    // Before the link is followed, by whatever means: mouse, touch, keyboard, "open in a new tab".
    for (const moment of ["pointerdown", "focusin", "click"]) {
      link.addEventListener(moment, takeSection);
    }
    link.addEventListener("click", (event) => {
      const here = !event.ctrlKey && !event.metaKey && !event.shiftKey;
      if (here && scrollY > 0) {
        store(STORE, JSON.stringify({ path: link.pathname, ...place() }), "sessionStorage");
      }
    });
  }
  for (const link of languages) {
    link.addEventListener("click", () => {
      store(`lockstep:${root}:language`, link.hreflang, "localStorage");
    });
  }

  /* Returns where the other page was left, once; nothing where this one was come to otherwise. */
  const left = () => {
    try {
      const found = JSON.parse(sessionStorage.getItem(STORE));
      sessionStorage.removeItem(STORE);
      return found?.path === location.pathname ? found : null;
    } catch {
      return null;
    }
  };

  const arrive = ({ mark, share }) => {
    const marks = [...article.querySelectorAll(MARKS)];
    const at = marks.findIndex((each) => nameOf(each) === mark);
    if (at >= 0) {
      const top = scrollY + topOf(marks[at]) + share * wayFrom(marks, at);
      scrollTo({ top, behavior: "instant" });
    }
  };

  const found = article && left();
  if (found?.mark) {
    article.classList.add("lockstep-whole"); // a block has no height before it is laid out
    // Until the reader takes over: figures and diagrams come later and push the text down.
    const growth = new ResizeObserver(() => arrive(found));
    growth.observe(article);
    const stop = () => growth.disconnect();
    for (const moment of ["wheel", "touchstart", "pointerdown", "keydown"]) {
      addEventListener(moment, stop, { once: true, passive: true });
    }
    addEventListener("load", () => {
      arrive(found); // The browser has gone to the section of the address meanwhile.
      setTimeout(stop, 4000);
    });
  }

  const titleOf = (heading) =>
    [...heading.childNodes]
      .filter((node) => !node.classList?.contains("headerlink"))
      .map((node) => node.textContent)
      .join("")
      .trim();

  for (const link of document.querySelectorAll("a[data-report]")) {
    const nameSection = () => {
      const heading = section();
      const said = heading ? `${titleOf(heading)} (#${heading.id})` : "";
      link.href = link.dataset.report.replace("%7Bsection%7D", encodeURIComponent(said));
    };
    for (const moment of ["pointerdown", "focusin", "click"]) {
      link.addEventListener(moment, nameSection);
    }
  }
})();
