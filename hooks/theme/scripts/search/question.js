/* What a reader asks for: a query in, what to look for out. */
"use strict";

/* Words that questions are made of: they count only where nothing else is asked for. */
const ASIDES = new Set(
  `a an and are as at be between by can do does for from how i if in into is it its many me much
   my of on or should so that the then there these this to using was we what when where which who
   why will with you your 的 了 吗 呢 是 在 和 与 或 把 被 从 到 对 用 里 中 怎么 怎样 怎么样
   如何 什么 为什么 哪里 哪个 多少 可以 怎么办 请问 我 要 有 能 方法 場合`.split(/\s+/),
);
/* What follows the stem of an English word, and the kanji of a Japanese verb. */
const ENDINGS = "(?:s|es|ed|ing|er|ers|e|ation|ations|ion|ions|ive|or|ors|y|ies|ment|ments|able)";
const INFLECTED = "(?=\\p{sc=Hiragana})";

/* What pages may call what a word means. */
const sameAs = (word, { forms }) => {
  const key = keyOf(word);
  const found = [key, key.replace(/e?s$/, ""), key.replace(/s$/, "")].find((each) => forms.has(each));
  return found === undefined ? [] : forms.get(found);
};

/* Forms that begin with what has been typed so far, where that is enough to mean one of them. */
const begunBy = (word, { forms }) => {
  const key = keyOf(word);
  if (key.length < (nameOf(key[0]) === "letter" ? 4 : 2)) {
    return [];
  }
  return [...forms].filter(([form]) => form.startsWith(key) && form !== key).flatMap(([, all]) => all);
};

/* What a stretch of what was typed without blanks is taken for, and what that costs; nothing where
   it cannot be a word. Kanji are cut anywhere, kana only into words that are known. */
const kindOf = (letters, start, end, index) => {
  const own = letters.slice(start, end);
  const word = own.join("");
  const key = keyOf(word);
  const [name, ...others] = new Set(own.map(nameOf));
  const uniform = others.length === 0;
  const isRun = uniform && nameOf(letters[start - 1]) !== name && nameOf(letters[end]) !== name;
  const several = own.length > 1;
  const isLoose = several && (isRun || (uniform && name === "han"));
  if (isRun && (name === "letter" || name === "digit")) {
    return { cost: 1, word };
  }
  if (several && name !== "letter" && (index.forms.has(key) || index.words.has(key))) {
    return { cost: 1, word };
  }
  if (ASIDES.has(word)) {
    return { cost: 0.4 };
  }
  if (isRun && name === "hiragana") {
    return { cost: 0.3 }; // particles, endings
  }
  const isVerb = name === "han" && several && own.slice(1).every((it) => nameOf(it) === "hiragana");
  const isApart = nameOf(letters[start - 1]) !== "han" && nameOf(letters[end]) !== "hiragana";
  if (isVerb && isApart) {
    return { cost: 1.2, verb: own[0] };
  }
  if (isLoose && end === letters.length && [...index.words].some((known) => known.startsWith(key))) {
    return { cost: 1.5, word }; // still being typed
  }
  return isLoose ? { cost: 3 * own.length, word, unknown: true } : undefined;
};

/* The fewest words that make up what was typed without blanks; `[]` where it falls apart. */
const cut = (chunk, index) => {
  const letters = [...chunk];
  const best = [{ cost: 0, pieces: [] }];
  for (let end = 1; end <= letters.length; end += 1) {
    for (let start = 0; start < end; start += 1) {
      const isWhole = end - start === letters.length; // which is looked for anyway
      const kind = best[start] && !isWhole && kindOf(letters, start, end, index);
      const cost = kind && best[start].cost + kind.cost;
      if (kind && !(best[end]?.cost <= cost)) {
        best[end] = { cost, pieces: [...best[start].pieces, { ...kind, size: end - start }] };
      }
    }
  }
  const pieces = (best[letters.length]?.pieces ?? []).filter(({ word, verb }) => word || verb);
  const sizeOf = (some) => some.reduce((sum, { size }) => sum + size, 0);
  const [known, unknown] = [pieces.filter((it) => !it.unknown), pieces.filter((it) => it.unknown)];
  return sizeOf(unknown) > sizeOf(known) ? [] : pieces;
};

/* Ways to write a word, of which one is enough: as typed, inflected, or as pages call the same. */
const leavesOf = (word, index) => {
  const leaves = [{ pattern: patternOf(word), weight: 1 }];
  if (/^[a-z]{4,}$/.test(word)) {
    const stem = word.replace(new RegExp(`(?<=^[a-z]{3,})${ENDINGS}$`), "");
    leaves.push({ pattern: patternOf(stem, `${ENDINGS}?(?![\\p{L}\\p{N}])`), weight: 0.8 });
  }
  const forms = sameAs(word, index).map(plain);
  for (const form of new Set(forms.filter((form) => form !== word))) {
    leaves.push({ pattern: patternOf(form), weight: 0.8 });
  }
  return leaves;
};

/* What to look for: `leaves`, of which one is enough, and `parts`, which are wanted all; they are
   `spare` where the text that they come from had no blanks. */
const nodeOf = (chunk, index) => ({
  text: chunk,
  leaves: leavesOf(chunk, index),
  spare: true,
  parts: cut(chunk, index).map(({ word, verb }) => ({
    text: word ?? verb,
    leaves: word ? leavesOf(word, index) : [{ pattern: patternOf(verb, INFLECTED), weight: 0.8 }],
    parts: [],
  })),
});

/* A query as a node; nothing where there is nothing in it. */
const read = (query, index) => {
  const chunks = plain(query)
    .split(/[\s"'“”‘’「」『』（），。、；：！？,;:!?()[\]{}<>《》|=/*+~^]+/)
    .map((chunk) => chunk.replace(/^[-_.・ー]+|[-_.・]+$/g, ""))
    .filter(Boolean);
  const asked = chunks.filter((chunk) => !ASIDES.has(chunk));
  const wanted = asked.length ? asked : chunks;
  if (wanted.length < 2) {
    return wanted.map((chunk) => nodeOf(chunk, index))[0];
  }
  const whole = chunks.join(" ");
  return {
    text: whole,
    leaves: leavesOf(whole, index),
    parts: wanted.map((chunk) => nodeOf(chunk, index)),
  };
};
