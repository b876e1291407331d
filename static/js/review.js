/* The keys of the review: V verifies and goes on, Q asks, N skips, U undoes one's own last step. All within the page. */

import { ask } from "./review_asking.js";
import { showHistory } from "./review_history.js";
import { copyBeside } from "./review_copies.js";
import { addressOf, cellBeside, count, current, go, isAtEnd, isToDo, labelOf, lines, say, step } from "./review_lines.js";
import { apply, bringBack, enqueue, isDeaf, isWaiting, post, settled } from "./review_sending.js";
import { keyOf } from "./single_keys.js";
import { gettext } from "./words.js";

const bar = document.querySelector("[data-keys]");
const mayVerify = Boolean(bar?.querySelector("[data-press=v]"));
const seen = document.querySelector("#act [name=seen]").value;
const steps = [];

/* The item that a key is meant for. Where all is verified, and for who verifies nothing, none is chosen at first. */
function chosen() {
  if (current() && !isAtEnd()) return current();
  return say(gettext("Choose an item first: click it, or go to it with the arrow keys."), true);
}

function verify() {
  if (!mayVerify || isDeaf() || isAtEnd()) return;
  const line = chosen();
  if (!line) return;
  if ("pending" in line.dataset || line.dataset.state === "verified") return go(step(1, { toDo: true }));
  if (!("verifiable" in line.dataset)) return say(gettext("{item} · there is nothing to verify here.", { item: labelOf(line) }));
  const despite = line.dataset.asked ? "yes" : "";
  line.dataset.pending = "";
  const copy = copyBeside(line);
  enqueue(() => send(line, despite, copy));
  if (!("query" in line.dataset) || despite) go(step(1, { toDo: true }));
}

async function send(line, despite, copy) {
  const answer = await post(addressOf(line, "verify"), { seen: line.dataset.seen || seen, despite, copy });
  apply(line, answer);
  line.dataset.asked = answer.outcome === "asks" ? "yes" : "";
  if (answer.outcome === "asks") line.dataset.query = "";
  if (answer.outcome !== "verified") bringBack(line, answer.words);
  else steps.push({ line });
}

/* The last step that was answered, also of keys that are still on their way; else one's own verification here. */
function undo() {
  if (!mayVerify || isDeaf()) return;
  const here = current();
  enqueue(async () => {
    const { line, isQuery } = steps.pop() || { line: here?.dataset.undo ? here : null };
    if (isQuery) return say(gettext("A query that was sent stays: close it in the query. U again takes back the step before it."));
    if (!line) return say(gettext("There is no step of yours on this page to take back."));
    const answer = await post(line.dataset.undo);
    apply(line, answer);
    if (answer.outcome !== "taken-back") return bringBack(line, answer.words);
    go(line);
    return say(gettext("{item} · the verification is taken back.", { item: labelOf(line) }));
  });
}

function goOn() {
  const link = document.querySelector("[data-go-on]");
  if (link) settled().then((isWell) => isWell && location.assign(link.href));
}

/* Hides what the plan does not want and nobody asked about; kept for the pages that follow in this tab. */
const plannedOnly = bar?.querySelector("[data-planned-only]");
const WANTED = "[data-planned], [data-query], [data-state=changed], .line-asked";
function showPlannedOnly(isOn) {
  for (const part of document.querySelectorAll("[data-review] :is(.reading, .rows, .panel > .scroll)")) {
    const isEmpty = isOn && !part.querySelector(WANTED);
    part.classList.toggle("nothing-planned", isEmpty);
    if (part.previousElementSibling?.matches(".part-title")) part.previousElementSibling.classList.toggle("nothing-planned", isEmpty);
  }
  document.querySelector("[data-review]").classList.toggle("planned-only", isOn);
  plannedOnly.setAttribute("aria-pressed", isOn);
  sessionStorage.setItem("planned-only", isOn ? "yes" : "");
}
plannedOnly?.addEventListener("click", () => showPlannedOnly(plannedOnly.getAttribute("aria-pressed") !== "true"));
if (plannedOnly && sessionStorage.getItem("planned-only")) showPlannedOnly(true);

function help() {
  const list = document.getElementById("review-help");
  list.hidden = !list.hidden;
  bar?.querySelector("[aria-expanded]").setAttribute("aria-expanded", !list.hidden);
}

const next = () => (isAtEnd() ? goOn() : go(step(1, { toDo: true })));
/* Refused before anything is typed: of what is struck out nothing is asked. */
function question() {
  const line = bar && chosen();
  if (!line) return undefined;
  const isStruck = line.closest("[data-struck], tr.struck");
  if (isStruck) return say(gettext("{item} · struck out: nothing is asked of it.", { item: labelOf(line) }), true);
  return ask(line, (asked) => steps.push({ line: asked, isQuery: true }));
}
const history = () => chosen() && showHistory(current());
const keys = {
  v: verify, u: undo, h: history, "?": help,
  q: question,
  n: ({ shiftKey }) => (shiftKey ? go(step(-1, { toDo: true })) : next()),
  j: () => go(step(1)), k: () => current() && go(step(-1)),
  ArrowDown: () => go(cellBeside(0, 1) || step(1)), ArrowUp: () => current() && go(cellBeside(0, -1) || step(-1)),
  ArrowLeft: () => cellBeside(-1, 0) && go(cellBeside(-1, 0)), ArrowRight: () => cellBeside(1, 0) && go(cellBeside(1, 0)),
  Enter: () => isAtEnd() && goOn(),
};

document.addEventListener("keydown", (event) => {
  const name = keyOf(event, keys);
  if (!name || event.target.closest("input, textarea, select")) return;
  if (event.key === "Enter" && event.target.matches("a:not([data-go-on]), button, summary")) return;
  event.preventDefault();
  say("");
  if (!event.repeat || /^[jk]$|^Arrow/.test(name)) keys[name](event);
});
bar?.addEventListener("click", (event) => keys[event.target.closest("[data-press]")?.dataset.press]?.(event));
document.querySelector("[data-go-on]")?.addEventListener("click", (event) => isWaiting() && (event.preventDefault(), goOn()));
document.querySelector("[data-review]").addEventListener("click", ({ target }) => {
  const line = target.closest("[data-line]");
  if (line && line !== current() && !target.closest("a, button, summary, details")) go(line);
});
document.querySelector("[data-review]").addEventListener("focusin", ({ target }) => target.matches("[data-line]") && target !== current() && go(target));

const head = document.querySelector(".whose");
const noteHead = () => document.documentElement.style.setProperty("--head", `${head.offsetHeight}px`);
new ResizeObserver(noteHead).observe(head);
if (bar) bar.hidden = false;
count();
noteHead();
const target = location.hash && document.getElementById(location.hash.slice(1));
const first = lines.includes(target) ? target : lines.find((line) => isToDo(line) && (!target || target.contains(line)));
if (first && (mayVerify || target)) addEventListener("load", () => requestAnimationFrame(() => go(first)));
