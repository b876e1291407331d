/* Queries at their items: an answer is sent in place, with the corrected value if one waits for its reason, and a
   reason given for a correction answers those that wait too. */

import { field, goTo, idOf, posted } from "./fields.js";
import { outbox } from "./outbox.js";
import { commented, flush, isSettled, onSettled } from "./saving.js";
import { refusal } from "./trouble.js";
import { forget, keyOf } from "./typed_answers.js";
import { gettext } from "./words.js";

let waiting = null;

/* The numbers of the queries at an item that the correction answers. */
const ticked = (id) =>
  [...document.querySelectorAll(`#y-${CSS.escape(id)} [data-with-reason]:checked`)].map((box) => box.value).join(",");

function answer(button) {
  const id = button.dataset.answerAt;
  const query = button.closest(".query");
  const text = query.querySelector("[data-answer-text]");
  if (!text.value.trim()) return text.focus();
  if (!isSettled()) return (waiting = button), flush();
  const values = { text: text.value, said: query.querySelector("[data-said]").value };
  const entry = outbox.get(id);
  if (entry?.held === "reason") {
    const { value, seen, missing = "", comment } = entry;
    Object.assign(values, { value, missing, ...commented(comment, seen), ...posted(seen), answers: ticked(id) });
  }
  button.disabled = true;
  const sent = keyOf(text);
  const settle = () => {
    button.disabled = false;
    document.dispatchEvent(new Event("ecrf:saved"));
    flush();
    if (text.isConnected || document.querySelector(`#${query.id} [role=alert]`)) return; // not sent: the text stays
    forget(sent);
    const again = document.getElementById(text.id);
    if (again) again.value = "";
    goTo(field(id), { preventScroll: true });
  };
  query.querySelector("[data-not-sent]")?.remove();
  const sending = { values, target: `#y-${CSS.escape(id)}`, swap: "none" };
  return htmx.ajax("POST", button.dataset.answer, sending).then(settle, settle);
}

/* Who may not answer now reads why at the query; the answer stays in its field. */
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const words = refusal(detail.xhr);
  if (!words) return;
  const button = document.querySelector(`[data-answer="${CSS.escape(detail.pathInfo.requestPath)}"]`);
  const query = button?.closest(".query");
  if (!query) return;
  const textContent = gettext("Not sent. {why}", { why: words });
  const note = Object.assign(document.createElement("p"), { className: "note note-error", textContent });
  note.setAttribute("role", "alert");
  note.dataset.notSent = "";
  query.querySelector(".query-acts").before(note);
});

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

/* Before the page's own keys: Ctrl-Enter in an answer sends it, and completes nothing. */
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.ctrlKey || !event.target.matches("[data-answer-text]")) return;
  event.preventDefault();
  event.stopPropagation();
  answer(event.target.closest(".query").querySelector("[data-answer]"));
}, true);

/* A reason that is sent with a correction answers every query at the item that waits, save those that are unticked. */
document.addEventListener("htmx:configRequest", ({ target, detail }) => {
  if (target.matches("[data-item]") && detail.parameters.reason) detail.parameters.answers = ticked(idOf(target));
});

const target = location.hash.startsWith("#y-") && document.getElementById(location.hash.slice(1));
if (target) addEventListener("load", () => requestAnimationFrame(() => target.querySelector("textarea")?.focus()));
