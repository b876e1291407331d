/* Sends the outbox, one item after the other, and says on the page whether all is saved. htmx carries the requests. */

import { csrfToken, field, idOf, read, shown, state, tag, wrapper, write } from "./fields.js";
import { outbox } from "./outbox.js";
import { problem, refuse, tell } from "./trouble.js";

const RETRY_MS = 5000;
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
  if (trouble) tell("bad", `! Not saved: ${trouble}`);
  else if (busy || outbox.next()) tell("busy", "Saving…");
  else if (held) tell("bad", `! ${held} not saved: see the message at the field`);
  else if (waiting) tell("busy", "Typing…");
  else tell("good", savedAt ? `✓ All saved ${savedAt}` : "✓ All saved");
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
  document.dispatchEvent(new Event("ecrf:dropped"));
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

export const again = () => ((trouble = ""), flush());
