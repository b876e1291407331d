/* What became of an item that was sent: the page and the outbox follow what the server says is stored now. */

import { field, shown, state, tag, write } from "./fields.js";
import { outbox } from "./outbox.js";
import { going } from "./trouble.js";

document.addEventListener("ecrf:outcome", ({ detail }) => {
  const { id, outcome } = detail;
  const entry = outbox.get(id);
  document.getElementById(`f-${id}`).setAttribute("aria-invalid", String(outcome === "refused"));
  if (outcome !== "saved") return entry && outbox.put(id, { ...entry, held: entry.value === entry.sent && outcome });
  going.savedAt = detail.at;
  state.set(id, detail.seen);
  tag(id, detail.missing, detail.comment);
  clearOldQuestions(detail);
  if (entry && entry.value !== entry.sent) return outbox.put(id, { value: entry.value, seen: detail.seen, typing: entry.typing });
  outbox.drop(id);
  if (field(id) !== document.activeElement || detail.missing) write(id, shown(detail.seen));
});

document.addEventListener("ecrf:outcomes", ({ detail }) => {
  for (const each of detail.all) document.dispatchEvent(new CustomEvent("ecrf:outcome", { detail: each }));
});

function clearOldQuestions({ panel: form, asked }) {
  if (!asked) return;
  const root = document.getElementById(form);
  for (const box of root.querySelectorAll("[id^=q-]")) {
    if (box.closest("[data-panel]") === root && !asked.includes(box.id.slice(2))) box.replaceChildren();
  }
}
