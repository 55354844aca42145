// What pages do beside htmx. Every page works without this file.
"use strict";

// A page that says what is wrong begins there, also where the browser does not heed autofocus.
document.querySelector("[data-summary]")?.focus();

// signedOut says at a form that one has to sign in, where the text goes with it, or in another tab, so that it stays here.
function signedOut(said, { kept, signIn }) {
  const link = document.createElement("a");
  link.href = signIn;
  if (!kept) link.target = "_blank";
  link.textContent = kept ? "Logga in igen, det du skrev följer med" : "Logga in i en ny flik, texten här står kvar";
  said.replaceChildren("Du är utloggad, och utkastet är inte sparat. ", link, ".");
}

// A form with data-draft is saved there while it is typed in, its files aside.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const fields = () => {
    const all = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") all.append(name, value);
    return all;
  };
  const said = form.querySelector(".draft");
  let timer, unsaved = false, sending = false;
  const save = async () => {
    if (!unsaved || sending) return;
    sending = true;
    unsaved = false;
    try {
      const answer = await fetch(form.dataset.draft, { method: "POST", body: fields(), redirect: "error", headers: { Accept: "application/json" } });
      if (answer.status === 401) {
        if (said) signedOut(said, await answer.json());
        unsaved = true;
        sending = false;
        return;
      }
      if (!answer.ok) throw new Error(answer.statusText);
      const saved = await answer.json();
      form.elements.draft.value = saved.version;
      if (said) said.textContent = saved.said;
    } catch {
      unsaved = true;
      if (said) said.textContent = "Utkastet är inte sparat. Det försöks igen när du skriver.";
    }
    sending = false;
  };
  form.addEventListener("input", () => {
    unsaved = true;
    clearTimeout(timer);
    timer = setTimeout(save, 1500);
  });
  form.addEventListener("submit", () => { clearTimeout(timer); unsaved = false; });
  window.addEventListener("pagehide", () => { if (unsaved) navigator.sendBeacon(form.dataset.draft, fields()); });
}

// What stands beside a box with data-find is found by typing in it.
for (const box of document.querySelectorAll("[data-find]")) {
  const rows = box.closest("fieldset").querySelectorAll(box.dataset.find);
  box.closest("[hidden]")?.removeAttribute("hidden");
  box.addEventListener("input", () => {
    const words = box.value.toLocaleLowerCase("sv").split(/\s+/);
    for (const row of rows) {
      const text = row.textContent.toLocaleLowerCase("sv");
      row.hidden = !row.querySelector(":checked") && !words.every((word) => text.includes(word));
    }
  });
}
