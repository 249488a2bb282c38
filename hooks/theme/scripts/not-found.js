/* One file answers for every missing address: put the language of the address first, then take the
   not-found page of that language, for the words around it. Without this script all languages are
   there, English first. */
"use strict";

(() => {
  const root = new URL("..", document.currentScript.src).pathname;
  const address = location.pathname.slice(root.length);
  const sections = [...document.querySelectorAll(".lockstep-not-found > section")];
  const folderOf = (section) => section.dataset.folder;
  const fitting =
    sections.find((each) => folderOf(each) && address.startsWith(folderOf(each))) ??
    sections.find((each) => !folderOf(each));
  if (!fitting || fitting === sections[0]) {
    return;
  }
  sections[0].before(fitting);
  document.documentElement.lang = fitting.lang;
  const [, ...site] = document.title.split(" - ");
  document.title = [fitting.querySelector("h2").textContent, ...site].join(" - ");
  fetch(`${root}${folderOf(fitting)}404.html`)
    .then((answer) => (answer.ok ? answer.text() : Promise.reject()))
    .then((page) => {
      document.open();
      document.write(page);
      document.close();
    })
    .catch(() => {
      // Then the words around stay as they are.
    });
})();
