/* Menus that open in place: one at a time, closed by Esc, by a click elsewhere and by going on with Tab; the arrow keys
   walk along the lines. Without this script they open and close by their own button. */

const OPEN = "details.menu[open]";

function closeAllBut(inside) {
  for (const menu of document.querySelectorAll(OPEN)) if (!menu.contains(inside)) menu.open = false;
}

function leave(menu) {
  menu.open = false;
  menu.querySelector("summary").focus();
}

function walk(menu, key) {
  const lines = [...menu.querySelectorAll("a")];
  const at = lines.indexOf(document.activeElement);
  if (!lines.length || (key === "ArrowUp" && at <= 0)) return menu.querySelector("summary").focus();
  const next = { ArrowDown: Math.min(at + 1, lines.length - 1), ArrowUp: at - 1, Home: 0, End: lines.length - 1 }[key];
  return lines[next].focus();
}

document.addEventListener("click", (event) => closeAllBut(event.target));
document.addEventListener("focusin", (event) => closeAllBut(event.target));
/* Back from where a line led: the page may come out of the browser's memory as it was left. */
addEventListener("pagehide", () => closeAllBut(null));

/* Before the page's own keys: what Esc closes here is the menu alone. */
document.addEventListener("keydown", (event) => {
  const menu = document.querySelector(OPEN);
  if (menu && event.key === "Escape") {
    event.stopPropagation();
    leave(menu);
    return;
  }
  const own = event.target.closest("details.menu");
  if (!own || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (!own.open && event.key !== "ArrowDown") return;
  if (!["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
  event.preventDefault();
  event.stopPropagation();
  own.open = true;
  walk(own, event.key);
}, true);
