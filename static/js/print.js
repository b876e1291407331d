/* The button of a page made for paper. Without script the browser's own command prints it as well. */

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
