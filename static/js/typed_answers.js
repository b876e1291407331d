/* Answers to queries that are typed and not sent yet: they survive a reload in this tab, for the person who typed. */

export const keyOf = (text) => `ecrf-answer:${document.body.dataset.userId}:${text.id}`;

/* Who writes an answer of their own sends that: the reason of a correction does not stand in for it. */
function ownWords(text) {
  const box = text.closest(".query").querySelector("[data-with-reason]");
  if (box) box.checked = !text.value.trim();
}

function keep(text) {
  ownWords(text);
  try {
    if (text.value) sessionStorage.setItem(keyOf(text), text.value);
    else sessionStorage.removeItem(keyOf(text));
  } catch {
    // A full or forbidden storage costs the safety net, not the work.
  }
}

function putBack() {
  for (const text of document.querySelectorAll("[data-answer-text]")) {
    try {
      text.value ||= sessionStorage.getItem(keyOf(text)) ?? "";
      if (text.value) ownWords(text);
    } catch {
      return;
    }
  }
}

export function forget(key) {
  try {
    sessionStorage.removeItem(key);
  } catch {
    // As above.
  }
}

document.addEventListener("input", ({ target }) => target.matches("[data-answer-text]") && keep(target));
for (const swapped of ["htmx:oobAfterSwap", "htmx:afterSettle"]) document.addEventListener(swapped, putBack);
putBack();
