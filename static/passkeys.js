// Joins allauth's passkey script to the button that uses it, and says what failed.
(() => {
  "use strict";

  const button = document.querySelector("[data-passkey]");
  const box = document.querySelector("[data-key-error]");
  const kind = button.dataset.passkey;
  const credential = button.form.elements.namedItem("credential").id;

  const ids = { [kind]: button.id, credential };
  if (kind !== "login") ids.data = "js_data"; // the log-in page asks for it when it is wanted
  if (kind === "add") ids.passwordless = "id_passwordless";
  window.allauth.webauthn.forms[`${kind}Form`]({ ids });

  // Of the reasons, those that a person can do something about.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    const { name } = event.detail.exception;
    const known = box.querySelector(`[data-reason="${name}"]`) ? name : "other";
    const reason = window.isSecureContext ? known : "insecure";
    for (const text of box.querySelectorAll("[data-reason]")) text.hidden = text.dataset.reason !== reason;
    box.hidden = false;
    box.focus();
  });
})();
