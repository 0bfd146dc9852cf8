// What the pages gain with JavaScript: a truthful waiting state and focus. Nothing depends on it.
(() => {
  "use strict";

  const clocks = new WeakMap();
  const isAsking = (element) => element instanceof HTMLFormElement && element.matches("[data-ask]");
  const part = (form, name) => form.querySelector(`[data-${name}]`);

  function say(form, name) {
    for (const note of form.querySelectorAll("[data-cancelled], [data-lost], [data-waiting]")) {
      note.hidden = !note.matches(`[data-${name}]`);
    }
  }

  // Names one press of the button, so that it can be cancelled and no other.
  function newKey() {
    return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  // Says what became of the request: whether an act had been issued by then.
  async function cancelOnServer(form) {
    const note = part(form, "cancelled");
    const body = new URLSearchParams({
      csrfmiddlewaretoken: form.elements.namedItem("csrfmiddlewaretoken").value,
      request_key: form.dataset.requestKey,
    });
    const answer = await fetch(note.dataset.cancelled, { method: "POST", body }).catch(() => null);
    if (!answer?.ok || answer.redirected) return;
    note.replaceChildren(document.createRange().createContextualFragment(await answer.text()));
  }

  function startWaiting(form) {
    const began = performance.now();
    const elapsed = part(form, "elapsed");
    const tick = () => {
      elapsed.textContent = Math.round((performance.now() - began) / 1000);
    };
    stopWaiting(form);
    say(form, "waiting");
    tick();
    clocks.set(form, setInterval(tick, 1000));
    part(form, "cancel").focus();
  }

  function stopWaiting(form) {
    clearInterval(clocks.get(form));
    say(form, "nothing");
  }

  // Ends without an answer: the form is as it was, and the focus goes to the sentence that says why.
  function endWith(name) {
    return (event) => {
      const form = event.detail.elt;
      if (!isAsking(form)) return;
      stopWaiting(form);
      say(form, name);
      part(form, name).focus();
    };
  }

  function showAnswer() {
    const answer = document.querySelector("main [data-focus]");
    if (answer) {
      answer.focus({ preventScroll: true });
      answer.scrollIntoView({ block: "start" });
    }
    // A whole page fetches the file by itself; here the head of the answer was not read.
    const file = document.querySelector("main [data-download]");
    if (file) location.assign(file.href);
  }

  document.addEventListener("htmx:beforeSend", (event) => {
    if (isAsking(event.detail.elt)) startWaiting(event.detail.elt);
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (isAsking(event.detail.elt)) clearInterval(clocks.get(event.detail.elt));
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const form = event.detail.elt;
    if (!isAsking(form)) return;
    form.dataset.requestKey = newKey();
    event.detail.parameters.set("request_key", form.dataset.requestKey);
  });
  document.addEventListener("htmx:sendAbort", endWith("cancelled"));
  document.addEventListener("htmx:sendAbort", (event) => {
    if (isAsking(event.detail.elt)) cancelOnServer(event.detail.elt);
  });
  document.addEventListener("htmx:sendError", endWith("lost"));
  document.addEventListener("htmx:timeout", endWith("lost"));
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id === "main") showAnswer();
  });

  document.addEventListener("click", (event) => {
    const cancel = event.target.closest("[data-cancel]");
    if (cancel) window.htmx.trigger(cancel.form, "htmx:abort");
  });
  document.addEventListener("keydown", (event) => {
    const waiting = event.key === "Escape" && document.querySelector("[data-waiting]:not([hidden])");
    if (waiting) window.htmx.trigger(waiting.closest("form"), "htmx:abort");
  });

  // A date that is typed or picked means "dates of your own", a named period means no dates. A browser says
  // nothing of a date that is not whole yet but that a key was pressed.
  const datesOf = (form) => [...form.querySelectorAll('[type="date"]')];
  const isTyping = (event) => event.type === "input" || event.key?.length === 1 || event.key?.startsWith("Arrow");

  function markUnreadable(field, isUnreadable) {
    const words = field.closest(".field").querySelector("[data-unreadable]");
    words.hidden = !isUnreadable;
    if (!isUnreadable) return field.removeAttribute("aria-invalid");
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", words.id);
  }

  function chooseOwnDates(event) {
    const { form, type } = event.target;
    if (type !== "date" || !isAsking(form) || !isTyping(event)) return;
    form.querySelector('[name="period"][value="custom"]').checked = true;
    if (!event.target.validity.badInput) markUnreadable(event.target, false);
  }

  document.addEventListener("keydown", chooseOwnDates);
  document.addEventListener("input", chooseOwnDates);
  document.addEventListener("input", (event) => {
    const { form, name, value } = event.target;
    if (!isAsking(form) || name !== "period" || value === "custom") return;
    for (const field of datesOf(form)) {
      field.value = "";
      markUnreadable(field, false);
    }
  });

  // The page says by itself what is wrong; without a script the browser does. Before it looks at the form.
  document.addEventListener("click", (event) => {
    const { form } = event.target.closest("[type=submit]") ?? {};
    if (form && isAsking(form)) form.noValidate = true;
  }, { capture: true });

  // A date that the browser cannot read is sent as none: then nothing is sent.
  document.addEventListener("submit", (event) => {
    if (!isAsking(event.target)) return;
    const dates = datesOf(event.target);
    for (const field of dates) markUnreadable(field, field.validity.badInput);
    const wrong = dates.find((field) => field.validity.badInput);
    if (!wrong) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.querySelector('[name="period"][value="custom"]').checked = true;
    wrong.focus();
  }, { capture: true });

  // What stands in the form goes along to another company, another language and the list of acts.
  const KEPT = ["period", "date_from", "date_to"];

  function chosen() {
    const form = document.getElementById("act-form");
    const filled = form ? new FormData(form) : new Map();
    return KEPT.filter((name) => filled.has(name)).map((name) => [name, filled.get(name)]);
  }

  function withChosen(address) {
    const url = new URL(address, location.href);
    for (const [name, value] of chosen()) {
      if (value) url.searchParams.set(name, value);
      else url.searchParams.delete(name);
    }
    return url;
  }

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-keep]");
    if (link) link.href = withChosen(link.href).href;
  });

  // Before htmx reads the form. The address may have changed since the page came.
  document.addEventListener("submit", (event) => {
    const fields = event.target.elements;
    if (event.target.matches("[data-language]")) {
      const { pathname, search } = withChosen(location.href);
      fields.namedItem("next").value = pathname + search;
    } else if (event.target.matches("[data-keep]")) {
      for (const [name, value] of chosen()) fields.namedItem(name).value = value;
    }
  }, { capture: true });

  document.querySelector("main [data-focus][role=alert]")?.focus();
})();
