/* Steps that can be ticked, and how far a lab is done. What is ticked stays in this browser, one
   entry for each lab; a step is known by its key, which is the same in every language. Where
   nothing can be kept, or without this script, there are no boxes. */
"use strict";

(() => {
  const root = new URL("..", document.currentScript.src).pathname;
  const lines = [...document.querySelectorAll(".lockstep-progress[data-lab]")];
  let storage;
  try {
    storage = localStorage;
  } catch {
    return; // the browser is told to keep nothing
  }
  const entry = (lab) => `lockstep:${root}:progress:${lab}`;
  const filled = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const ticked = (lab) => {
    try {
      const kept = JSON.parse(storage.getItem(entry(lab)));
      return new Set(Array.isArray(kept) ? kept.filter((key) => typeof key === "string") : []);
    } catch {
      return new Set(); // nothing that this script has written
    }
  };

  const keep = (lab, keys) => {
    try {
      if (keys.size > 0) {
        storage.setItem(entry(lab), JSON.stringify([...keys]));
      } else {
        storage.removeItem(entry(lab));
      }
    } catch {
      // No room: what is ticked shows until the page is left.
    }
  };

  /* Shows how many of the steps are done; returns how many. */
  const show = (line, keys, done) => {
    const count = keys.filter((key) => done.has(key)).length;
    const [bar, text] = line.children;
    [bar.max, bar.value] = [keys.length, count];
    text.textContent = filled(line.dataset.count, { done: count, total: keys.length });
    return count;
  };

  const build = (line) => {
    const bar = document.createElement("progress");
    bar.ariaHidden = "true"; // the text beside it says the same
    const text = document.createElement("span");
    line.append(bar, text);
    return text;
  };

  const numberOf = (step) => {
    const list = step.parentElement;
    const own = list.start + [...list.children].indexOf(step);
    const around = list.closest("[data-step]");
    return around ? `${numberOf(around)}.${own}` : `${own}`;
  };

  const addBox = (step, label) => {
    const tick = document.createElement("label");
    tick.className = "lockstep-tick";
    const box = document.createElement("input");
    box.type = "checkbox";
    const name = document.createElement("span");
    name.textContent = filled(label, { number: numberOf(step) });
    tick.append(box, name);
    const [text] = [...step.childNodes].filter((node) => node.textContent.trim() !== "");
    (text?.tagName === "P" ? text : step).prepend(tick);
    return box;
  };

  const onLab = (line) => {
    const { lab } = line.dataset;
    const boxes = new Map();
    for (const step of document.querySelectorAll("article [data-step]")) {
      boxes.set(step.dataset.step, addBox(step, line.dataset.tick));
    }
    const keys = [...boxes.keys()];
    if (keys.length === 0) {
      return;
    }
    build(line).role = "status";
    const reset = document.createElement("button");
    reset.type = "button";
    line.append(reset);
    let before = null; // what was ticked when the reader started over, until something is ticked

    const refresh = () => {
      const done = ticked(lab);
      for (const [key, box] of boxes) {
        box.checked = done.has(key);
        box.closest("[data-step]").classList.toggle("lockstep-done", box.checked);
      }
      const count = show(line, keys, done);
      reset.textContent = before ? line.dataset.undo : line.dataset.reset;
      reset.hidden = count === 0 && !before;
    };

    /* A step is not done while one in it is open: ticking one ticks those in it, and opening one
       opens those around it. */
    const turn = (step, isDone) => {
      const done = ticked(lab);
      const within = [...step.querySelectorAll("[data-step]")];
      const around = [];
      for (let it = step.parentElement.closest("[data-step]"); it; it = it.parentElement.closest("[data-step]")) {
        around.push(it);
      }
      for (const each of [step, ...(isDone ? within : around)]) {
        done[isDone ? "add" : "delete"](each.dataset.step);
      }
      before = null;
      keep(lab, done);
      refresh();
    };

    for (const box of boxes.values()) {
      box.addEventListener("change", () => turn(box.closest("[data-step]"), box.checked));
    }
    reset.addEventListener("click", () => {
      const done = before ?? new Set();
      before = before ? null : ticked(lab);
      keep(lab, done);
      refresh();
    });
    line.hidden = false;
    refresh();
    return refresh;
  };

  const onCard = (line) => {
    const keys = line.dataset.steps.split(" ");
    build(line);
    const refresh = () => {
      line.hidden = show(line, keys, ticked(line.dataset.lab)) === 0;
    };
    refresh();
    return refresh;
  };

  const refreshed = lines.map((line) => (line.dataset.steps ? onCard : onLab)(line));
  const refreshAll = () => refreshed.forEach((refresh) => refresh?.());
  if (lines.length > 0) {
    addEventListener("storage", refreshAll); // ticked in another tab
    addEventListener("pageshow", (event) => event.persisted && refreshAll()); // come back to
  }
})();
