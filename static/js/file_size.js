/* A file that is larger than is taken is refused before it is sent, beside its field: `data-most-bytes` of the input. */

import { gettext } from "./words.js";

const MB = 1e6;

function trouble(input) {
  const most = Number(input.dataset.mostBytes);
  const size = [...input.files].reduce((sum, file) => sum + file.size, 0);
  if (size <= most) return "";
  const sizes = { size: (size / MB).toFixed(1), most: most / MB };
  return gettext("This file has {size} MB, and at most {most} MB are taken. Nothing was sent. Divide it or make it smaller, then choose it once more.", sizes);
}

function say(input) {
  const words = trouble(input);
  const id = `${input.id}-too-large`;
  let note = document.getElementById(id);
  if (!note && words) {
    note = Object.assign(document.createElement("p"), { id, className: "note note-error" });
    note.setAttribute("role", "alert");
    input.after(note);
  }
  if (note) [note.textContent, note.hidden] = [words, !words];
  if (words) input.setAttribute("aria-invalid", "true");
  else input.removeAttribute("aria-invalid");
  if (words) input.setAttribute("aria-errormessage", id);
  else input.removeAttribute("aria-errormessage");
  return words;
}

for (const input of document.querySelectorAll("input[type=file][data-most-bytes]")) {
  input.addEventListener("change", () => say(input));
  input.form.addEventListener("submit", (event) => {
    if (!say(input)) return;
    event.preventDefault();
    input.focus();
  });
}
