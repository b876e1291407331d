/* Sends the outbox, one item after the other, and says on the page whether all is saved. htmx carries the requests. */

import { csrfToken, field, idOf, read, shown, state, tag, wrapper, write } from "./fields.js";
import { outbox } from "./outbox.js";

const RETRY_MS = 5000;
const line = document.getElementById("saving");
const listeners = new Set();
let busy = null;
let trouble = "";
let savedAt = "";
let timer = 0;

export const onSettled = (listener) => listeners.add(listener);
export const isSettled = () => !busy && !outbox.next();

export function say() {
  const held = outbox.held().length;
  const waiting = outbox.ids().length - held;
  if (trouble) set("bad", `! Not saved: ${trouble}`);
  else if (busy || outbox.next()) set("busy", "Saving…");
  else if (held) set("bad", `! ${held} not saved: see the message at the field`);
  else if (waiting) set("busy", "Typing…");
  else set("good", savedAt ? `✓ All saved ${savedAt}` : "✓ All saved");
}

function set(kind, text) {
  if (line.textContent === text) return;
  line.className = `saving saving-${kind}`;
  line.textContent = text;
}

export function commit(id) {
  const value = read(id);
  const entry = outbox.get(id);
  if (entry && !entry.typing && entry.value === value) return flush();
  // While a save of this item is under way, what is stored is about to change: nothing may be dropped by comparison.
  if (busy !== id && value === shown(state.get(id)) && !(entry && entry.seen !== state.get(id))) {
    if (entry) forget(id);
  } else {
    outbox.put(id, { value, seen: entry?.seen ?? state.get(id) });
  }
  flush();
}

/* Back to what is stored: nothing to send, and nothing more to say at the field. */
function forget(id) {
  outbox.drop(id);
  document.getElementById(`m-${id}`).replaceChildren();
  document.getElementById(`f-${id}`).removeAttribute("aria-invalid");
}

export function send(id, entry) {
  outbox.put(id, { value: read(id), seen: state.get(id), ...entry });
  flush();
}

export function flush() {
  const id = outbox.next();
  if (!busy && id) {
    if (!wrapper(id)) return outbox.drop(id), flush();
    busy = id;
    clearTimeout(timer);
    htmx.trigger(wrapper(id), "save");
  }
  say();
  if (isSettled()) listeners.forEach((listener) => listener());
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  event.detail.headers["X-Page-User"] = document.body.dataset.userId;
  if (!event.target.matches("[data-item]")) return;
  const entry = outbox.get(idOf(event.target));
  entry.sent = entry.value;
  const { value, seen, missing = "", comment = "", reason = "" } = entry;
  event.detail.parameters = { value, seen, missing, comment, reason };
});

document.addEventListener("ecrf:outcome", ({ detail }) => {
  const { id, outcome } = detail;
  const entry = outbox.get(id);
  document.getElementById(`f-${id}`).setAttribute("aria-invalid", outcome === "refused");
  if (outcome !== "saved") return entry && outbox.put(id, { ...entry, held: entry.value === entry.sent && outcome });
  savedAt = detail.at;
  state.set(id, detail.seen);
  tag(id, detail.missing);
  clearOldQuestions(detail);
  if (entry && entry.value !== entry.sent) return outbox.put(id, { value: entry.value, seen: detail.seen, typing: entry.typing });
  outbox.drop(id);
  if (field(id) !== document.activeElement || detail.missing) write(id, shown(detail.seen));
});

function clearOldQuestions({ panel, asked }) {
  if (!asked) return;
  const root = document.getElementById(panel);
  for (const box of root.querySelectorAll("[id^=q-]")) {
    if (box.closest("[data-panel]") === root && !asked.includes(box.id.slice(2))) box.replaceChildren();
  }
}

document.addEventListener("htmx:afterRequest", (event) => {
  const status = event.detail.xhr.status;
  if (!event.target.matches("[data-item]")) return elsewhere(event.target, status);
  busy = null;
  if (status === 400 || status === 413) refuse(idOf(event.target));
  trouble = problem(status);
  if (status === 401) document.dispatchEvent(new Event("ecrf:logged-out"));
  else if (trouble) timer = setTimeout(flush, RETRY_MS);
  if (trouble) return say();
  document.dispatchEvent(new Event("ecrf:saved"));
  flush();
});

/* A question's answer or a history that did not get through: nothing typed is at stake, but it must not look done. */
function elsewhere(target, status) {
  if (target.closest("#log-in-here") || (status >= 200 && status < 400) || [409, 422].includes(status)) return;
  if (status === 401) document.dispatchEvent(new Event("ecrf:logged-out"));
  trouble = problem(status);
  say();
}

/* The server cannot take this text at all: hold it, so that the other items go on. */
function refuse(id) {
  outbox.put(id, { ...outbox.get(id), held: "refused" });
  const note = document.createElement("p");
  note.className = "note note-error";
  note.textContent = "Not saved. The server cannot take this text: it is too long. Shorten it.";
  document.getElementById(`m-${id}`).replaceChildren(note);
}

function problem(status) {
  if (status === 401) return "you are logged out. Log in above; what you typed is kept";
  if (status === 403) return "you have no right to change this any more. What you typed is kept in this tab";
  if (status === 404) return "this visit is not yours any more. What you typed is kept in this tab";
  if (status === 0) return "the server cannot be reached. What you typed is kept; trying again";
  if (status >= 400 && ![400, 409, 413, 422, 428].includes(status)) return "the server has a problem. What you typed is kept; trying again";
  return "";
}

export const again = () => ((trouble = ""), flush());
