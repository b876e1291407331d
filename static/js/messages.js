/* The places below an item at which a save says what became of it (m-), checks ask (q-), queries ask (y-) and the
   site asks and notes (k-): made when there is something to say, as most items never have any. */

import { wrapper } from "./fields.js";
import { gettext } from "./words.js";

const KINDS = ["m", "q", "y", "k"];

export function placeOf(id, kind = "m") {
  const known = document.getElementById(`${kind}-${id}`);
  if (known) return known;
  const made = Object.assign(document.createElement("div"), { id: `${kind}-${id}`, className: "messages" });
  const before = KINDS.slice(0, KINDS.indexOf(kind)).reverse().map((one) => document.getElementById(`${one}-${id}`)).find(Boolean);
  const after = KINDS.slice(KINDS.indexOf(kind) + 1).map((one) => document.getElementById(`${one}-${id}`)).find(Boolean);
  if (before) before.after(made);
  else if (after) after.before(made);
  else home(id)?.append(made);
  return made;
}

/* Below the item itself; below the table of a cell; below a calculated value. */
function home(id) {
  const item = wrapper(id) ?? document.getElementById(`c-${id}`);
  if (item?.matches(".item:not(.grid-item)")) return item;
  const calculated = item?.closest(".calc");
  if (!calculated) return item?.closest("[data-panel]").querySelector("[data-messages]");
  return { append: (made) => calculated.after(made) };
}

export const clear = (id) => document.getElementById(`m-${id}`)?.replaceChildren();

/* An answer of the server names the places that it fills; one that stays empty and is not there need not be made. */
const EMPTY = /<div class="messages" id="([mqyk]-[^"]+)" hx-swap-oob="true"[^>]*>\s*<\/div>/g;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isThere = (whole, id) => (document.getElementById(id) ? whole : "");
  detail.serverResponse = detail.serverResponse.replace(EMPTY, isThere);
  for (const [, kind, id] of detail.serverResponse.matchAll(/id="([mqyk])-([^"]+)" hx-swap-oob/g)) placeOf(id, kind);
});

/* The mouse's way to what F2 opens. */
for (const item of document.querySelectorAll("#page-form .item:not(.grid-item)")) {
  const value = item.querySelector(".value");
  if (!value || item.closest(".rows")) continue;
  const more = Object.assign(document.createElement("button"), { type: "button", className: "more", tabIndex: -1 });
  more.append(Object.assign(document.createElement("span"), { textContent: "⋯" }));
  more.dataset.more = item.id.slice(2);
  more.dataset.says = gettext("no value, note…");
  const label = item.querySelector(".label").firstChild.textContent;
  more.setAttribute("aria-label", gettext("No value, note or question: {item}", { item: label }));
  value.insertBefore(more, value.querySelector(".hint"));
}
