/* One reason for several changes of complete forms: a bar that names how many wait, and what they would undo. */

import { field, goTo, idOf, wrapper } from "./fields.js";
import { outbox } from "./outbox.js";
import { commit, flush, isSettled, sendTogether } from "./saving.js";
import { gettext } from "./words.js";

const bar = document.getElementById("reason-bar");
const input = document.getElementById("reason-of-all");
const SEVERAL = 2;

/* Whether Alt R was pressed before the server had said that a reason is wanted. */
let isAsked = false;

const waiting = () => outbox.held().filter((id) => outbox.get(id).held === "reason");

function undone() {
  const lines = waiting().flatMap((id) => [...document.querySelectorAll(`#m-${CSS.escape(id)} [data-undoes] li`)]);
  return [...new Set(lines.map((line) => line.textContent))];
}

function show() {
  const ids = waiting();
  for (const marked of document.querySelectorAll(".item-waits")) marked.classList.remove("item-waits");
  for (const id of ids) wrapper(id)?.classList.add("item-waits");
  bar.hidden = ids.length < SEVERAL;
  bar.querySelector("[data-reason-count]").textContent = ids.length;
  const lines = undone().map((text) => Object.assign(document.createElement("li"), { textContent: text }));
  bar.querySelector("[data-undone-by-all]").replaceChildren(...lines);
  if (isAsked) reach();
}

/* To where the reason is given: of the one change beside it, of several in the bar. */
function reach() {
  const ids = waiting();
  isAsked = !ids.length && !isSettled();
  if (ids.length) goTo(ids.length < SEVERAL ? document.getElementById(`r-${ids[0]}`) : input);
}

function giveAll() {
  const reason = input.value.trim();
  if (!reason) return input.focus();
  const ids = waiting();
  goTo(field(ids[0]));
  // Why there is no value is sent by itself, with its comment.
  for (const id of ids.filter((each) => outbox.get(each).missing)) {
    const own = document.getElementById(`r-${id}`)?.value.trim();
    outbox.put(id, { ...outbox.get(id), reason: own || reason, held: false });
  }
  const values = ids.filter((each) => !outbox.get(each).missing);
  return values.length ? sendTogether(values, reason, bar) : flush();
}
document.addEventListener("ecrf:outcomes", () => (input.value = ""));

bar.addEventListener("click", ({ target }) => target.closest("[data-give-all]") && giveAll());
bar.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.target !== input) return;
  event.preventDefault();
  event.stopPropagation();
  giveAll();
});
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.code !== "KeyR") return;
  event.preventDefault();
  const id = idOf(event.target);
  if (outbox.get(id)?.typing) commit(id);
  isAsked = true;
  reach();
});
/* What the page says of a signature no longer holds once a change has broken it. */
document.addEventListener("ecrf:outcome", ({ detail }) => {
  const breaks = document.querySelector(`#m-${CSS.escape(detail.id)} [data-undoes] [data-breaks]`);
  if (detail.outcome !== "saved" || !breaks) return;
  for (const each of document.querySelectorAll("main [data-signed]")) {
    each.className = each.matches("p") ? "note note-error" : "state state-overdue";
    const words = each.matches("p") ? gettext("Signature broken by your change: what stands now is not signed.") : gettext("signature broken");
    each.textContent = `✗ ${words}`;
    delete each.dataset.signed;
  }
});
/* The field in use is never under the bar. */
document.addEventListener("focusin", ({ target }) => {
  if (bar.hidden || bar.contains(target) || target.getBoundingClientRect().bottom < bar.getBoundingClientRect().top) return;
  target.scrollIntoView({ block: "center" });
});
for (const moment of ["htmx:afterSettle", "ecrf:saved", "ecrf:dropped"]) document.addEventListener(moment, show);
show();
