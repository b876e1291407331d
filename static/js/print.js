/* The button of a page made for paper. Without script the browser's own command prints it as well. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

// A table that is wider than a narrow screen goes on in its own box, which the arrow keys move.
for (const box of document.querySelectorAll(".paper > tbody > tr > td")) {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
}
