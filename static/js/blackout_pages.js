/* Opens a file in the browser: each page can be drawn on a canvas, in about 200 dots per inch and no more than the
   server takes. Scripts in a PDF file are not run. */

import { kindOf, NotTaken, refuseOthers } from "./blackout_kinds.js";
import { gettext } from "./words.js";

const DOTS_PER_INCH = 200;

/* {pages: [{width, height, draw(context)}], close()}; sizes in dots, `draw` fills them. */
export async function openFile(file, limits) {
  if (!file.size) throw new NotTaken(gettext("The file is empty."));
  if (file.size > limits.mostBytes) {
    throw new NotTaken(gettext("The file has more than {most} MB.", { most: limits.mostBytes / 1e6 }));
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  const kind = kindOf(bytes);
  refuseOthers(kind);
  const opened = await { pdf: ofPdf, tiff: ofTiff, png: ofPicture, jpeg: ofPicture }[kind](bytes, limits, kind);
  if (opened.pages.length > limits.mostPages) {
    opened.close();
    const counts = { pages: opened.pages.length, most: limits.mostPages };
    throw new NotTaken(gettext("It has {pages} pages; {most} are taken at once. Divide it.", counts));
  }
  return opened;
}

/* So much smaller that the server takes it. */
function fitting(width, height, limits) {
  const scale = Math.min(1, Math.sqrt(limits.mostPixels / (width * height)));
  return { width: Math.max(1, Math.floor(width * scale)), height: Math.max(1, Math.floor(height * scale)) };
}

async function ofPdf(bytes, limits) {
  const pdfjs = await import(limits.pdf);
  pdfjs.GlobalWorkerOptions.workerSrc = limits.pdfWorker;
  const folder = limits.pdfFolder;
  const loading = pdfjs.getDocument({
    data: bytes,
    cMapUrl: `${folder}cmaps/`,
    cMapPacked: true,
    standardFontDataUrl: `${folder}standard_fonts/`,
    wasmUrl: folder,
    useWasm: false,
    enableXfa: false,
  });
  const pdf = await loading.promise.catch((error) => {
    const asks = error?.name === "PasswordException";
    throw new NotTaken(asks ? gettext("The PDF file asks for a password.")
      : gettext("The PDF file cannot be read: it is broken."));
  });
  const close = () => loading.destroy();
  if (pdf.numPages > limits.mostPages) return { pages: Array(pdf.numPages), close };
  const numbers = Array.from({ length: pdf.numPages }, (_, i) => i + 1);
  return { pages: await Promise.all(numbers.map((number) => pageOfPdf(pdf, number, limits))), close };
}

async function pageOfPdf(pdf, number, limits) {
  const page = await pdf.getPage(number);
  const whole = page.getViewport({ scale: DOTS_PER_INCH / 72 });
  const size = fitting(whole.width, whole.height, limits);
  const viewport = page.getViewport({ scale: ((DOTS_PER_INCH / 72) * size.width) / whole.width });
  const draw = (context) => page.render({ canvas: context.canvas, canvasContext: context, viewport }).promise;
  return { ...size, draw };
}

async function ofPicture(bytes, limits, kind) {
  const picture = await createImageBitmap(new Blob([bytes], { type: `image/${kind}` })).catch(() => {
    throw new NotTaken(gettext("The picture cannot be read: it is broken."));
  });
  return { pages: [ofBitmap(picture, limits)], close: () => picture.close() };
}

function ofBitmap(picture, limits) {
  const size = fitting(picture.width, picture.height, limits);
  return { ...size, draw: async (context) => context.drawImage(picture, 0, 0, size.width, size.height) };
}

async function ofTiff(bytes, limits) {
  await script(limits.inflate);
  await script(limits.tiff);
  let frames = [];
  try {
    frames = UTIF.decode(bytes.buffer).filter((frame) => frame.t256 && frame.t257);
    if (frames.some((frame) => frame.t256[0] * frame.t257[0] > 12 * limits.mostPixels)) throw new RangeError();
    frames.forEach((frame) => UTIF.decodeImage(bytes.buffer, frame));
  } catch {
    throw new NotTaken(gettext("The TIFF file cannot be read. Save it as PDF or PNG, and add that."));
  }
  if (!frames.length) throw new NotTaken(gettext("The TIFF file holds no picture."));
  const pictures = await Promise.all(frames.map((frame) => {
    const dots = new Uint8ClampedArray(UTIF.toRGBA8(frame));
    return createImageBitmap(new ImageData(dots, frame.width, frame.height));
  }));
  return {
    pages: pictures.map((picture) => ofBitmap(picture, limits)),
    close: () => pictures.forEach((picture) => picture.close()),
  };
}

/* Libraries that are no modules. */
const loaded = new Map();
function script(address) {
  if (!loaded.has(address)) {
    loaded.set(address, new Promise((done, failed) => {
      const element = Object.assign(document.createElement("script"), { src: address, onload: done, onerror: failed });
      document.head.append(element);
    }));
  }
  return loaded.get(address);
}
