// Keeps what is typed in forms that have no drafts, so that it is there again after the back button: the browser itself stores no page. It waits in the session
// storage of the tab, is forgotten when the form was accepted, and in every tab when somebody signs out. Every page works without this file.
"use strict";
{
  const who = document.querySelector(".me a")?.textContent ?? "";
  const [opened] = performance.getEntriesByType("navigation");
  const away = new BroadcastChannel("signed out");
  let ended = false; // nobody is signed in any more, whatever the page still shows

  const forget = () => { ended = true; sessionStorage.clear(); };
  away.addEventListener("message", forget);
  document.querySelectorAll('form[action="/signout"]').forEach((form) => form.addEventListener("submit", () => { forget(); away.postMessage(""); }));
  if (document.querySelector('form[action="/signin"]')) forget();

  const watched = [...document.querySelectorAll('main form[method="post"]:not([data-draft], [role="search"])')]
    .filter((form) => !form.querySelector('input[type="password"]'));
  const fields = (form) => [...form.elements].filter((e) => e.name && !/^(hidden|file|submit|button|fieldset)$/.test(e.type));
  const name = (form) => `typed ${new URL(form.action).pathname} ${form.querySelector('input[type="hidden"][name="unit"]')?.value ?? ""}`;
  const ticked = (e) => e.type === "checkbox" || e.type === "radio";

  const keep = (form) => {
    if (ended || fields(form).length === 0) return;
    const values = fields(form).map((e) => ticked(e) ? [e.name, e.value, e.checked] : [e.name, e.value]);
    sessionStorage.setItem(name(form), JSON.stringify({ who, values }));
  };
  const fillIn = (form, values) => {
    fields(form).forEach((e, i) => {
      const [field, value, checked] = values[i] ?? [];
      if (field !== e.name) return;
      if (!ticked(e)) e.value = value;
      else if (e.value === value) e.checked = checked;
    });
    form.closest("details")?.setAttribute("open", "");
  };

  // An accepted form is answered with a redirect; a page that says what is wrong is the answer itself.
  const sent = sessionStorage.getItem("sent");
  sessionStorage.removeItem("sent");
  if (sent && opened?.type === "navigate" && opened.redirectCount > 0) sessionStorage.removeItem(sent);

  for (const key of Object.keys(sessionStorage)) {
    if (key.startsWith("typed ") && JSON.parse(sessionStorage.getItem(key)).who !== who) sessionStorage.removeItem(key);
  }
  for (const form of watched) {
    form.autocomplete = "off"; // the browser stores nothing of it, and fills in nothing by itself
    const kept = sessionStorage.getItem(name(form));
    if (kept && opened?.type === "back_forward") fillIn(form, JSON.parse(kept).values);
    form.addEventListener("input", () => keep(form));
    form.addEventListener("submit", () => {
      keep(form);
      if (!ended && fields(form).length > 0) sessionStorage.setItem("sent", name(form));
    });
  }
}
