/* Keeps the keyboard where it was: when an answer of the server takes the focused button away, the focus goes to the
   field of its item, or to the first one of its row. */

import { field, goTo, inOrder } from "./fields.js";

let from = null;

const PLACE = "[id^=q-], [id^=y-], [id^=m-]";

document.addEventListener("htmx:beforeRequest", () => {
  const active = document.activeElement;
  const place = active?.closest("#page-form .messages")?.closest(PLACE);
  if (place && active.matches("button")) from = { id: place.id.slice(2), panel: active.closest("[data-panel]")?.id };
});

function goBack() {
  if (!from || document.activeElement !== document.body) return;
  const own = field(from.id);
  const panel = document.getElementById(from.panel);
  const target = own && !own.disabled ? own : inOrder().find((each) => panel?.contains(each));
  from = null;
  goTo(target);
}

for (const swapped of ["htmx:oobAfterSwap", "htmx:afterSettle"]) document.addEventListener(swapped, goBack);
document.addEventListener("focusin", () => (from = null));

/* After a row was struck out or restored: what its place offers now. */
const target = location.hash && document.getElementById(location.hash.slice(1));
if (target && target.matches(".struck, :has(> .struck)")) {
  addEventListener("load", () => requestAnimationFrame(() => target.querySelector("summary, a, button")?.focus()));
}
