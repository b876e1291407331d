/* What was typed and is not yet acknowledged by the server. It survives reload and Back in this tab, and belongs to
   one person on one page: another person who logs in on the same tab never sees it. */

import { isLoggingOut } from "./log_out.js";

/* A long log has a page for each piece of its rows: what was typed into one must not be dropped by another. */
const piece = Number(new URLSearchParams(location.search).get("page")) || 1;
const key = `ecrf:${document.body.dataset.user}:${location.pathname}${piece > 1 ? `?page=${piece}` : ""}`;
const entries = new Map(load());

function load() {
  try {
    return JSON.parse(sessionStorage.getItem(key) || "[]");
  } catch {
    return [];
  }
}

function keep() {
  if (isLoggingOut()) return;
  try {
    if (entries.size) sessionStorage.setItem(key, JSON.stringify([...entries]));
    else sessionStorage.removeItem(key);
  } catch {
    // A full or forbidden storage costs the safety net, not the work: the entries stay in memory.
  }
}

export const outbox = {
  get: (id) => entries.get(id),
  ids: () => [...entries.keys()],
  put(id, entry) {
    entries.set(id, entry);
    keep();
  },
  drop(id) {
    entries.delete(id);
    keep();
  },
  /* The next entry to send: one that is not still being typed and does not wait for a person's decision. */
  next: () => [...entries].find(([, e]) => !e.typing && !e.held)?.[0],
  held: () => [...entries].filter(([, e]) => e.held).map(([id]) => id),
};
