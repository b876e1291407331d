/* What a screen reader says beside a field's name: its unit, its last value, why there is none, what is refused and what is
   asked there. What a save brings beside a field is read out at once, though the focus is somewhere else by then. */

import { field, goTo, idOf, wrapper } from "./fields.js";

const live = Object.assign(document.createElement("div"), { id: "spoken", className: "visually-hidden" });
live.setAttribute("role", "status");
document.body.append(live);

const words = (element) => element.textContent.replace(/\s+/g, " ").trim();
const PARTS = {
  m: ":scope > .note:not(.more-box) p, :scope > .changed-mark, :scope > p.note",
  q: ":scope > .note p",
  y: ".query:not(.query-closed) .query-head",
};
const partsOf = (place) => [...(place?.querySelectorAll(PARTS[place.id[0]] ?? "nothing") ?? [])];

function describe(id) {
  const control = document.getElementById(`f-${id}`);
  const item = wrapper(id);
  if (!control || !item) return;
  const beside = [...item.querySelectorAll(".unit, .missing-tag, .last, .hint")].filter((part) => !part.closest(".messages") && words(part));
  const said = Object.keys(PARTS).flatMap((kind) => partsOf(document.getElementById(`${kind}-${id}`)));
  const all = [...beside, ...said];
  for (const [place, part] of all.entries()) part.id ||= `x${place}-${id}`;
  if (all.length) control.setAttribute("aria-describedby", all.map((part) => part.id).join(" "));
  else control.removeAttribute("aria-describedby");
}

function nameOf(id) {
  const control = document.getElementById(`f-${id}`) ?? document.getElementById(`c-${id}`);
  return control?.ariaLabel || words(document.getElementById(`l-${id}`) ?? control?.labels?.[0] ?? document.createElement("i"));
}

/* {id of a place: what was read out of it last}: a question that stands there already is no news. */
const known = new Map();
const textOf = (place) => partsOf(place).map(words).join(" ");

const form = document.getElementById("page-form");
for (const place of form.querySelectorAll(".messages[id]")) known.set(place.id, textOf(place));

let waiting = [];
/* What does not stand there any more is not read out, nor left at the end of the page. */
function takeBack(of) {
  waiting = waiting.filter((said) => said.dataset.of !== of);
  for (const said of [...live.children]) if (said.dataset.of === of) said.remove();
}

function tell(place) {
  const text = textOf(place);
  const isNews = text && (text !== known.get(place.id) || place.id.startsWith("m-"));
  known.set(place.id, text);
  if (!text) takeBack(place.id);
  if (!isNews) return;
  const name = nameOf(place.id.slice(2));
  if (!waiting.length) setTimeout(() => live.replaceChildren(...waiting.splice(0)), 100);
  const said = Object.assign(document.createElement("p"), { textContent: name && !text.includes(name) ? `${name}: ${text}` : text });
  said.dataset.of = place.id;
  waiting.push(said);
}

new MutationObserver((changes) => {
  const places = new Set();
  for (const { target, addedNodes } of changes) {
    for (const node of [target, ...addedNodes]) {
      const place = node.isConnected && node.closest?.(".messages[id]");
      if (place && node.closest(".more-box, [data-ask-at]") === null) places.add(place);
    }
  }
  for (const place of places) {
    tell(place);
    describe(place.id.slice(2));
  }
}).observe(form, { childList: true, subtree: true });

document.addEventListener("focusin", ({ target }) => {
  const id = target.closest("#page-form [data-item]") && !target.closest(".messages") && idOf(target);
  if (id) describe(id);
});

/* What is missing or refused is a link to its field; where answers are chosen, to the chosen one or the first. */
document.addEventListener("click", (event) => {
  const link = event.target.closest(".gaps a[href^='#f-']");
  const found = link && field(decodeURIComponent(link.hash).slice(3));
  if (!found) return;
  event.preventDefault();
  goTo(found);
});
