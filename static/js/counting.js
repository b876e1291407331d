/* Counts what is left to enter and to answer, form by form, beside the names of the forms. */

import { idOf, read, state } from "./fields.js";

export function count() {
  for (const cell of document.querySelectorAll(".grid-item")) {
    const asked = document.querySelector(`:is(#q-${CSS.escape(idOf(cell))}, #y-${CSS.escape(idOf(cell))}) .note-question`);
    cell.classList.toggle("asks", Boolean(asked));
  }
  for (const link of document.querySelectorAll("[data-index-of]")) {
    const panel = document.getElementById(link.dataset.indexOf);
    const questions = panel.querySelectorAll(".note-question").length;
    const ask = questions ? ` · ${questions} to answer` : "";
    if (panel.matches(".panel-complete")) {
      link.querySelector(".index-state").textContent = `complete${ask}`;
      continue;
    }
    const items = [...panel.querySelectorAll("[data-item]")].map((item) => [item, idOf(item)]);
    const begun = items.some(([, id]) => state.get(id));
    const left = items.filter(([item, id]) => isLeft(item, id)).length;
    link.className = `index-${begun ? (left ? "begun" : "ready") : "empty"}`;
    link.querySelector(".index-state").textContent = (left ? `${left} ${begun ? "left" : "to enter"}` : "nothing left") + ask;
  }
}

function isLeft(item, id) {
  const row = item.closest("[data-row-of]");
  const rowIsBlank = row && !("wanted" in row.dataset) && ![...row.querySelectorAll("[data-item]")].some((other) => state.get(idOf(other)));
  return "required" in item.dataset && !item.hidden && !rowIsBlank && !state.get(id) && !read(id);
}

export const isToEnter = (each) => !each.closest(".panel-complete") && isLeft(each.closest("[data-item]"), idOf(each));
