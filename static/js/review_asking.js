/* Opens a query in place: the cursor in a text below the item. What was typed is kept until it is sent,
   over a reload too. */

import { forget, putBack } from "./kept_questions.js";
import { addressOf, go, keyOf, labelOf, say } from "./review_lines.js";
import { apply, enqueue, post } from "./review_sending.js";
import { gettext } from "./words.js";

const uuid = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  return [...bytes].map((byte, place) => ([4, 6, 8, 10].includes(place) ? "-" : "") + byte.toString(16).padStart(2, "0")).join("");
};

function close(box) {
  const { line } = box;
  box.remove();
  go(line);
}

export function ask(line, onAsked) {
  const open = document.querySelector(".ask-row");
  if (open?.line === line) return open.querySelector("textarea").focus();
  if (open) close(open);
  go(line);
  let below = line.closest("tr");
  while (below.nextElementSibling?.matches(".detail, .past")) below = below.nextElementSibling;
  const box = document.createElement("tr");
  box.className = "ask-row";
  box.line = line;
  box.append(document.createElement("td"));
  box.firstElementChild.colSpan = line.closest("tr").children.length;
  box.firstElementChild.append(document.getElementById("ask-form").content.cloneNode(true));
  box.querySelector("[data-about]").textContent = labelOf(line);
  below.after(box);
  const area = box.querySelector("textarea");
  const key = uuid();
  area.dataset.kept = `ask-${keyOf(line)}`;
  putBack(area);
  box.querySelector("[data-close]").addEventListener("click", () => close(box));
  box.querySelector("form").addEventListener("submit", (event) => (event.preventDefault(), send(box, key, onAsked)));
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(box);
    else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      box.querySelector("form").requestSubmit();
    }
  });
  area.focus({ preventScroll: true });
  box.scrollIntoView({ block: "nearest" });
  return undefined;
}

function send(box, key, onAsked) {
  const area = box.querySelector("textarea");
  if (area.readOnly) return;
  area.readOnly = true;
  say(gettext("Sending the query…"));
  enqueue(async () => {
    const answer = await post(addressOf(box.line, "ask"), { text: area.value, key });
    area.readOnly = false;
    if (answer.outcome !== "asked") {
      box.querySelector("[data-refused]").textContent = answer.words;
      say(answer.words, true);
      return area.focus();
    }
    forget(area);
    box.remove();
    box.line.dataset.query = "";
    box.line.dataset.asked = "";
    apply(box.line, answer);
    onAsked(box.line);
    go(box.line);
    return say(gettext("The query is sent: it is the site’s turn. N goes on."));
  });
}
