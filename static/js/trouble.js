/* Says in words how the saving goes, and what to do when the server does not take a value. */

import { wrapper } from "./fields.js";
import { placeOf } from "./messages.js";
import { outbox } from "./outbox.js";
import { gettext } from "./words.js";

const line = document.getElementById("saving");

/* How the saving goes: the item on its way, what stands in the way, and when the last one was saved. */
export const going = { busy: null, trouble: "", savedAt: "" };

export function say() {
  const held = outbox.held().length;
  const waiting = outbox.ids().length - held;
  if (going.trouble) tell("bad", `! ${gettext("Not saved: {why}", { why: going.trouble })}`);
  else if (going.busy || outbox.next()) tell("busy", gettext("Saving…"));
  else if (held) tell("bad", `! ${gettext("{number} not saved: see the message at the field", { number: held })}`);
  else if (waiting) tell("busy", gettext("Typing…"));
  else tell("good", `✓ ${going.savedAt ? gettext("All saved {at}", { at: going.savedAt }) : gettext("All saved")}`);
}

function tell(kind, text) {
  if (line.textContent === text) return;
  line.className = `saving saving-${kind}`;
  line.textContent = text;
}

/* Of a cell, what names it: its message stands below the table, as the server's do. */
function nameOfCell(item) {
  if (!item?.matches(".grid-item")) return "";
  const named = item.querySelector("input[aria-label], select[aria-label], textarea[aria-label]");
  return named?.getAttribute("aria-label") ?? item.querySelector(".cell-label")?.textContent.trim() ?? "";
}

/* The server does not take this: hold it, so that the other items go on. What was typed stays in the field. */
export function refuse(id, words = "") {
  outbox.put(id, { ...outbox.get(id), held: "refused" });
  const note = document.createElement("div");
  note.className = "note note-error";
  const cell = nameOfCell(wrapper(id));
  const cause = words || gettext("The server cannot take this text: it is too long. Shorten it.");
  const why = cell ? `${cell}: ${cause}` : cause;
  note.append(Object.assign(document.createElement("p"), { textContent: gettext("Not saved. {why}", { why }) }));
  if (words) {
    const again = { type: "button", className: "btn btn-small", textContent: gettext("Send it again") };
    note.append(Object.assign(document.createElement("button"), again));
    note.lastChild.dataset.sendAgain = id;
  }
  placeOf(id).replaceChildren(note);
}

/* Why the person may not do this now: our own words come as text, whatever else refuses sends a page. */
export function refusal(xhr) {
  const isOurs = [403, 404].includes(xhr.status) && xhr.getResponseHeader("Content-Type")?.startsWith("text/plain");
  return isOurs ? xhr.responseText : "";
}

/* A file is being written for the patient: who is at work, and for how long. It is sent again by itself. */
export function waiting(xhr) {
  if (xhr.status !== 423) return "";
  return gettext("{why} What you typed is kept, and is sent again by itself.", { why: xhr.responseText });
}

export function problem(status) {
  if (status === 401) return gettext("you are logged out. Log in above; what you typed is kept");
  if (status === 403) return gettext("this page is too old. Load it again; what you typed is kept in this tab");
  if (status === 404) return gettext("there is nothing at this address any more. What you typed is kept in this tab");
  if (status === 0) return gettext("the server cannot be reached. What you typed is kept; trying again");
  if (status >= 400 && ![400, 409, 413, 422, 428].includes(status)) return gettext("the server has a problem. What you typed is kept; trying again");
  return "";
}
