/* Warns two minutes before the session ends and counts down. What is typed stays on the page, and one can log in again
   in place. It asks the server when the end is near, since work in another tab counts too; asking counts for nothing. */

import { csrfToken } from "./csrf.js";
import { gettext } from "./words.js";

const WARN_SECONDS = 120;
const box = document.getElementById("session-warning");
const [words, left, stay, login] = ["words", "left", "stay", "login"].map((name) => box.querySelector(`[data-session-${name}]`));
let endsAt = 0;
let isLongest = false;
let timer = null;

async function look(method = "GET") {
  const headers = { "X-Unattended": "yes", "X-CSRFToken": csrfToken(), "X-Page-User": document.body.dataset.userId };
  if (method === "POST") delete headers["X-Unattended"];
  try {
    const response = await fetch(box.dataset.sessionUrl, { method, headers, redirect: "error" });
    if (response.status === 401) return ended();
    if (!response.ok) return wait(30);
    const { idle, longest } = await response.json();
    isLongest = longest <= idle;
    endsAt = Date.now() + Math.min(idle, longest) * 1000;
    return tick();
  } catch {
    return wait(30);
  }
}

function wait(seconds) {
  clearTimeout(timer);
  timer = setTimeout(look, seconds * 1000);
}

function tick() {
  clearTimeout(timer);
  const seconds = Math.round((endsAt - Date.now()) / 1000);
  if (seconds > WARN_SECONDS) {
    box.hidden = true;
    return wait(seconds - WARN_SECONDS);
  }
  if (seconds <= 0) return wait(2);
  if (box.hidden) warn();
  left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  if (seconds === 30) words.textContent = gettext("30 seconds left. {advice}", { advice: advice() });
  if (seconds % 20 === 0) return look();
  timer = setTimeout(tick, 1000);
}

const advice = () =>
  isLongest
    ? gettext("A session lasts 12 hours at most. What you typed stays here; you can log in again in this place.")
    : gettext("Press “Stay logged in” to go on. What you typed stays here either way.");

/* Said, not pushed: the focus stays where somebody types. What is typed in a field is saved as if it were left. */
function warn() {
  const field = document.activeElement;
  if (field?.form?.id === "page-form") field.dispatchEvent(new Event("change", { bubbles: true }));
  words.textContent = gettext("Your session ends in two minutes. {advice}", { advice: advice() });
  login.replaceChildren();
  stay.hidden = isLongest;
  left.hidden = box.hidden = false;
}

function ended() {
  clearTimeout(timer);
  left.hidden = stay.hidden = true;
  if (document.getElementById("log-in-here")) {
    box.hidden = true;
    return document.dispatchEvent(new Event("ecrf:logged-out"));
  }
  box.hidden = false;
  words.textContent = gettext("Your session has ended. What you typed is still here.");
  return htmx.ajax("GET", box.dataset.loginUrl, { target: login, swap: "innerHTML" }).then(() => {
    const name = document.getElementById("again-username");
    if (name) name.value = document.body.dataset.user;
  });
}

/* Back in place: forms of this page carry the key of the new session. Somebody else sees a page of their own. */
document.addEventListener("htmx:afterRequest", ({ target, detail }) => {
  if (!target.closest("#log-in-again") || detail.xhr.status !== 204) return;
  if (detail.xhr.getResponseHeader("X-User") !== document.body.dataset.user) return location.reload();
  for (const key of document.querySelectorAll("[name=csrfmiddlewaretoken]")) key.value = csrfToken();
  login.replaceChildren();
  box.hidden = true;
  look();
});

stay.addEventListener("click", () => look("POST"));
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && look());
wait(Number(document.body.dataset.idleMinutes) * 60 - WARN_SECONDS);
