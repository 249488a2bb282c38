/* One file answers for every missing address: put the language of the address first. Without this
   script all languages are there, English first. */
"use strict";

(() => {
  const root = new URL("..", document.currentScript.src).pathname;
  const address = location.pathname.slice(root.length);
  const sections = [...document.querySelectorAll(".lockstep-not-found > section")];
  const fitting = (section) => section.dataset.folder && address.startsWith(section.dataset.folder);
  const first = sections.find(fitting) ?? sections.find((each) => !each.dataset.folder);
  if (first && first !== sections[0]) {
    sections[0].before(first);
    document.documentElement.lang = first.lang;
    const [found, name] = [first.querySelector("h2").textContent, document.title.split(" - ")];
    document.title = [found, ...name.slice(1)].join(" - ");
  }
})();
