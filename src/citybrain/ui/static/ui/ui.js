// Comfort only: every page works without this file.
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

// An error summary takes the focus so that a screen reader says it first.
document.querySelector("[data-autofocus]")?.focus();

// Escape and a click elsewhere close open confirmations.
const dismiss = (except) => $$("details[data-dismiss][open]").forEach((d) => d !== except && (d.open = false));
document.addEventListener("keydown", (e) => { if (e.key === "Escape") dismiss(null); });
document.addEventListener("click", (e) => dismiss(e.target.closest("details[data-dismiss]")));

// On a phone the bench menu starts folded.
if (matchMedia("(max-width: 60rem)").matches) $$(".bench-nav-fold").forEach((d) => { d.open = false; });

// A row of tabs wider than the screen shows the one we are in.
for (const here of $$(".tabs [aria-current], .od-nav [aria-current]")) {
  const row = here.closest("ul");
  if (row.scrollWidth > row.clientWidth) row.scrollLeft = here.offsetLeft - (row.clientWidth - here.offsetWidth) / 2;
}

// Division cascade: choosing a level fills the next from the address in data-cascade.
for (const box of $$("[data-cascade]")) {
  if (!box.dataset.cascade) continue;
  box.closest("fieldset").querySelector("[data-cascade-next]")?.setAttribute("hidden", "");
  const selects = $$("select", box);
  selects.forEach((select, i) => select.addEventListener("change", async () => {
    for (const later of selects.slice(i + 1)) later.length = 1;
    const next = selects[i + 1];
    if (!next || !select.value) return;
    const answer = await fetch(`${box.dataset.cascade}?parent=${encodeURIComponent(select.value)}`, { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    for (const o of await answer.json()) next.add(new Option(o.label, o.value));
  }));
}

// Drop files on an upload box.
for (const box of $$("[data-upload]")) {
  const input = box.querySelector("input[type=file]");
  box.addEventListener("dragover", (e) => { e.preventDefault(); box.classList.add("is-over"); });
  box.addEventListener("dragleave", () => box.classList.remove("is-over"));
  box.addEventListener("drop", (e) => { e.preventDefault(); box.classList.remove("is-over"); if (input) { input.files = e.dataTransfer.files; input.dispatchEvent(new Event("change", { bubbles: true })); } });
}

// A form is sent once: a second click while it travels does nothing.
document.addEventListener("submit", (e) => {
  if (e.target.dataset.sent && e.target.method === "post") { e.preventDefault(); return; }
  e.target.dataset.sent = "1";
  setTimeout(() => delete e.target.dataset.sent, 5000);
});
addEventListener("pageshow", () => $$("form[data-sent]").forEach((f) => delete f.dataset.sent));

// Anything marked data-print prints the page.
document.addEventListener("click", (e) => { if (e.target.closest("[data-print]")) print(); });

// Keyboard of a bench: "/" goes to the search box, j and k walk the rows of a list marked data-rows.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input, select, textarea, [contenteditable]")) return;
  if (e.key === "/") { const q = document.querySelector("[data-shortcut='/'], input[type=search]"); if (q) { e.preventDefault(); q.focus(); } }
  if (e.key === "j" || e.key === "k") {
    const rows = $$("[data-rows] tbody a:first-of-type, [data-rows] li a:first-of-type");
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement) + (e.key === "j" ? 1 : -1);
    rows[Math.max(0, Math.min(rows.length - 1, at))].focus();
  }
});
