/* A page that looks by itself how far a file is says so when it cannot look any more, and goes on where it still may. */

const notes = document.querySelectorAll("[data-cannot-look]");
const say = (why) => notes.forEach((note) => (note.hidden = note.dataset.cannotLook !== why));
const isOfState = ({ detail }) => detail.elt?.id === "state";

/* What is asked again and again ends with the element that asks. */
function lookNoMore() {
  const state = document.getElementById("state");
  const still = state.cloneNode(true);
  for (const { name } of [...still.attributes]) if (name.startsWith("hx-")) still.removeAttribute(name);
  for (const form of still.querySelectorAll("form")) form.remove();
  state.replaceWith(still);
}

document.addEventListener("htmx:responseError", (event) => {
  if (!isOfState(event)) return;
  const { status } = event.detail.xhr;
  if (status >= 500 || status === 429) return say("unreachable");
  lookNoMore();
  say(status === 401 ? "logged-out" : "out-of-reach");
});
document.addEventListener("htmx:sendError", (event) => isOfState(event) && say("unreachable"));
document.addEventListener("htmx:beforeSwap", (event) => isOfState(event) && event.detail.xhr.status < 400 && say(""));
