/* The source copy beside the current item: the one of the item itself, else that of its form. V keeps which was open. */

import { current, keyOf } from "./review_lines.js";
import { pgettext } from "./words.js";

const panel = document.querySelector("[data-copies]");
const copies = [...(panel?.querySelectorAll("[data-copy]") ?? [])];
const fold = panel?.querySelector("[data-copies-fold]");
const FOLDED = "copies-folded";

/* Of a row of a form, also what proves the whole form. */
function copiesOf(line) {
  const form = line.closest("section[data-entry]")?.dataset.entry;
  const [item, row] = [keyOf(line), keyOf(line).split(".")[0]];
  const of = [item, `${row}.`, `${form}.`].map((key) => copies.filter((copy) => copy.dataset.copyOf === key));
  return of.find((found) => found.length) ?? [];
}

/* The id of the version that was open beside this line; "" where none was. */
export function copyBeside(line) {
  if (!panel || panel.classList.contains("is-folded")) return "";
  return copiesOf(line).find((copy) => copy.open)?.dataset.copy ?? "";
}

function follow() {
  const line = current();
  if (!line?.matches("[data-line]")) return;
  const beside = copiesOf(line);
  copies.forEach((copy) => (copy.hidden = !beside.includes(copy)));
  if (beside.length && !beside.some((copy) => copy.open)) beside[0].open = true;
  panel.querySelector("[data-copies-none]").hidden = beside.length > 0;
  panel.querySelector("[data-copies-note]").hidden = !beside.length;
}

function setFolded(isFolded) {
  panel.classList.toggle("is-folded", isFolded);
  fold.textContent = isFolded ? pgettext("button: source copies", "Show") : pgettext("button: source copies", "Hide");
  fold.setAttribute("aria-expanded", String(!isFolded));
  sessionStorage.setItem(FOLDED, isFolded ? "yes" : "");
}

if (panel) {
  document.querySelector("[data-review]").classList.add("has-copies");
  fold.hidden = false;
  fold.addEventListener("click", () => setFolded(!panel.classList.contains("is-folded")));
  setFolded(Boolean(sessionStorage.getItem(FOLDED)));
  document.addEventListener("ecrf:current-line", follow);
}
