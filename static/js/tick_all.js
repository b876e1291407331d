/* All or none of a list's boxes by one click; the buttons are there where this script is. */

for (const buttons of document.querySelectorAll("[data-tick-all]")) {
  buttons.hidden = false;
  buttons.addEventListener("click", ({ target }) => {
    const wanted = target.closest("[data-tick]")?.dataset.tick;
    if (!wanted) return;
    for (const box of buttons.parentElement.querySelectorAll('input[type="checkbox"]')) box.checked = wanted === "all";
  });
}
