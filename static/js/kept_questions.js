/* What is typed in a query and not sent yet: it survives a reload and another page in this tab, for the person who typed. */

const keyOf = (text) => `ecrf-question:${document.body.dataset.userId}:${text.dataset.kept}`;

function stored(act) {
  try {
    return act(sessionStorage);
  } catch {
    return null; // A full or forbidden storage costs the safety net, not the work.
  }
}

export function putBack(text) {
  if (text) text.value ||= stored((storage) => storage.getItem(keyOf(text))) ?? "";
}

export function forget(text) {
  if (text) stored((storage) => storage.removeItem(keyOf(text)));
}

document.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-kept]")) return;
  stored((storage) => (target.value ? storage.setItem(keyOf(target), target.value) : storage.removeItem(keyOf(target))));
});
/* Sent without script's help: what comes back, if it was refused, holds the text again. */
document.addEventListener("submit", ({ target }) => target.matches("[data-forgets]") && forget(target.querySelector("[data-kept]")));
document.querySelectorAll("[data-kept]").forEach(putBack);
