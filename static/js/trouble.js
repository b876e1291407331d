/* Says in words how the saving goes, and what to do when the server does not take a value. */

import { placeOf } from "./messages.js";
import { outbox } from "./outbox.js";

const line = document.getElementById("saving");

/* How the saving goes: the item on its way, what stands in the way, and when the last one was saved. */
export const going = { busy: null, trouble: "", savedAt: "" };

export function say() {
  const held = outbox.held().length;
  const waiting = outbox.ids().length - held;
  if (going.trouble) tell("bad", `! Not saved: ${going.trouble}`);
  else if (going.busy || outbox.next()) tell("busy", "Saving…");
  else if (held) tell("bad", `! ${held} not saved: see the message at the field`);
  else if (waiting) tell("busy", "Typing…");
  else tell("good", going.savedAt ? `✓ All saved ${going.savedAt}` : "✓ All saved");
}

function tell(kind, text) {
  if (line.textContent === text) return;
  line.className = `saving saving-${kind}`;
  line.textContent = text;
}

const TOO_LONG = "The server cannot take this text: it is too long. Shorten it.";

/* The server does not take this: hold it, so that the other items go on. What was typed stays in the field. */
export function refuse(id, words = TOO_LONG) {
  outbox.put(id, { ...outbox.get(id), held: "refused" });
  const note = document.createElement("div");
  note.className = "note note-error";
  note.append(Object.assign(document.createElement("p"), { textContent: `Not saved. ${words}` }));
  if (words !== TOO_LONG) {
    const again = { type: "button", className: "btn btn-small", textContent: "Send it again" };
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

export function problem(status) {
  if (status === 401) return "you are logged out. Log in above; what you typed is kept";
  if (status === 403) return "this page is too old. Load it again; what you typed is kept in this tab";
  if (status === 404) return "there is nothing at this address any more. What you typed is kept in this tab";
  if (status === 0) return "the server cannot be reached. What you typed is kept; trying again";
  if (status >= 400 && ![400, 409, 413, 422, 428].includes(status)) return "the server has a problem. What you typed is kept; trying again";
  return "";
}
