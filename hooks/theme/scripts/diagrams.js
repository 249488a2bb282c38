/* Draws each `.lockstep-diagram` (a mermaid source) with the library that lies beside this script.
   The library weighs more than all the rest of a page: it is asked for when the reader comes near a
   diagram. Until a diagram is drawn, and for good where it cannot be, its source stays readable. */
"use strict";

(() => {
  const sources = [...document.querySelectorAll(".lockstep-diagram")];
  if (sources.length === 0) {
    return;
  }
  const library = new URL("../vendor/mermaid/mermaid.min.js", document.currentScript.src);
  const drawings = new Map();

  // What is printed in the place of a diagram that nobody came near.
  for (const source of sources) {
    const told = /^\s*accDescr\s*:\s*(.+)$/m.exec(source.textContent);
    if (told) {
      source.dataset.description = told[1];
    }
  }

  const near = () =>
    new Promise((resolve) => {
      const seen = new IntersectionObserver(
        (entries) => {
          if (entries.some((entry) => entry.isIntersecting)) {
            seen.disconnect();
            resolve();
          }
        },
        { rootMargin: "100% 0px" }, // a screen ahead
      );
      for (const source of sources) {
        seen.observe(source);
      }
      window.addEventListener("beforeprint", resolve, { once: true });
    });

  const load = () =>
    new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = library.href;
      script.onload = () => resolve(window.mermaid);
      script.onerror = () => reject(new Error(`cannot load ${library.pathname}`));
      document.head.append(script);
    });

  /* mermaid derives further colours from these by arithmetic, so that they must be plain ones. */
  const settings = () => {
    const page = getComputedStyle(document.body);
    const colour = (name) => page.getPropertyValue(`--lockstep-${name}`).trim();
    const fontFamily = getComputedStyle(sources[0].parentElement).fontFamily;
    return {
      startOnLoad: false,
      securityLevel: "strict",
      suppressErrorRendering: true,
      fontFamily,
      theme: "base",
      themeVariables: {
        darkMode: document.body.dataset.mdColorScheme === "slate",
        fontFamily,
        fontSize: "15px",
        background: colour("raised"),
        mainBkg: colour("pine-wash"),
        primaryColor: colour("pine-wash"),
        primaryTextColor: colour("ink"),
        primaryBorderColor: colour("pine"),
        secondaryColor: colour("straw-wash"),
        secondaryTextColor: colour("ink"),
        secondaryBorderColor: colour("straw"),
        tertiaryColor: colour("sunken"),
        tertiaryTextColor: colour("ink"),
        tertiaryBorderColor: colour("line"),
        clusterBkg: colour("sunken"),
        clusterBorder: colour("line"),
        lineColor: colour("muted"),
        textColor: colour("ink"),
        titleColor: colour("ink"),
        edgeLabelBackground: colour("raised"),
        noteBkgColor: colour("straw-wash"),
        noteTextColor: colour("ink"),
        noteBorderColor: colour("straw"),
      },
    };
  };

  const place = (source, svg) => {
    let drawing = drawings.get(source);
    if (!drawing) {
      drawing = document.createElement("figure");
      drawing.className = "lockstep-drawing";
      source.after(drawing);
      drawings.set(source, drawing);
    }
    drawing.innerHTML = svg;
    source.hidden = true;
    // On a phone a wide diagram scrolls rather than shrink until nobody can read it.
    const image = drawing.querySelector("svg");
    image.style.minWidth = `${0.75 * Number.parseFloat(image.style.maxWidth || 0)}px`;
    drawing.dispatchEvent(new Event("lockstep:drawn", { bubbles: true }));
  };

  const draw = async (mermaid) => {
    mermaid.initialize(settings());
    for (const [number, source] of sources.entries()) {
      try {
        const { svg } = await mermaid.render(`lockstep-drawing-${number}`, source.textContent);
        place(source, svg);
      } catch (error) {
        console.warn(`diagram ${number + 1} stays as text: ${error.message}`);
      }
    }
  };

  near()
    .then(load)
    .then(async (mermaid) => {
      await draw(mermaid);
      // One drawing at a time: a second change of colours waits for the first to be drawn.
      let last = Promise.resolve();
      new MutationObserver(() => {
        last = last.then(() => draw(mermaid));
      }).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
    })
    .catch((error) => console.warn(`diagrams stay as text: ${error.message}`));
})();
