/* Letters, scripts, words: what of a text counts for the search, and how a word is found in it. */
"use strict";

const MARK = "\u200b";

/* Scripts, and what a word that begins in each cannot follow. */
const SCRIPTS = [
  { name: "han", is: /\p{sc=Han}/u, before: "\\p{sc=Han}" },
  { name: "katakana", is: /[\p{sc=Katakana}ー]/u, before: "\\p{sc=Katakana}ー" },
  { name: "hiragana", is: /\p{sc=Hiragana}/u, before: "\\p{sc=Hiragana}\\p{sc=Han}" },
  { name: "hangul", is: /\p{sc=Hangul}/u, before: "\\p{sc=Hangul}" },
  { name: "unspaced", is: /[\p{sc=Thai}\p{sc=Lao}\p{sc=Khmer}\p{sc=Myanmar}]/u, before: "" },
  { name: "digit", is: /\p{N}/u, before: "\\p{N}" },
  { name: "letter", is: /\p{L}/u, before: "\\p{sc=Latin}\\p{sc=Greek}\\p{sc=Cyrillic}\\p{N}" },
];
const scriptOf = (letter) => SCRIPTS.find((script) => script.is.test(letter));
const nameOf = (letter) => (letter ? scriptOf(letter)?.name : undefined);

/* Case, accents and widths do not count. Every character stays where it is. */
const folded = (text) =>
  text
    .replace(/[À-ž]/g, (letter) => letter.normalize("NFD")[0])
    .replace(/[！-～]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0))
    .replace(/\p{Lu}/gu, (letter) => {
      const small = letter.toLowerCase();
      return small.length === letter.length ? small : letter;
    });

const SIGNS = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };
const asHTML = (text) =>
  text.replaceAll(MARK, "").replace(/[&<>"]/g, (sign) => SIGNS[sign]).replaceAll("\n", " ");
const asPattern = (text) => text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");

/* What was typed, as the text is that it is looked for in. */
const plain = (text) => folded(text.normalize("NFKC"));
/* What is equal for two ways to write a term. */
const keyOf = (text) =>
  plain(text)
    .replace(/[-_ ・\u200b]/g, "")
    .replace(/ー(?![\p{sc=Katakana}ー])/gu, "");

/* What may stand in a text between two neighbours of a query. */
const between = (last, next) => {
  const [left, right] = [nameOf(last), nameOf(next)];
  if (left === "katakana") {
    return right === left ? `(?:ー?[ ・${MARK}]{1,2})?` : `ー?[ ${MARK}]{0,2}`;
  }
  return left === right && left !== "hangul" ? `${MARK}?` : `[ ${MARK}]{0,2}`;
};

/* A pattern that finds a word where one begins. The look back comes behind the first letter, so that
   the browser can run through a text for that letter. `rest` follows the word. */
const patternOf = (word, rest = "") => {
  const letters = [...word];
  const long = /[\p{sc=Katakana}ー]{4}/u.test(word);
  const source = letters.map((letter, at) => {
    const [last, next] = [letters[at - 1], letters[at + 1]];
    if (/[-_ ]/.test(letter)) {
      return `[-_ ${MARK}]{0,3}`;
    }
    let own = asPattern(letter);
    if (letter === "ー" && at > 1) {
      // At the end of a word many leave it out, or write it where pages do not.
      own = nameOf(next) === "katakana" && !long ? `(?:ー|(?=[ ・${MARK}]))` : "ー?";
    } else if (long && nameOf(letter) === "katakana" && nameOf(last) === "katakana") {
      own = `ー?${own}`; // サーバレス for サーバーレス
    }
    if (at === 0) {
      const { before } = scriptOf(letter) ?? {};
      return before ? `${own}(?<![${before}]${own})` : own;
    }
    return /[-_ ]/.test(last) ? own : between(last, letter) + own;
  });
  return new RegExp(source.join("") + rest, "gu");
};

/* Where a pattern occurs: [start, end, how well it fits]. */
const occurrences = (text, pattern) => {
  const found = [];
  for (const match of text.matchAll(pattern)) {
    const start = match.index;
    let end = start + match[0].length;
    const name = nameOf(text[end - 1]);
    end += name === "katakana" && text[end] === "ー" ? 1 : 0;
    const next = text[end];
    const whole = name === undefined || !next || nameOf(next) !== name;
    const inside = text[start - 1] === MARK && nameOf(text[start]) === "letter";
    if (!whole) {
      const pieces = match[0].split(MARK);
      const [before, begun] = pieces.slice(-2);
      // Of two characters that belong to two words, such as 和平 in 和平均, none is a word begun.
      if (name === "han" && pieces.length > 1 && begun.length === 1 && before.length === 1) {
        continue;
      }
      if (name === "letter" && end - start < 2) {
        continue;
      }
    }
    found.push([start, end, (whole ? 1 : 0.5) * (inside ? 0.5 : 1)]);
  }
  return found;
};
