/* Folds away the forms of a visit that was missed, save those into which something was entered. */

import { idOf, read, state } from "./fields.js";
import { outbox } from "./outbox.js";

const isBegun = (form) => [...form.querySelectorAll("[data-item]")].some((item) => state.get(idOf(item)) || outbox.get(idOf(item)));

export function foldMissed() {
  const note = document.getElementById("missed-note");
  if (!note) return;
  const missed = read(note.dataset.occurrence) === note.dataset.missed;
  for (const form of document.querySelectorAll("[data-unless-missed]")) form.hidden = missed && !isBegun(form);
  note.hidden = !document.querySelector("[data-unless-missed][hidden]");
}
