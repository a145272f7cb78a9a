// What the page can't do from the server: keys, scrolling and closing menus, without a round trip.
document.addEventListener("keydown", e => {
  if (e.key === "Escape") {
    document.querySelectorAll("details.bc-menu[open]").forEach(m => { m.open = false; m.querySelector("summary").focus(); });
  }
  if (e.key !== "Enter" || e.shiftKey || e.isComposing || !e.target.matches?.("textarea[data-enter-sends]")) return;
  e.preventDefault();
  if (e.target.form.dataset.ready === "true") e.target.form.requestSubmit();
});

document.addEventListener("click", e => {
  document.querySelectorAll("details.bc-menu[open]").forEach(m => { if (!m.contains(e.target)) m.open = false; });
});

const near = el => el.scrollHeight - el.scrollTop - el.clientHeight < 160;
let atEnd = true;
document.addEventListener("scroll", e => { if (e.target.matches?.("[data-stick-to-end]")) atEnd = near(e.target); }, true);

new MutationObserver(changes => {
  const log = document.querySelector("[data-stick-to-end]");
  if (log && changes.some(c => log.contains(c.target))) {
    const asked = changes.some(c => [...c.addedNodes].some(n => n.matches?.(".bc-turn")));
    if (asked || atEnd) log.scrollTop = log.scrollHeight;
    atEnd = near(log);
  }
  const shown = changes.map(c => c.target).find(t => t.matches?.("[data-shown=true]"));
  if (shown) requestAnimationFrame(() => shown.scrollIntoView({ block: "nearest", behavior: "smooth" }));
}).observe(document.documentElement, { childList: true, subtree: true, characterData: true, attributes: true, attributeFilter: ["data-shown"] });
// Called from the server.
window.billingCopilot = {
  showAddress: address => history.replaceState(history.state, "", address),
  // Leaving already (this tab signed out or switched person) brings its own page; reloading now would cut it off.
  signedOut: () => { if (!leaving) location.replace("/"); },
};
let leaving = false;
document.addEventListener("submit", e => { if (e.target.method === "post" && e.target.action.includes("/auth/")) leaving = true; });
