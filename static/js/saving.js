/* Sends the outbox, one item after the other, and says on the page whether all is saved. htmx carries the requests. */

import "./outcomes.js";
import { csrfToken } from "./csrf.js";
import { addressOf, field, goTo, idOf, isMissing, isProposed, isSame, posted, read, shown, state, wrapper } from "./fields.js";
import { clear } from "./messages.js";
import { outbox } from "./outbox.js";
import { going, problem, refusal, refuse, say, waiting } from "./trouble.js";

export const RETRY_MS = 5000;
const listeners = new Set();
let timer = 0;

export const onSettled = (listener) => listeners.add(listener);
export const isSettled = () => !going.busy && !outbox.next();

export function commit(id) {
  const value = read(id);
  const entry = outbox.get(id);
  if (entry && !entry.typing && entry.value === value) return flush();
  // While a save of this item is under way, what is stored is about to change: nothing may be dropped by comparison.
  if (going.busy !== id && value === shown(state.get(id)) && !(entry && !isSame(entry.seen, state.get(id)))) {
    if (entry) forget(id);
  } else {
    outbox.put(id, { value, seen: entry?.seen ?? state.get(id) });
  }
  flush();
}

/* Once something is stored in a row, so is what the page proposes there: sent next, before anything is said to be saved. */
document.addEventListener("ecrf:outcome", ({ detail: { id, outcome } }) => {
  const items = outcome === "saved" ? wrapper(id)?.closest("[data-row-of]")?.querySelectorAll("[data-item]") : null;
  for (const other of [...(items ?? [])].map(idOf)) {
    if (!outbox.get(other) && isProposed(other)) outbox.put(other, { value: read(other), seen: "" });
  }
});

/* Back to what is stored: nothing to send, and nothing more to say at the field. */
function forget(id) {
  outbox.drop(id);
  clear(id);
  document.getElementById(`f-${id}`).removeAttribute("aria-invalid");
  document.dispatchEvent(new Event("ecrf:dropped"));
}

export function send(id, entry) {
  outbox.put(id, { value: read(id), seen: state.get(id), ...entry });
  flush();
}

/* A comment is posted where it stood to be changed: "nd" typed over a reason leaves the comment with it. */
export const commented = (comment, seen) => (comment === undefined ? {} : { comment, seen_comment: seen.comment ?? "" });

/* Changes that waited for their reason go together, in one act; `bar` is where the reason was given. */
let together = null;
let togetherAgain = flush;
export function sendTogether(ids, reason, bar) {
  togetherAgain = () => {
    const left = ids.filter((id) => outbox.get(id)?.held === "reason");
    return left.length ? sendTogether(left, reason, bar) : flush();
  };
  together = { "reason-of-all": reason, answers: [] };
  const seen = {};
  for (const id of ids) {
    const entry = outbox.get(id);
    outbox.put(id, { ...entry, sent: entry.value });
    const name = field(id).name;
    const [crf, address, item] = name.split(":");
    const form = `seen:${crf}-${address.replace(".", "_")}`;
    const before = isMissing(entry.seen) ? { missing: entry.seen.missing } : entry.seen;
    seen[form] = { ...seen[form], [item]: before };
    together[name] = entry.value;
    together[`reason:${name}`] = document.getElementById(`r-${id}`)?.value.trim() ?? "";
    together.answers.push(...[...document.querySelectorAll(`#y-${CSS.escape(id)} [name=answers]:checked`)].map((each) => each.value));
  }
  for (const [form, states] of Object.entries(seen)) together[form] = JSON.stringify(states);
  going.busy = "together";
  clearTimeout(timer);
  say();
  const url = `${document.getElementById("page-form").dataset.items}reasons/`;
  htmx.ajax("POST", url, { source: bar, swap: "none" }).catch(() => {}); // told by htmx:afterRequest
}

export function flush() {
  const id = outbox.next();
  if (!going.busy && id) {
    if (!wrapper(id)) return outbox.drop(id), flush();
    going.busy = id;
    clearTimeout(timer);
    htmx.ajax("POST", addressOf(id), { source: wrapper(id), swap: "none" }).catch(() => {}); // told by htmx:afterRequest
  }
  say();
  if (isSettled()) listeners.forEach((listener) => listener());
}

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRFToken"] = csrfToken();
  event.detail.headers["X-Page-User"] = document.body.dataset.userId;
  if (event.target.matches("#reason-bar")) event.detail.parameters = together;
  if (!event.target.matches("[data-item]")) return;
  const entry = outbox.get(idOf(event.target));
  entry.sent = entry.value;
  const { value, seen, missing = "", comment, reason = "" } = entry;
  event.detail.parameters = { value, missing, ...commented(comment, seen), reason, ...posted(seen) };
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { status } = event.detail.xhr;
  const words = refusal(event.detail.xhr);
  const isWaiting = status === 423;
  if (!event.target.matches("[data-item], #reason-bar")) {
    return elsewhere(event.target, status, isWaiting ? event.detail.xhr.responseText : words);
  }
  going.busy = null;
  const isItem = event.target.matches("[data-item]");
  if (isItem && ([400, 413].includes(status) || words)) refuse(idOf(event.target), words || undefined);
  going.trouble = words ? (isItem ? "" : words) : waiting(event.detail.xhr) || problem(status);
  if (status === 401) document.dispatchEvent(new Event("ecrf:logged-out"));
  // A right that is missing is not there in five seconds: only what may pass by itself is tried again.
  else if (going.trouble && !words && ![403, 404].includes(status)) timer = setTimeout(isItem ? flush : togetherAgain, RETRY_MS);
  if (going.trouble) return say();
  document.dispatchEvent(new Event("ecrf:saved"));
  flush();
});

/* A question's answer or a history that did not get through: nothing typed is at stake, but it must not look done. */
function elsewhere(target, status, words) {
  // Nothing is at stake where a form was left: it is asked for again (leaving.js).
  if (status === 423 && target.matches("[data-asks-when-left]")) return;
  if (target.closest("#log-in-here") || (status >= 200 && status < 400) || [409, 422].includes(status)) return;
  if (status === 401) document.dispatchEvent(new Event("ecrf:logged-out"));
  going.trouble = words || problem(status);
  say();
}

document.addEventListener("click", ({ target }) => {
  const id = target.dataset.sendAgain;
  if (!id) return;
  outbox.put(id, { ...outbox.get(id), held: false });
  clear(id);
  goTo(field(id));
  flush();
});

export const again = () => ((going.trouble = ""), flush());
