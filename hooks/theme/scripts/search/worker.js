/* The search behind Material's dialog, in place of its own: it finds whole words, or the beginning
   of one that is still being typed, in the index of one language. That language's code stands behind
   the `?` of this script's address; the index is loaded with the first query, and with it the rest
   of the program. What is in the index says lockstep.pages.index, where its marks stand
   lockstep.terms.wording. Messages and results are Material's. */
"use strict";

const SETUP = 0;
const READY = 1;
const QUERY = 2;
const RESULT = 3;

/* Words without blanks, which a query may be cut into. */
const WORDS = /\p{sc=Han}{2,}|[\p{sc=Katakana}ー]{2,}/gu;

let index; // a promise of what can be searched

const load = async () => {
  if (!self.answer) {
    self.importScripts("text.js", "question.js", "answer.js");
  }
  const code = self.location.search.slice(1);
  const loaded = await fetch(new URL(`../../search/${code}.json`, self.location.href));
  if (!loaded.ok) {
    throw new Error(`${loaded.url}: ${loaded.status}`);
  }
  const { pages, same } = await loaded.json();
  const passages = [];
  const words = new Set();
  pages.forEach(([address, boost, parts], page) => {
    parts.forEach(([anchor, title, text], at) => {
      const [heading, body] = [folded(title), folded(text)];
      for (const [word] of `${heading}\n${body}`.matchAll(WORDS)) {
        words.add(keyOf(word));
      }
      // Authors choose anchors that say in English what a section is about.
      const slug = folded(anchor).replace(/[-_]/g, " ");
      const first = at === 0;
      passages.push({ page, address, boost, anchor, first, title, text, heading, body, slug });
    });
  });
  const forms = new Map();
  for (const group of same) {
    for (const form of group) {
      const key = keyOf(form);
      forms.set(key, [...(forms.get(key) ?? []), ...group]);
    }
  }
  const length = passages.reduce((sum, each) => sum + each.body.length, 1) / passages.length;
  return { passages, pages, words, forms, length };
};

self.addEventListener("message", async ({ data: { type, data } }) => {
  if (type === SETUP) {
    self.postMessage({ type: READY });
  } else if (type === QUERY) {
    let items = [];
    if (data.trim()) {
      index ??= load();
      try {
        items = self.answer(data, await index);
      } catch (error) {
        // Say nothing rather than that there is nothing; the next query tries again.
        index = undefined;
        console.warn(`search: ${error.message}`);
        return;
      }
    }
    self.postMessage({ type: RESULT, data: { items } });
  }
});
