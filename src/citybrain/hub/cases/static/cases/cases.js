// Comfort of the bench: tick all, and keys for what a clerk does all day. Every page works without it.
const all = document.querySelector("[data-tick-all]");
if (all) {
  all.hidden = false;
  all.addEventListener("click", () => {
    const boxes = [...document.querySelectorAll("input[name=row]")];
    const on = boxes.some((b) => !b.checked);
    boxes.forEach((b) => { b.checked = on; });
  });
}
// t takes, r releases, a opens the first step, 1 to 9 open the steps in order.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || e.target.matches("input, select, textarea, [contenteditable]")) return;
  const button = document.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
  if (button) { e.preventDefault(); button.click(); return; }
  const steps = [...document.querySelectorAll(".act > summary")];
  const at = e.key === "a" ? 0 : /^[1-9]$/.test(e.key) ? Number(e.key) - 1 : -1;
  if (at >= 0 && steps[at]) {
    e.preventDefault();
    const act = steps[at].parentElement;
    act.open = !act.open;
    (act.open ? act.querySelector("input:not([type=hidden]), select, textarea, button") : steps[at])?.focus();
  }
});
// Bring the current state of the diagram into view.
document.querySelector(".diagram .is-current")?.scrollIntoView({ block: "nearest", inline: "center" });
if (document.querySelector(".diagram .is-current") && !location.hash) scrollTo(0, 0);
