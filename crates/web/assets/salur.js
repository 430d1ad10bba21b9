// What a page does beyond a plain form; every act works without it.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  // A form that was sent is not sent again by a second tap; the server would answer the same.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    if (form.method === "post" && !form.target) {
      form.dataset.sent = "yes";
      setTimeout(() => delete form.dataset.sent, 8000);
    }
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

  // Choosing rows: the whole page, a range with shift, and what is chosen in words.
  const choosing = (form) => {
    const boxes = all("input[name=ids]", form);
    const whole = form.querySelector("[data-all]");
    const told = form.querySelector("[data-chosen]");
    let last = null;
    const tell = () => {
      const chosen = boxes.filter((box) => box.checked);
      if (whole) {
        whole.checked = chosen.length === boxes.length && boxes.length > 0;
        whole.indeterminate = chosen.length > 0 && !whole.checked;
      }
      const bar = form.querySelector("[data-bar]");
      if (bar && !bar.querySelector("[name=which][value=all]")) bar.hidden = chosen.length === 0;
      if (told) told.textContent = told.dataset.chosen.replace("{n}", chosen.length);
      const sum = form.querySelector("[data-sum]");
      if (sum) {
        const total = chosen.reduce((so, box) => so + Number(box.dataset.amount || 0), 0);
        sum.textContent = "Rp" + total.toLocaleString(document.documentElement.lang === "en" ? "en" : "id-ID");
      }
    };
    boxes.forEach((box, at) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, at), Math.max(last, at)];
        for (let n = from; n <= to; n += 1) boxes[n].checked = box.checked;
      }
      last = at;
      tell();
    }));
    if (whole) whole.addEventListener("change", () => { boxes.forEach((box) => { box.checked = whole.checked; }); tell(); });
    tell();
  };

  // Keys, where nobody is typing: j and k move, x chooses, / searches. Off with the switch in the help.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || localStorage.getItem("salur-keys") === "off") return;
    if (event.target.closest("input, select, textarea, [contenteditable]") && event.target.type !== "checkbox") return;
    const rows = all("[data-row]");
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const go = (to) => { const link = rows[to]?.querySelector("a"); if (link) { link.focus(); link.scrollIntoView({ block: "nearest" }); } };
    if (event.key === "j") go(Math.min(at + 1, rows.length - 1));
    else if (event.key === "k") go(Math.max(at - 1, 0));
    else if (event.key === "x" && at >= 0) rows[at].querySelector("input[name=ids]")?.click();
    else if (event.key === "/") { const find = document.querySelector("[data-find]"); if (find) { find.focus(); event.preventDefault(); } }
  });

  // Counts that follow what happens: asked for anew when the server says that something did.
  const follow = () => {
    const counts = document.querySelector("[data-live]");
    if (!counts || !window.EventSource) return;
    const source = new EventSource("/api/v1/events/stream");
    let waiting = false;
    source.onmessage = () => {
      if (waiting) return;
      waiting = true;
      setTimeout(async () => {
        waiting = false;
        const answer = await fetch(counts.dataset.live, { headers: { Accept: "text/html" } });
        if (answer.ok) counts.innerHTML = await answer.text();
      }, 2000);
    };
    window.addEventListener("pagehide", () => source.close());
  };

  // Passkeys: the server says what to ask the authenticator for, and judges what it answers.
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (c) => c.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const ask = async (path, body) => {
    const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body) });
    const said = await answer.json();
    if (!answer.ok) throw new Error(said.detail);
    return said;
  };
  const described = (credential) => {
    const { response } = credential;
    const told = { clientDataJSON: text(response.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (response[name]) told[name] = text(response[name]);
    }
    if (response.getTransports) told.transports = response.getTransports();
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response: told, extensions: credential.getClientExtensionResults() };
  };
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));
  const passkey = async (step, path, more) => {
    const { publicKey } = await ask(path, { step, ...more });
    publicKey.challenge = bytes(publicKey.challenge);
    if (step === "register") {
      publicKey.user.id = bytes(publicKey.user.id);
      publicKey.excludeCredentials = known(publicKey.excludeCredentials);
      return described(await navigator.credentials.create({ publicKey }));
    }
    publicKey.allowCredentials = known(publicKey.allowCredentials);
    return described(await navigator.credentials.get({ publicKey }));
  };
  const passkeys = (button) => button.addEventListener("click", async () => {
    const wrong = button.parentElement.querySelector("[data-passkey-wrong]");
    const step = button.dataset.passkey;
    try {
      const credential = await passkey(step, "/account/passkey", { password: document.querySelector("[data-passkey-password]")?.value });
      await ask("/account/passkey", { step, credential, name: document.querySelector("[data-passkey-name]")?.value });
      location.assign(button.dataset.next);
    } catch (error) {
      wrong.textContent = error.name === "NotAllowedError" ? button.dataset.failed : error.message;
      wrong.hidden = false;
    }
  });
  // A decree is signed with a passkey over its digest where its page says so; the form carries what it answered.
  const signing = (form) => form.addEventListener("submit", async (event) => {
    const field = form.querySelector("[name=assertion]");
    if (field.value || !window.PublicKeyCredential) return;
    event.preventDefault();
    const wrong = form.querySelector("[data-passkey-wrong]");
    try {
      field.value = JSON.stringify(await passkey("sign", form.dataset.sign, {}));
      form.requestSubmit();
    } catch (error) {
      wrong.textContent = error.name === "NotAllowedError" ? form.dataset.failed : error.message;
      wrong.hidden = false;
    }
  });

  const start = () => {
    all("[data-passkey]").forEach(passkeys);
    all("form[data-sign]").forEach(signing);
    all("form[data-choose]").forEach(choosing);
    const wrong = document.querySelector("[data-errors]");
    if (wrong) wrong.focus();
    all("[data-switch-keys]").forEach((box) => {
      box.checked = localStorage.getItem("salur-keys") !== "off";
      box.addEventListener("change", () => localStorage.setItem("salur-keys", box.checked ? "on" : "off"));
    });
    all("[data-print]").forEach((button) => { button.hidden = false; button.addEventListener("click", () => window.print()); });
    follow();
  };
  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:after:swap", () => all("form[data-choose]").forEach(choosing));
})();
