/* Queries at their items: an answer is sent in place, with the corrected value if one waits for its reason, and a
   reason given for a correction answers the query too. What was typed and not sent survives a reload in this tab. */

import { field, idOf } from "./fields.js";
import { outbox } from "./outbox.js";
import { flush, isSettled, onSettled } from "./saving.js";

const key = (text) => `ecrf-answer:${document.body.dataset.userId}:${text.id}`;
let waiting = null;

function keep(text) {
  try {
    if (text.value) sessionStorage.setItem(key(text), text.value);
    else sessionStorage.removeItem(key(text));
  } catch {
    // A full or forbidden storage costs the safety net, not the work.
  }
}

function putBack() {
  for (const text of document.querySelectorAll("[data-answer-text]")) {
    try {
      text.value ||= sessionStorage.getItem(key(text)) ?? "";
    } catch {
      return;
    }
  }
}

function answer(button) {
  const id = button.dataset.answerAt;
  const query = button.closest(".query");
  const text = query.querySelector("[data-answer-text]");
  if (!text.value.trim()) return text.focus();
  if (!isSettled()) return (waiting = button), flush();
  const values = { text: text.value, said: query.querySelector("[data-said]").value };
  const entry = outbox.get(id);
  if (entry?.held === "reason") {
    const { value, seen, missing = "", comment = "" } = entry;
    Object.assign(values, { value, seen, missing, comment });
  }
  button.disabled = true;
  const sent = key(text);
  const settle = () => {
    button.disabled = false;
    document.dispatchEvent(new Event("ecrf:saved"));
    flush();
    if (text.isConnected || document.querySelector(`#${query.id} [role=alert]`)) return; // not sent: the text stays
    sessionStorage.removeItem(sent);
    const again = document.getElementById(text.id);
    if (again) again.value = "";
    field(id)?.focus({ preventScroll: true });
  };
  const sending = { values, target: `#y-${CSS.escape(id)}`, swap: "none" };
  return htmx.ajax("POST", button.dataset.answer, sending).then(settle, settle);
}

onSettled(() => {
  const button = waiting;
  waiting = null;
  if (button) answer(button);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-answer]");
  if (!button) return;
  event.preventDefault();
  answer(button);
});
document.addEventListener("input", ({ target }) => target.matches("[data-answer-text]") && keep(target));

/* Before the page's own keys: Ctrl-Enter in an answer sends it, and completes nothing. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.matches("[data-answer-text]")) return;
  event.preventDefault();
  event.stopPropagation();
  answer(event.target.closest(".query").querySelector("[data-answer]"));
}, true);

/* A reason that is sent with a correction answers the query at the item, unless the person has unticked it. */
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (!target.matches("[data-item]") || !detail.parameters.reason) return;
  const ticked = document.querySelector(`#y-${CSS.escape(idOf(target))} [data-with-reason]:checked`);
  if (ticked) detail.parameters.answers = ticked.dataset.withReason;
});

for (const swapped of ["htmx:oobAfterSwap", "htmx:afterSettle"]) document.addEventListener(swapped, putBack);
putBack();
const target = location.hash.startsWith("#y-") && document.getElementById(location.hash.slice(1));
if (target) addEventListener("load", () => requestAnimationFrame(() => target.querySelector("textarea")?.focus()));
