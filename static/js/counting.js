/* Counts what is left to enter and to answer, form by form, beside the names of the forms. */

import { idOf, isMissing, read, state } from "./fields.js";
import { foldMissed } from "./missed.js";
import { outbox } from "./outbox.js";
import { gettext, pgettext } from "./words.js";

export function count() {
  foldMissed();
  for (const cell of document.querySelectorAll(".grid-item")) {
    const asked = document.querySelector(`:is(#q-${CSS.escape(idOf(cell))}, #y-${CSS.escape(idOf(cell))}) .note-question`);
    cell.classList.toggle("asks", Boolean(asked));
  }
  countGaps();
  // What to do about a question is said once on the page.
  document.querySelectorAll("#page-form [data-how]").forEach((each, place) => (each.hidden = place > 0));
  for (const link of document.querySelectorAll("[data-index-of]")) {
    const panel = document.getElementById(link.dataset.indexOf);
    if (panel.hidden) {
      link.className = "index-empty";
      link.querySelector(".index-state").textContent = gettext("not asked: missed");
      continue;
    }
    const questions = panel.querySelectorAll(".note-question").length;
    const ask = questions ? ` · ${gettext("{number} to answer", { number: questions })}` : "";
    if (panel.matches(".panel-complete")) {
      link.querySelector(".index-state").textContent = pgettext("state of a form", "complete") + ask;
      continue;
    }
    const items = [...panel.querySelectorAll("[data-item]")].map((item) => [item, idOf(item)]);
    const begun = items.some(([, id]) => state.get(id));
    if (!begun && "tooLate" in panel.dataset) continue;
    const left = items.filter(([item, id]) => isLeft(item, id)).length;
    link.className = `index-${begun ? (left ? "begun" : "ready") : "empty"}`;
    link.querySelector(".index-state").textContent = leftWords(left, begun) + ask;
  }
}

function leftWords(number, begun) {
  if (!number) return pgettext("to enter", "nothing left");
  return begun ? gettext("{number} left", { number }) : gettext("{number} to enter", { number });
}

/* A value that was refused, or waits for a decision, stands in the field but is not stored: it is left. */
function isLeft(item, id) {
  if (outbox.get(id)?.held) return true;
  const row = item.closest("[data-row-of]");
  const rowIsBlank = row && !("wanted" in row.dataset) && ![...row.querySelectorAll("[data-item]")].some((other) => state.get(idOf(other)));
  const isRequired = "required" in item.dataset || isMissing(state.get(item.dataset.insteadOf));
  return isRequired && !item.hidden && !rowIsBlank && !state.get(id) && !read(id);
}

/* After a completion that failed: how much of what it named is still missing. */
function countGaps() {
  const told = document.querySelector("[data-gaps-count]");
  if (!told) return;
  const missing = [...document.querySelectorAll("#gaps li a")].filter(({ hash }) => isGap(hash.slice(1))).length;
  told.textContent = missing ? gettext("{number} missing", { number: missing }) : gettext("nothing of it missing now");
}

/* Of a field, its value; of a form that was not begun, all of it. */
function isGap(target) {
  const form = document.getElementById(target);
  if (form?.matches("[data-panel]")) return ![...form.querySelectorAll("[data-item]")].some((item) => state.get(idOf(item)));
  return outbox.get(target.slice(2))?.held || !state.get(target.slice(2));
}

export const isToEnter = (each) => !each.closest(".panel-complete") && isLeft(each.closest("[data-item]"), idOf(each));
