/* A button on every block of code that copies it: code alone, without prompt or output. Material's
   script does the copying, and says that it did. It would also put the buttons there, one by one,
   each time measuring the whole page; here they come in one go. */
"use strict";

(() => {
  const config = document.getElementById("__config");
  const name = JSON.parse(config.textContent).translations["clipboard.copy"];
  for (const [number, code] of document.querySelectorAll("article .highlight > pre > code").entries()) {
    code.id ||= `lockstep-code-${number}`;
    const place = document.createElement("div");
    place.className = "md-code__nav";
    const button = document.createElement("button");
    button.type = "button";
    button.className = "md-code__button";
    button.title = name;
    button.dataset.mdType = "copy";
    button.dataset.clipboardTarget = `#${code.id}`;
    place.append(button);
    code.before(place);
  }
})();
