/* Help beside the page: a panel that leaves the page as it is. Opened by the link or F1, closed by Esc, its button, or F1
   again; the focus goes back to where it was. Without this script the link leads to the same words as a page. */

import { gettext } from "./words.js";

const link = document.querySelector("[data-page-help]");
const panel = document.querySelector("[data-page-help-panel]");
const away = () => gettext("Help cannot be reached now: there is no network, or you are logged out. What you typed stays on the page.");
let before = null;

function close() {
  const had = panel.contains(document.activeElement);
  panel.close();
  if (!panel.querySelector("h2")) panel.replaceChildren();
  /* Who has gone on in the page meanwhile stays there. */
  if (had || document.activeElement === document.body) (before?.isConnected ? before : link).focus();
}

async function words() {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } });
  if (!answer.ok) throw new Error(answer.statusText);
  return answer.text();
}

async function open() {
  before = document.activeElement === document.body ? link : document.activeElement;
  try {
    if (!panel.firstElementChild) panel.innerHTML = await words();
  } catch {
    panel.textContent = away();
  }
  panel.show();
  (panel.querySelector("h2") ?? panel).focus();
}

/* A page that has no help of its own: the link goes where it leads. */
function toggle() {
  if (panel.open) close();
  else if (link.pathname.startsWith("/help/page/")) open();
  else location.assign(link.href);
}

if (link && panel?.show) {
  link.setAttribute("aria-controls", panel.id);
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    toggle();
  });
  panel.addEventListener("click", (event) => {
    if (event.target.closest("[data-page-help-close]")) close();
  });
  /* Before the page's own keys: what Esc closes here is the panel alone. */
  document.addEventListener("keydown", (event) => {
    const isF1 = event.key === "F1" && !event.ctrlKey && !event.altKey && !event.metaKey && !event.shiftKey;
    if (!isF1 && !(event.key === "Escape" && panel.open)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isF1) toggle();
    else close();
  }, true);
}
