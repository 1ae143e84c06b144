// A passkey: asks the browser for one, puts what it says into the hidden field of the form, and sends the form. Nothing is fetched:
// what is asked stands in the form, and the answer goes the way of every form. Without scripts the form stays hidden, and people use a code.
"use strict";
(() => {
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const named = (list) => (list || []).map((each) => ({ ...each, id: bytes(each.id) }));

  const add = (options) =>
    navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: named(options.excludeCredentials),
      },
    });
  const show = (options) =>
    navigator.credentials.get({
      publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: named(options.allowCredentials) },
    });

  const written = ({ id, rawId, type, response }) => {
    const said = { clientDataJSON: text(response.clientDataJSON) };
    for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"])
      if (response[part]) said[part] = text(response[part]);
    return JSON.stringify({ id, rawId: text(rawId), type, response: said });
  };

  const ready = (form) => {
    const trouble = form.querySelector("[data-trouble]");
    form.hidden = false;
    form.addEventListener("submit", async (event) => {
      if (form.elements.passkey.value) return;
      event.preventDefault();
      trouble.hidden = true;
      try {
        const ask = form.dataset.passkey === "add" ? add : show;
        form.elements.passkey.value = written(await ask(JSON.parse(form.dataset.options)));
        form.submit();
      } catch {
        trouble.hidden = false;
      }
    });
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (window.PublicKeyCredential) document.querySelectorAll("form[data-passkey]").forEach(ready);
  });
})();
