/* The language switcher leads to the same page; take the section along too. Headings carry equal
   anchors in every language, so that the fragment of this page is right on the other. Without
   this script the links still work, from the top of the page. */
"use strict";

for (const link of document.querySelectorAll(".md-select__link[hreflang]")) {
  const takeSection = () => {
    link.hash = window.location.hash;
  };
  // Before the link is followed, by whatever means: mouse, touch, keyboard, "open in a new tab".
  for (const moment of ["pointerdown", "focusin", "click"]) {
    link.addEventListener(moment, takeSection);
  }
}
