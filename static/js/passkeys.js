/* Asks the browser to make or to use a passkey, and sends its answer with the form around the button. */

import { gettext } from "./words.js";

const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const readable = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

async function made(options) {
  const publicKey = {
    ...options,
    challenge: bytes(options.challenge),
    user: { ...options.user, id: bytes(options.user.id) },
    excludeCredentials: readable(options.excludeCredentials),
  };
  return navigator.credentials.create({ publicKey });
}

async function proved(options) {
  const publicKey = { ...options, challenge: bytes(options.challenge), allowCredentials: readable(options.allowCredentials) };
  return navigator.credentials.get({ publicKey });
}

function asJson({ id, rawId, type, response }) {
  const parts = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (response[name]) parts[name] = text(response[name]);
  }
  return JSON.stringify({ id, rawId: text(rawId), type, response: parts, clientExtensionResults: {} });
}

function words(error) {
  if (error.name === "InvalidStateError") return gettext("This device holds a passkey of yours already.");
  if (error.name === "SecurityError") return gettext("The browser makes no passkey at this address.");
  return gettext("Nothing was done: the browser was told to stop, or found no passkey. Try once more.");
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-passkey-make], [data-passkey-ask]");
  if (!button || button.disabled || !button.form.reportValidity()) return;
  const trouble = button.form.querySelector("[data-passkey-trouble]");
  button.disabled = true;
  trouble.hidden = true;
  try {
    const { passkeyMake, passkeyAsk } = button.dataset;
    if (!window.PublicKeyCredential) throw new DOMException("", "SecurityError");
    const answer = passkeyMake ? await made(JSON.parse(passkeyMake)) : await proved(JSON.parse(passkeyAsk));
    button.form.elements.passkey.value = asJson(answer);
    button.form.requestSubmit();
  } catch (error) {
    button.disabled = false;
    trouble.textContent = words(error);
    trouble.hidden = false;
  }
});
