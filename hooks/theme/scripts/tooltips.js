/* What a `title` says, where the reader points or tabs to: a definition, the name of a button. One
   tooltip for the whole page, made when it is first needed; Material's would be set up for each of
   a lab's hundred titles before anything else happens. It can be pointed at, stays until the
   reader leaves, and goes with Escape. */
"use strict";

(() => {
  const DELAY = 250;
  const GAP = 8;
  let tip = null;
  let owner = null;
  let timer = 0;

  const make = () => {
    const made = document.createElement("div");
    made.id = "lockstep-tooltip";
    made.className = "lockstep-tooltip";
    made.role = "tooltip";
    document.body.append(made);
    return made;
  };

  const place = () => {
    const [first] = owner.getClientRects(); // of a link that is broken, its first line
    const { width, height } = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - GAP;
    const left = first.left + first.width / 2 - width / 2;
    const isAbove = first.top > innerHeight / 2;
    const top = isAbove ? first.top - height - GAP : first.bottom + GAP;
    tip.style.left = `${scrollX + Math.max(GAP, Math.min(left, room))}px`;
    tip.style.top = `${scrollY + top}px`;
  };

  const hide = () => {
    clearTimeout(timer);
    if (owner) {
      owner.title = tip.textContent;
      owner.removeAttribute("aria-describedby");
      owner = null;
      tip.hidden = true;
    }
  };

  const show = (element) => {
    hide();
    if (!element.title || !element.isConnected) {
      return;
    }
    tip ??= make();
    tip.textContent = element.title;
    tip.lang = element.closest("[lang]").lang;
    owner = element;
    // The browser's own tooltip would show too. A sign or a picture is called what its title says.
    element.removeAttribute("title");
    if (element.textContent.trim().length > 1) {
      element.setAttribute("aria-describedby", tip.id);
    } else {
      element.ariaLabel ??= tip.textContent;
    }
    tip.hidden = false;
    place();
  };

  const soon = (act) => {
    clearTimeout(timer);
    timer = setTimeout(act, DELAY);
  };

  addEventListener("pointerover", ({ target, pointerType }) => {
    if (pointerType === "touch" || !(target instanceof Element)) {
      return;
    }
    const element = target.closest("[title]");
    if (owner?.contains(target) || tip?.contains(target)) {
      clearTimeout(timer);
    } else if (element) {
      soon(() => show(element));
    } else {
      soon(() => owner?.matches(":focus-visible") || hide());
    }
  });
  addEventListener("focusin", ({ target }) => {
    const element = target.closest("[title]");
    if (element?.matches(":focus-visible")) {
      show(element);
    }
  });
  addEventListener("focusout", hide);
  addEventListener("keydown", ({ key }) => key === "Escape" && hide());
  addEventListener("pointerdown", hide);
  addEventListener("resize", hide);
})();
