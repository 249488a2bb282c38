/* The site's own address is that of its pages in the source language. It leads to the language of
   the reader: to the one chosen on the site, or, on the first visit, to that of the browser. Who
   comes from a page of the site has asked for this one, and stays. */
"use strict";

(() => {
  const script = document.currentScript;
  const root = new URL("..", script.src);
  const homes = JSON.parse(script.dataset.homes);
  const key = `lockstep:${root.pathname}:language`;
  let chosen;
  try {
    chosen = localStorage.getItem(key);
    if (chosen === null) {
      localStorage.setItem(key, ""); // was here, and has chosen nothing
    }
  } catch {
    return; // a visit that cannot be remembered would be the first for ever
  }
  if (document.referrer.startsWith(root.href)) {
    return;
  }
  const fits = (tag, code) => `${tag}-`.toLowerCase().startsWith(`${code}-`.toLowerCase());
  const asked = chosen === null ? navigator.languages : [chosen];
  const spoken = asked.flatMap((tag) => Object.keys(homes).filter((code) => fits(tag, code)));
  const home = homes[spoken[0]];
  const isFolder = location.protocol === "file:" && home?.endsWith("/"); // which is no page there
  if (home && spoken[0] !== script.dataset.here && !isFolder) {
    location.replace(new URL(home + location.search + location.hash, location.href));
  }
})();
