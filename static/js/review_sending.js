/* Sends what the keys of the review do, one after the other, and puts the answers where they belong. */

import { csrfToken } from "./csrf.js";
import { count, current, go, labelOf, part, say, showDetail } from "./review_lines.js";

const DEAF_MS = 700;
const TROUBLE = {
  0: "Not sent: the server does not answer. Press the key again when the connection is back.",
  401: "Not sent: you are logged out. Log in in another tab, then press the key again.",
  403: "Not sent: your role does not let you do this, or the page is too old. Load it again.",
  404: "Not sent: the item is not there any more. Load the page again.",
  413: "Not sent: the text is too long. Shorten it.",
};
let tail = Promise.resolve();
let waiting = 0;
let deafUntil = 0;
let hasFailed = false;

export const isWaiting = () => waiting > 0;
export const isDeaf = () => Date.now() < deafUntil;
/* Resolves once everything is answered: whether all of it went well. */
export const settled = () => tail.then(() => (waiting ? settled() : !hasFailed));

export function enqueue(job) {
  if (!waiting) hasFailed = false;
  waiting += 1;
  tail = tail.then(job).catch(() => say(TROUBLE[0], true)).finally(() => (waiting -= 1));
}

export async function post(url, data = {}) {
  const headers = {
    "HX-Request": "true",
    "X-CSRFToken": csrfToken(),
    "X-Page-User": document.body.dataset.userId,
  };
  let response = null;
  try {
    response = await fetch(url, { method: "POST", body: new URLSearchParams(data), headers, redirect: "error" });
  } catch {
    return { words: TROUBLE[0], get: () => null };
  }
  if (![200, 409, 422].includes(response.status)) return { words: TROUBLE[response.status] || `Not sent: the server failed (${response.status}).`, get: () => null };
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  const answer = holder.content.firstElementChild;
  const get = (name) => answer.querySelector(`[data-part=${name}]`);
  return { ...answer.dataset, get, words: get("words")?.textContent.trim() || "" };
}

/* What an answer says of an item: its standing, its value, its queries. */
export function apply(line, answer) {
  delete line.dataset.pending;
  for (const name of ["verdict", "asked"]) if (answer.get(name)) part(line, name, { make: true }).replaceChildren(...answer.get(name).childNodes);
  const value = answer.get("value")?.firstElementChild;
  if (value) {
    value.dataset.value = "";
    part(line, "value").replaceWith(value);
  }
  if (answer.state !== undefined) {
    line.dataset.state = answer.state;
    if (answer.undo) line.dataset.undo = answer.undo;
    else delete line.dataset.undo;
  }
  if (answer.seen) line.dataset.seen = answer.seen;
  if (answer.words || part(line, "words")) part(line, "words", { make: true }).textContent = answer.words;
  if (line === current()) showDetail(line);
  count();
}

/* Brings the person back to what was refused. Keys that are on their way are not meant for it. */
export function bringBack(line, words) {
  say(`${labelOf(line)} · ${words}`, true);
  if (!hasFailed) go(line);
  hasFailed = true;
  deafUntil = Date.now() + DEAF_MS;
}

window.addEventListener("beforeunload", (event) => {
  if (waiting) event.preventDefault();
});
