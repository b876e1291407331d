/* A hint that somebody has put away stays away: this browser remembers it for the person. */

const keyOf = (hint) => `ecrf-put-away:${document.body.dataset.user}:${hint.dataset.putAway}`;

function isAway(hint) {
  try {
    return Boolean(localStorage.getItem(keyOf(hint)));
  } catch {
    return false;
  }
}

function putAway(hint) {
  try {
    localStorage.setItem(keyOf(hint), "yes");
  } catch {
    // Not remembered: it is away until the page is loaded again.
  }
  hint.remove();
  const head = document.querySelector("h1");
  head.tabIndex = -1;
  head.focus(); // The button that had the keyboard is gone.
}

for (const hint of document.querySelectorAll("[data-put-away]")) {
  const button = hint.querySelector("[data-put-away-now]");
  button.addEventListener("click", () => putAway(hint));
  button.hidden = false;
  if (isAway(hint)) hint.remove();
}
