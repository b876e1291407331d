/* Keys that an input method takes are no keys of ours: the Enter that commits a conversion neither sends nor moves on, nor
   do the arrows and Escape that choose from its candidates. On the window, in the first phase: before whatever listens. */

const COMPOSING = 229; // Safari says only this of the key that ends a conversion.

function keepFromUs(event) {
  if (event.isComposing || event.keyCode === COMPOSING) event.stopImmediatePropagation();
}
for (const kind of ["keydown", "keypress", "keyup"]) window.addEventListener(kind, keepFromUs, true);
