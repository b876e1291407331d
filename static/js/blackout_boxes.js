/* The black boxes of each page: drawn, moved, sized, removed, by pointer and by keyboard; each step can be taken back.
   They are counted in the dots of the page as it will be sent. */

import { gettext } from "./words.js";

const SMALLEST = 8;
const CORNER = 14;

export class Boxes {
  constructor(holder, changed, say) {
    Object.assign(this, { holder, changed, say, all: [], before: [], number: 0, scale: 1 });
    holder.parentElement.addEventListener("pointerdown", (event) => this.#press(event));
    holder.addEventListener("keydown", (event) => this.#key(event));
    this.isDrawing = true;
  }

  begin(count) {
    this.all = Array.from({ length: count }, () => []);
    this.before = [];
  }

  get here() {
    return this.all[this.number];
  }

  get count() {
    return this.all.flat().length;
  }

  /* `size`: of the page in dots; `scale`: how many dots of the screen one of them takes. */
  show(number, size, scale) {
    Object.assign(this, { number, size, scale });
    this.#draw();
  }

  add() {
    const { width, height } = this.size;
    const box = { w: Math.round(width / 4), h: Math.round(height / 30) };
    this.#keep();
    this.here.push({ x: Math.round((width - box.w) / 2), y: Math.round((height - box.h) / 3), ...box });
    this.#done(this.here.length - 1, gettext("Box added. Arrows move it, Shift and arrows change its size."));
  }

  remove(index = this.selected) {
    if (index === undefined || !this.here[index]) return;
    this.#keep();
    this.here.splice(index, 1);
    this.#done(undefined, gettext("Box removed."));
    this.holder.parentElement.focus({ preventScroll: true });
  }

  undo() {
    const step = this.before.pop();
    if (!step) return undefined;
    this.all[step.number] = step.boxes;
    this.#done(undefined, gettext("The last step is taken back."));
    return step.number;
  }

  /* The page was turned to the right: what was its height is its width now. */
  turned(number, height) {
    this.all[number] = this.all[number].map(({ x, y, w, h }) => ({ x: height - y - h, y: x, w: h, h: w }));
    this.before = this.before.filter((step) => step.number !== number);
  }

  #keep() {
    this.before.push({ number: this.number, boxes: this.here.map((box) => ({ ...box })) });
  }

  #done(select, words) {
    this.#draw();
    if (select !== undefined) this.holder.children[select]?.focus({ preventScroll: true });
    if (words) this.say(words);
    this.changed();
  }

  #draw() {
    this.selected = undefined;
    this.holder.replaceChildren(...this.here.map((box, i) => this.#element(box, i)));
  }

  #element(box, index) {
    const element = document.createElement("button");
    Object.assign(element, { type: "button", className: "blackout-box" });
    element.addEventListener("focus", () => {
      this.selected = index;
      this.changed();
    });
    this.#place(element, box, index);
    return element;
  }

  #place(element, box, index) {
    const { style } = element;
    const [left, top, width, height] = [box.x, box.y, box.w, box.h].map((dots) => `${dots * this.scale}px`);
    Object.assign(style, { left, top, width, height });
    const percent = (part, whole) => Math.round((100 * part) / whole);
    element.setAttribute("aria-label", gettext(
      "Box {number}: {left} % from the left, {top} % from the top, {wide} % wide, {high} % high",
      {
        number: index + 1,
        left: percent(box.x, this.size.width),
        top: percent(box.y, this.size.height),
        wide: percent(box.w, this.size.width),
        high: percent(box.h, this.size.height),
      },
    ));
  }

  #press(event) {
    if (event.button || !event.isPrimary || !this.size) return;
    const held = event.target.closest(".blackout-box");
    if (!held && !this.isDrawing) return;
    event.preventDefault();
    this.#keep();
    const from = this.#at(event);
    const index = held ? [...this.holder.children].indexOf(held) : this.here.push({ ...from, w: 1, h: 1 }) - 1;
    if (!held) this.holder.append(this.#element(this.here[index], index));
    const element = this.holder.children[index];
    const start = { ...this.here[index] };
    const edge = held?.getBoundingClientRect();
    const sizes = !held || (event.clientX > edge.right - CORNER && event.clientY > edge.bottom - CORNER);
    const move = (later) => {
      const to = this.#at(later);
      this.here[index] = held ? this.#changed(start, to.x - from.x, to.y - from.y, sizes) : between(from, to);
      this.#place(element, this.here[index], index);
    };
    const end = (last) => {
      this.holder.parentElement.removeEventListener("pointermove", move);
      ["pointerup", "pointercancel"].forEach((name) => this.holder.parentElement.removeEventListener(name, end));
      this.#end(index, held, start, last);
    };
    this.holder.parentElement.setPointerCapture(event.pointerId);
    this.holder.parentElement.addEventListener("pointermove", move);
    ["pointerup", "pointercancel"].forEach((name) => this.holder.parentElement.addEventListener(name, end));
  }

  #end(index, held, start, last) {
    const box = this.here[index];
    const isTooSmall = !held && (box.w < SMALLEST || box.h < SMALLEST);
    const isSame = held && JSON.stringify(box) === JSON.stringify(start);
    if (isTooSmall || last.type === "pointercancel") this.all[this.number] = this.before.at(-1).boxes;
    if (isTooSmall || isSame || last.type === "pointercancel") this.before.pop();
    const words = held || isTooSmall ? "" : gettext("Box {number} drawn.", { number: index + 1 });
    this.#done(isTooSmall ? undefined : index, words);
  }

  #key(event) {
    const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const index = this.selected;
    if (!this.here?.[index]) return;
    if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.remove(index);
    } else if (steps) {
      event.preventDefault();
      event.stopPropagation();
      this.#keep();
      const by = Math.round(this.size.width / (event.altKey ? 400 : 80));
      this.here[index] = this.#changed(this.here[index], steps[0] * by, steps[1] * by, event.shiftKey);
      this.#place(this.holder.children[index], this.here[index], index);
      this.changed();
    }
  }

  #changed({ x, y, w, h }, right, down, sizes) {
    const { width, height } = this.size;
    if (sizes) {
      const [wide, high] = [Math.max(SMALLEST, w + right), Math.max(SMALLEST, h + down)];
      return { x, y, w: Math.min(wide, width - x), h: Math.min(high, height - y) };
    }
    return { x: within(x + right, width - w), y: within(y + down, height - h), w, h };
  }

  #at(event) {
    const { left, top } = this.holder.parentElement.querySelector("canvas").getBoundingClientRect();
    const at = (from, edge, most) => within(Math.round((from - edge) / this.scale), most);
    return { x: at(event.clientX, left, this.size.width), y: at(event.clientY, top, this.size.height) };
  }
}

const within = (value, most) => Math.max(0, Math.min(value, most));

function between(a, b) {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
}
