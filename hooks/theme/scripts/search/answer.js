/* What a reader gets: what to look for in, the pages that have it out, the best first. */
"use strict";

/* What a word counts for in a title, in a text that is full of it, and in an anchor alone. */
const TITLE = 8;
const BODY = 4;
const ANCHOR = 2;
/* Where fewer pages than this have all that was asked for, others follow behind them. */
const FEW = 3;

/* How well a passage answers to one way to write a word. `length` is that of passages on average:
   in a long one a word says less. */
const fit = (leaf, passage, length) => {
  const inTitle = occurrences(passage.heading, leaf.pattern);
  const inText = occurrences(passage.body, leaf.pattern);
  let score = 0;
  if (inTitle.length) {
    const [start, end, how] = inTitle.reduce((best, each) => (each[2] > best[2] ? each : best));
    const covers = (end - start) / passage.heading.length;
    score += TITLE * how * (0.6 + covers) * (passage.first ? 1.3 : 1);
  }
  if (inText.length) {
    const count = inText.reduce((sum, [, , how]) => sum + how * how, 0);
    score += (BODY * count) / (count + 0.6 + 0.6 * (passage.body.length / length));
  }
  if (!score && occurrences(passage.slug, leaf.pattern).length) {
    score = ANCHOR;
  }
  return score * leaf.weight;
};

/* The score of each passage for a node, as an array; also kept in it, for its parents. */
const weigh = (node, index) => {
  const { passages, length } = index;
  const own = passages.map((passage) =>
    node.leaves.reduce((best, leaf) => Math.max(best, fit(leaf, passage, length)), 0),
  );
  const holding = own.filter(Boolean).length;
  const rarity = Math.log(1 + (passages.length - holding + 0.5) / (holding + 0.5));
  node.scores = own.map((score) => score * Math.max(rarity, 0.3));
  const parts = node.parts.filter((part) => weigh(part, index).some(Boolean));
  if (parts.length === 0) {
    return node.scores;
  }
  // What was typed without blanks falls into parts where few pages have it whole, or in a title.
  const whole = new Set(passages.filter((_, at) => own[at]).map(({ page }) => page));
  const isWhole = node.spare && whole.size >= FEW;
  const isTitled = ({ heading }) =>
    parts.every(({ leaves }) => leaves.some(({ pattern }) => occurrences(heading, pattern).length));
  const best = parts.map((part) => {
    const ofPage = index.pages.map(() => 0);
    part.scores.forEach((score, at) => {
      ofPage[passages[at].page] = Math.max(ofPage[passages[at].page], score);
    });
    return ofPage;
  });
  const all = index.pages.map((_, page) => best.every((ofPage) => ofPage[page] > 0));
  const isStrict = all.filter(Boolean).length >= FEW;
  passages.forEach((passage, at) => {
    if ((isStrict && !all[passage.page]) || (isWhole && (own[at] || !isTitled(passage)))) {
      return;
    }
    const weight = all[passage.page] ? 1 : 0.4;
    const present = parts.filter((part) => part.scores[at]);
    const sum = present.reduce((total, part) => total + part.scores[at], 0);
    const share = present.length / parts.length;
    node.scores[at] = 2 * node.scores[at] + weight * sum * (share === 1 ? 1 : 0.5 * share);
  });
  return node.scores;
};

/* What of a query is marked in a passage: of what was typed without blanks, the parts only where the
   passage does not have it whole. */
const nodesIn = (node, passage) => {
  const has = ({ pattern }) =>
    occurrences(passage.body, pattern).length || occurrences(passage.heading, pattern).length;
  return node.spare && node.leaves.some(has)
    ? [node]
    : [node, ...node.parts.flatMap((part) => nodesIn(part, passage))];
};

