/* Material's dialog searches when a key is let go. What is pasted, dictated, or chosen from an input
   method's list comes without one: let it be searched too. */
"use strict";

for (const query of document.querySelectorAll("[data-md-component=search-query]")) {
  const search = () => query.dispatchEvent(new KeyboardEvent("keyup"));
  query.addEventListener("input", ({ isComposing }) => isComposing || search());
  query.addEventListener("compositionend", search);
}
