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

/* The server cannot take this text at all: hold it, so that the other items go on. */
export function refuse(id) {
  outbox.put(id, { ...outbox.get(id), held: "refused" });
  const note = document.createElement("p");
  note.className = "note note-error";
  note.textContent = "Not saved. The server cannot take this text: it is too long. Shorten it.";
  placeOf(id).replaceChildren(note);
}

export function problem(status) {
  if (status === 401) return "you are logged out. Log in above; what you typed is kept";
  if (status === 403) return "you have no right to change this any more. What you typed is kept in this tab";
  if (status === 404) return "this visit is not yours any more. What you typed is kept in this tab";
  if (status === 0) return "the server cannot be reached. What you typed is kept; trying again";
  if (status >= 400 && ![400, 409, 413, 422, 428].includes(status)) return "the server has a problem. What you typed is kept; trying again";
  return "";
}
