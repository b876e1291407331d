/* One query after the other: C closes, A asks again, P passes on, R reopens, N goes on. The next one is fetched while
   this one is read, and stands there as soon as the server has taken the act. A key sends no text: Enter in it does. */

import { forget, putBack } from "./kept_questions.js";
import { ACTS, actOf, keyOf, needsText, say, send } from "./query_acts.js";
import { gettext } from "./words.js";

let query = document.getElementById("query");
let ahead = null;
let isSending = false;
let pressed = null; // the button that Enter in the text presses

const textOf = () => query.querySelector("[data-acts] textarea");
const load = (url) => fetch(url, { headers: { "HX-Request": "true" }, redirect: "error" })
  .then((response) => (response.ok ? response.text() : null))
  .catch(() => null);

function show(page, { isNew = true } = {}) {
  const holder = document.createElement("template");
  holder.innerHTML = page;
  const next = holder.content.getElementById("query");
  query.replaceWith(next);
  query = next;
  pressed = null;
  putBack(textOf());
  document.title = `${query.dataset.title} · eCRF`;
  if (isNew) history.pushState(null, "", query.dataset.url);
  query.querySelector("h1").focus({ preventScroll: true });
  window.scrollTo(0, 0);
  fetchAhead();
}

function fetchAhead() {
  ahead = query.dataset.next ? load(query.dataset.next) : null;
}

/* To the next of the list; behind the last one, to its end. */
async function goOn(words = "") {
  const { next, list, url } = query.dataset;
  if (!next && list) return atEnd(words);
  const page = next ? await ahead : await load(url);
  if (!page) return location.assign(next || url);
  show(page, { isNew: Boolean(next) });
  return say(words);
}

function atEnd(words) {
  const end = document.getElementById("query-end").content.firstElementChild.cloneNode(true);
  query.replaceWith(end);
  query = end;
  say(words);
  end.querySelector("a").focus();
}

/* Into the text; Enter there does what the button does. */
function askFor(button) {
  const key = button.dataset.press;
  pressed = button;
  const prompt = needsText(key, query) ? ACTS[actOf(key, query)].prompt() : gettext("Enter sends this text along. Empty it to send none.");
  query.querySelector("[data-ask-for]").textContent = prompt;
  textOf().focus();
}

async function act(button) {
  if (isSending) return;
  const text = textOf();
  if (needsText(button.dataset.press, query) && !text.value.trim()) return askFor(button);
  isSending = true;
  const form = text.form;
  const data = { said: form.elements.said.value, text: text.value, to: form.elements.to?.value ?? "" };
  const answer = await send(button.formAction, data, query);
  isSending = false;
  if (answer.outcome === "done") {
    forget(text);
    await goOn(answer.words);
    return;
  }
  await refuse(answer);
}

/* Why not, beside the query as it is now: somebody may have written in it. What was typed stays. */
async function refuse({ words, outcome }) {
  const typed = textOf().value;
  const page = outcome ? await load(query.dataset.url) : null;
  if (page) show(page, { isNew: false });
  if (textOf()) textOf().value = typed;
  const note = Object.assign(document.createElement("p"), { className: "note note-error", textContent: words });
  query.querySelector("[data-refused]").replaceChildren(note);
}

function press(key) {
  const button = query.querySelector(`button[data-press=${key}]`);
  // What stands in the text already, such as a draft of yesterday for another key, is never taken along unasked.
  if (button) (needsText(key, query) || textOf().value.trim() ? askFor : act)(button);
  else if (key !== "r") say(gettext("That cannot be done in this query now."), true);
}
const keys = {
  c: () => press("c"), a: () => press("a"), p: () => press("p"), r: () => press("r"),
  n: () => (query.dataset.next || query.dataset.list) && goOn(),
};

document.addEventListener("keydown", (event) => {
  const text = textOf();
  if (text && event.target === text) {
    if (event.key === "Escape") query.querySelector("h1").focus();
    if (event.key !== "Enter" || event.shiftKey || !pressed) return;
    event.preventDefault();
    act(pressed);
    return;
  }
  const key = keyOf(event, keys);
  if (!key) return;
  event.preventDefault();
  say("");
  keys[key]();
});
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-acts]")) return;
  event.preventDefault();
  act(event.submitter);
});
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-press=n]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goOn();
});
window.addEventListener("popstate", () => location.reload());
fetchAhead();
