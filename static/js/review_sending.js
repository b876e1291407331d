/* Sends what the keys of the review do, one after the other, and puts the answers where they belong. */

import { noAnswer } from "./posting.js";
import { count, current, go, labelOf, part, say, showDetail } from "./review_lines.js";

export { post } from "./posting.js";

const DEAF_MS = 700;
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
  tail = tail.then(job).catch(() => say(noAnswer(), true)).finally(() => (waiting -= 1));
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
