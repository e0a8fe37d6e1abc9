function element(tag, className, text) {
  const made = document.createElement(tag);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function words(face) {
  const box = element("span", "words");
  const label = element("span", "label");
  if (face.colour) {
    const dot = element("span", "dot");
    dot.style.background = face.colour;
    label.append(dot);
  }
  label.append(element("span", "", face.label));
  box.append(label);
  if (face.note) box.append(element("span", "note", face.note));
  return box;
}

function cell(face, { mark, opens }, grid) {
  const box = element("div", face.marked ? "cell marked" : "cell");
  box.setAttribute("role", "listitem");
  const look = element(opens ? "button" : "div", "look");
  if (opens) {
    look.type = "button";
    look.dataset.focus = `open ${face.row}`;
    look.onclick = () => {
      grid.send("opened", face.row);
      returnTo(grid, look.dataset.focus);
    };
  }
  const image = element("img", "");
  image.src = face.source;
  image.alt = opens ? `Row ${face.row}` : face.label;
  look.append(image, words(face));
  box.append(look);
  if (mark) {
    const line = element("label", "mark");
    const tick = element("input", "");
    tick.type = "checkbox";
    tick.checked = face.marked;
    tick.dataset.focus = `mark ${face.row}`;
    tick.setAttribute("aria-label", `${mark}: row ${face.row}`);
    tick.onchange = () => {
      box.classList.toggle("marked", tick.checked);
      grid.send("toggled", face.row);
    };
    line.append(tick, element("span", "", mark));
    box.append(line);
  }
  return box;
}

// A dialog that closes gives the keyboard to the document, as it knows no element's inside.
function returnTo(grid, place) {
  let wasOpen = false;
  grid.watch?.disconnect();
  grid.watch = new MutationObserver(() => {
    const isOpen = document.querySelector("[role=dialog]") !== null;
    if (wasOpen && !isOpen) {
      grid.watch.disconnect();
      setTimeout(() => grid.querySelector(`[data-focus="${place}"]`)?.focus({ preventScroll: true }), 100);
    }
    wasOpen = isOpen;
  });
  grid.watch.observe(document.body, { childList: true, subtree: true });
}

export default function ({ data, parentElement, setTriggerValue }) {
  const grid = parentElement.querySelector(".grid");
  grid.send = setTriggerValue;
  grid.style.setProperty("--side", `${data.side}px`);
  // Drawn anew after each answer of the server: whoever uses the keyboard stays where they were.
  const focused = grid.getRootNode().activeElement?.dataset.focus;
  grid.replaceChildren(...data.faces.map((face) => cell(face, data, grid)));
  if (focused) grid.querySelector(`[data-focus="${focused}"]`)?.focus({ preventScroll: true });
}
