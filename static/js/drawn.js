/* A page that was asked for while the one before it still saved may be drawn from before what was saved then: its fields
   do not show what is stored. It is asked for once more; nothing is said to be saved before. */

const key = "ecrf:saved-at";

/* When this page was asked for, by the clock that the one before it read as well. */
const askedAt = Date.now() - performance.now();

function takeMark() {
  try {
    const at = Number(sessionStorage.getItem(key));
    // Taken away at once, so that a clock put back does not draw the page anew for ever.
    sessionStorage.removeItem(key);
    return at;
  } catch {
    return 0;
  }
}

export const isBehind = takeMark() > askedAt;

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (!detail.successful || detail.requestConfig.verb === "get") return;
  try {
    sessionStorage.setItem(key, String(Date.now()));
  } catch {
    // Without a storage nothing is kept over a reload either.
  }
});
