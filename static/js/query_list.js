/* The keys of the list of queries: J and K move, C closes, A asks again, P passes on, N goes on, X ticks. */

import { forget, putBack } from "./kept_questions.js";
import { ACTS, actOf, keyOf, needsText, say, send } from "./query_acts.js";
import { gettext, pgettext } from "./words.js";

const list = document.querySelector("[data-query-list]");
const rows = [...list.querySelectorAll("tr[data-query]")];
let at = null;
let isSending = false;

const isDone = (row) => "done" in row.dataset || "closed" in row.dataset || "held" in row.dataset;
const ofSite = { a: "reply", c: "read" };
const urlOf = (row, key) => list.dataset[(row.dataset.ofSite && ofSite[key]) || key].replace("/0/", `/${row.dataset.query}/`);

function go(row) {
  if (!row) return;
  at?.classList.remove("current");
  at = row;
  row.classList.add("current");
  row.tabIndex = -1;
  if (!row.contains(document.activeElement)) row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest" });
}

const step = (way) => go(rows[at ? rows.indexOf(at) + way : 0]);

function onward(words = "") {
  const behind = rows.slice(at ? rows.indexOf(at) + 1 : 0).find((row) => !isDone(row));
  say(words);
  if (behind) return go(behind);
  const next = document.querySelector("a[rel=next]");
  const end = next ? gettext("That was the last one on this page.") : gettext("That was the last one of this list.");
  return say(`${words} ${end}`.trim());
}

function act(key) {
  if (!at) return step(1);
  if (!(key in list.dataset) || isSending) return undefined;
  if ("held" in at.dataset) return say(gettext("A lock holds this one: nothing can be done in it."), true);
  if (isDone(at)) return say(gettext("This one is done."));
  const { ofSite: kind } = at.dataset;
  if ((kind === "question" && key === "c") || (kind === "note" && key === "p")) {
    return say(key === "c" ? gettext("The site closes its question: answer it.") : gettext("A note is not passed on."), true);
  }
  return needsText(key, at) ? openText(at, key) : sendAct(at, key, {});
}

async function sendAct(row, key, given, box) {
  isSending = true;
  const answer = await send(urlOf(row, key), { said: row.dataset.said, ...given }, row);
  isSending = false;
  if (answer.outcome !== "done") {
    say(answer.words, true);
    if (box) box.querySelector("[data-refused]").textContent = answer.words;
    return;
  }
  if (box) {
    forget(box.querySelector("textarea"));
    box.remove();
  }
  row.dataset.done = "";
  const isOpen = answer.open === "yes";
  const turn = row.querySelector("[data-turn-words]");
  turn.textContent = isOpen ? answer.get("turn").textContent.trim() : `✓ ${pgettext("state of a query", "closed")}`;
  turn.className = `state state-${isOpen ? (answer.turn === "site" ? "due" : "question") : "complete"}`;
  row.querySelector("[name=query]")?.remove();
  onward(answer.words);
}

/* A text below the row: Enter sends it, Escape leaves it; what was typed is kept. */
function openText(row, key) {
  document.querySelector("tr.text-row")?.remove();
  const box = document.getElementById("text-row").content.firstElementChild.cloneNode(true);
  const text = box.querySelector("textarea");
  const to = box.querySelector("[name=to]");
  text.dataset.kept = `query-${row.dataset.query}`;
  box.querySelector("[data-ask-for]").textContent = ACTS[actOf(key, row)].prompt();
  box.querySelector(".pass-on").hidden = key !== "p";
  row.after(box);
  putBack(text);
  const leave = () => (box.remove(), go(row));
  const sendText = () => !isSending && text.value.trim() && sendAct(row, key, { text: text.value, to: to.value }, box);
  box.querySelector("[data-send]").addEventListener("click", sendText);
  box.querySelector("[data-leave]").addEventListener("click", leave);
  text.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    if (event.key !== "Enter" || event.shiftKey) return;
    event.preventDefault();
    sendText();
  });
  text.focus();
}

function tick() {
  const box = at?.querySelector("[name=query]");
  if (box) box.checked = !box.checked;
}

const keys = {
  j: () => step(1), k: () => at && step(-1), ArrowDown: () => step(1), ArrowUp: () => at && step(-1),
  c: () => act("c"), a: () => act("a"), p: () => act("p"), n: () => onward(), x: tick,
  Enter: () => at && location.assign(at.dataset.page),
};
document.addEventListener("keydown", (event) => {
  const key = keyOf(event, keys);
  if (!key || (key === "Enter" && !event.target.matches("tr"))) return;
  event.preventDefault();
  say("");
  keys[key]();
});
list.addEventListener("click", ({ target }) => {
  const row = target.closest("tr[data-query]");
  if (row && row !== at && !target.closest("a, button, input")) go(row);
});
