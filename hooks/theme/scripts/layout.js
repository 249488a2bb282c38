/* What is out of sight is not laid out when a lab opens (styles/frame.css). It is done afterwards,
   block by block, while nothing else happens: the page then has its true length, and every place
   in it the size and the distance that it shows. */
"use strict";

addEventListener("load", () => {
  if (!("requestIdleCallback" in window)) {
    return; // where this is missing, all was laid out at once
  }
  const article = document.querySelector("article");
  const rest = [...(article?.children ?? [])].filter(
    (block) => getComputedStyle(block).contentVisibility === "auto",
  );
  const next = () => {
    const block = rest.shift();
    if (block) {
      block.style.contentVisibility = "visible";
      requestIdleCallback(next);
    }
  };
  requestIdleCallback(next);
});