/* HTML of a stretch of text with what was found marked. */
const marked = (text, spots, from, to) => {
  let html = "";
  let at = from;
  for (const [start, end] of spots) {
    if (start >= at && end <= to) {
      html += `${asHTML(text.slice(at, start))}<mark>${asHTML(text.slice(start, end))}</mark>`;
      at = end;
    }
  }
  return html + asHTML(text.slice(at, to));
};

/* Where a text has what was looked for, in order. */
const spotsIn = (text, nodes) =>
  nodes
    .flatMap((node) => node.leaves.flatMap((leaf) => occurrences(text, leaf.pattern)))
    .sort(([a, b], [c, d]) => a - c || d - b);

/* The stretch of a text around what fits best; it begins with a line of the text where one does. */
const excerpt = (text, spots) => {
  const spaced = !/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u.test(text);
  const room = spaced ? 300 : 150;
  const [first] = spots.reduce((best, each) => (each[2] > best[2] ? each : best), spots[0] ?? [0]);
  const line = text.lastIndexOf("\n", first - 1) + 1;
  let from = Math.max(line, first - room / 4);
  if (from > line && spaced) {
    from = text.lastIndexOf(" ", from) + 1;
  }
  const to = Math.min(text.length, from + room);
  const inside = spots.filter(([start]) => start >= from);
  return (from > line ? "… " : "") + marked(text, inside, from, to) + (to < text.length ? " …" : "");
};

/* A passage as Material shows it. `terms` are marked on the page too, or said to be missing. */
const shown = (passage, score, root, missing) => {
  const nodes = nodesIn(root, passage);
  const [inTitle, inText] = [spotsIn(passage.heading, nodes), spotsIn(passage.body, nodes)];
  const seen = [
    ...inTitle.map(([start, end]) => passage.title.slice(start, end)),
    ...inText.map(([start, end]) => passage.text.slice(start, end)),
  ].map((text) => text.replaceAll(MARK, ""));
  const terms = Object.fromEntries([...new Set(seen)].slice(0, 8).map((text) => [text, true]));
  for (const text of missing) {
    terms[text] = false;
  }
  return {
    location: passage.address + (passage.anchor && `#${passage.anchor}`),
    title: marked(passage.title, inTitle, 0, passage.title.length),
    text: excerpt(passage.text, inText),
    score,
    terms,
  };
};

/* The pages that answer a query, each as a list of its passages. */
self.answer = (query, index) => {
  const root = read(query, index);
  if (!root) {
    return [];
  }
  let scores = weigh(root, index);
  if (!scores.some(Boolean)) {
    root.leaves = begunBy(query, index).map((form) => ({
      pattern: patternOf(plain(form)),
      weight: 0.5,
    }));
    scores = weigh(root, index);
  }
  const missing = root.parts
    .filter((part) => !part.scores.some(Boolean))
    .map((part) => part.text);
  const pages = new Map();
  index.passages.forEach((passage, at) => {
    if (scores[at] > 0) {
      const hits = pages.get(passage.page) ?? [];
      pages.set(passage.page, [...hits, { passage, score: scores[at] * passage.boost }]);
    }
  });
  return [...pages.values()]
    .map((hits) => {
      hits.sort((a, b) => b.score - a.score);
      const sum = hits[0].score + 0.15 * hits.slice(1, 4).reduce((all, hit) => all + hit.score, 0);
      return { hits, sum };
    })
    .sort((a, b) => b.sum - a.sum)
    .slice(0, 30)
    .map(({ hits, sum }) => {
      // Material unfolds the hits that score as the first; it needs the page itself among them.
      const items = hits.slice(0, 12).map(({ passage, score }, at) => {
        const close = at < 3 && score > 0.5 * hits[0].score;
        return shown(passage, close ? sum : Math.min(score, sum * 0.99), root, missing);
      });
      const start = index.passages.find(({ page }) => page === hits[0].passage.page);
      if (!items.some(({ location }) => location === start.address)) {
        const title = asHTML(start.title);
        items.push({ location: start.address, title, text: "", score: 0, terms: {} });
      }
      return items;
    });
};
