/* As the day before: a form's proposal opens in place, is confirmed with one key, and its values then stand in the fields. */

import { goTo, inOrder, showAsked, shown, state, tag, wrapper, write } from "./fields.js";
import { clear } from "./messages.js";
import { isToEnter } from "./counting.js";
import { isSettled, onSettled } from "./saving.js";

let waiting = null;

const boxIn = (panel) => panel.querySelector("[data-carry-place]");

/* What was typed last is saved first: the proposal is made of what is stored. */
function open() {
  const link = waiting;
  if (!link || !isSettled()) return;
  waiting = null;
  const panel = link.closest("[data-panel]");
  const place = boxIn(panel) ?? Object.assign(document.createElement("div"), { ariaLive: "polite" });
  place.dataset.carryPlace = "";
  link.closest(".panel-head").after(place);
  htmx.ajax("GET", link.href, { source: link, target: place, swap: "innerHTML" }).catch(() => {}); // told by htmx:afterRequest
}
onSettled(open);
document.addEventListener("htmx:afterSettle", ({ target }) => {
  if (target.matches("[data-carry-place]")) (target.querySelector("[data-carry-take]") ?? target.firstElementChild)?.focus();
});

function take(button) {
  const place = button.closest("[data-carry-place]");
  const link = button.closest("[data-panel]").querySelector("[data-carry]");
  const ticked = [...place.querySelectorAll("[name=take]:checked")].map((box) => box.value);
  htmx.ajax("POST", link.href, { source: place, target: place, swap: "innerHTML", values: { take: ticked } }).catch(() => {});
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-carry]");
  const button = event.target.closest("[data-carry-take]");
  if (!link && !button) return;
  event.preventDefault();
  if (button) return take(button);
  waiting = link;
  open();
});

document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyD") return;
  const link = event.target.closest("[data-panel].panel")?.querySelector("[data-carry]");
  if (!link) return;
  event.preventDefault();
  link.click();
});

/* Its own values only: not those of the fields around it. */
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.target.matches("[data-carry-place], [data-carry]")) return;
  const { take: ticked } = event.detail.parameters;
  event.detail.parameters = event.target.matches("[data-carry]") ? {} : { take: ticked };
});

document.addEventListener("ecrf:carried", ({ target, detail }) => {
  for (const { id, seen } of detail.items) {
    if (!wrapper(id)) return location.reload(); // a row that the page does not show yet
    state.set(id, seen);
    write(id, shown(seen));
    tag(id, "");
    clear(id);
  }
  showAsked();
  document.dispatchEvent(new Event("ecrf:dropped"));
  const panel = target.closest("[data-panel]");
  const next = inOrder().filter((each) => panel.contains(each));
  goTo(next.find(isToEnter) ?? next[0]);
});
