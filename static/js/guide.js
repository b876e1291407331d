/* On the practice site: ticks off what a first visit is made of, as it is done, and says how far one is. What was done
   once is done, at whichever practice visit; this browser remembers it for the person. */

import { gettext } from "./words.js";

const form = document.getElementById("page-form");
const guide = document.getElementById("guide");
const steps = [...guide.querySelectorAll("[data-guide-step]")];
const key = `ecrf-guide:${document.body.dataset.user}`;

/* {step: whether the page shows that it was done}; the others are told of by what is saved. */
const SHOWN = {
  "no-value": () => [...form.querySelectorAll(".missing-tag")].some((tag) => tag.textContent.trim()),
  asked: () => form.querySelector(".messages[id^='q-'] .note"),
  history: () => form.querySelector(".more-box .history"),
  said: () => form.querySelector(".messages:is([id^='y-'], [id^='k-']) .note"),
  complete: () => form.querySelector(".whose-state .state-complete"),
};

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(key)) ?? [];
  } catch {
    return [];
  }
}
const done = new Set(remembered());
let kept = done.size;

function remember() {
  kept = done.size;
  try {
    localStorage.setItem(key, JSON.stringify([...done]));
  } catch {
    // Not remembered: the steps are ticked off on this page alone.
  }
}

function show() {
  // Until something was typed, whatever the page shows is another one's work.
  if (done.has("typed")) for (const [step, isShown] of Object.entries(SHOWN)) if (isShown()) done.add(step);
  if (done.size > kept) remember();
  const next = steps.find((line) => !done.has(line.dataset.guideStep));
  for (const line of steps) {
    line.classList.toggle("is-done", done.has(line.dataset.guideStep));
    if (line === next) line.setAttribute("aria-current", "step");
    else line.removeAttribute("aria-current");
  }
  const count = steps.filter((line) => done.has(line.dataset.guideStep)).length;
  const words = next ? gettext("{count} of {all} done", { count, all: steps.length }) : gettext("✓ all done");
  const said = guide.querySelector("[data-guide-count]");
  if (said.textContent !== words) said.textContent = words;
  return next;
}

document.addEventListener("ecrf:outcome", ({ detail }) => {
  if (detail.outcome !== "saved") return;
  if (SHOWN.complete()) done.add("changed");
  done.add("typed");
  show();
});
new MutationObserver(show).observe(form, { childList: true, subtree: true });
guide.open = Boolean(show()) && matchMedia("(min-width: 40rem)").matches;
