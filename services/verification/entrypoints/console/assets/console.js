"use strict";
// What the console adds to its pages: live rows that never move what is being read, and keys. Everything works without.
(() => {
  const live = document.getElementById("live");
  const byId = (id) => document.getElementById(id);
  const rowOf = (number) => byId("c-" + number);
  const arrived = new Map();

  const rowFrom = (html) => {
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content.querySelector("tr");
  };

  const tellArrivals = () => {
    const list = byId("arrived");
    const latest = [...arrived.values()].reverse().slice(0, 4).map((row) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.className = "mono";
      link.href = row.querySelector("a.case").href;
      link.textContent = row.dataset.case;
      item.append(link, " ", row.querySelector(".state").textContent);
      return item;
    });
    list.replaceChildren(...latest);
    byId("arrived-count").textContent = arrived.size;
    byId("show-arrived").hidden = arrived.size === 0;
  };

  const place = (html) => {
    const row = rowFrom(html);
    if (!row) return;
    const shown = rowOf(row.dataset.case);
    if (!shown) {
      // Not on this page: told in the line above, put in its place when asked for.
      arrived.delete(row.dataset.case);
      arrived.set(row.dataset.case, row);
      tellArrivals();
      return;
    }
    if (Number(row.dataset.version) <= Number(shown.dataset.version)) return;
    const inside = shown.contains(document.activeElement) ? document.activeElement : null;
    const ticked = shown.querySelector("input[name=claim]").checked;
    row.querySelector("input[name=claim]").checked = ticked;
    row.classList.add("changed");
    shown.replaceWith(row);
    if (inside) row.querySelector(inside.matches("a") ? "a.case" : "input[name=claim]").focus({ preventScroll: true });
  };

  const sortIn = () => {
    const held = document.activeElement?.closest?.("tr[data-case]")?.dataset.case;
    arrived.clear();
    tellArrivals();
    htmx.ajax("GET", live.dataset.rows, { target: "#rows", swap: "outerHTML" }).then(() => {
      if (held && rowOf(held)) rowOf(held).querySelector("a.case").focus();
    });
  };

  if (live) {
    const state = byId("live-state");
    const say = (name, text) => { state.className = "live-state " + name; state.textContent = text; };
    live.addEventListener("row", (event) => place(event.detail.data));
    live.addEventListener("gone", (event) => {
      arrived.delete(event.detail.data);
      tellArrivals();
      rowOf(event.detail.data)?.classList.add("gone");
    });
    live.addEventListener("stale", sortIn);
    live.addEventListener("htmx:sse:after:connection", () => say("on", live.dataset.now));
    live.addEventListener("htmx:sse:error", () => say("off", live.dataset.lost));
    live.addEventListener("htmx:sse:before:connection", (event) => {
      if (event.detail.connection.attempt > 0) say("off", live.dataset.lost);
    });
    byId("show-arrived").addEventListener("click", sortIn);
  }

  // A claim that is open tells when it has changed; what is being read stays.
  const opened = byId("claim-live");
  opened?.addEventListener("row", (event) => {
    const row = rowFrom(event.detail.data);
    if (row && Number(row.dataset.version) > Number(opened.dataset.version)) {
      document.querySelector("#claim-changed span").hidden = false;
    }
  });

  // What the hub tells of itself changes above a page that stays open.
  (live ?? opened)?.addEventListener("notices", (event) => {
    const place = byId("hub-notices");
    if (place) place.innerHTML = event.detail.data;
  });

  // Hours and minutes that are left count down by themselves; working days don't change within a day.
  const units = document.documentElement.lang === "id" ? ["hari", "jam", "mnt"] : ["d", "h", "min"];
  const countDown = () => {
    for (const place of document.querySelectorAll("[data-due]")) {
      const minutes = Math.floor(Math.abs(new Date(place.dataset.due) - Date.now()) / 60000);
      const parts = [[Math.floor(minutes / 1440), units[0]], [Math.floor(minutes / 60) % 24, units[1]], [minutes % 60, units[2]]];
      const told = parts.filter(([count]) => count).slice(0, 2).map(([count, unit]) => `${count}\u00a0${unit}`).join(" ");
      place.textContent = told || `0\u00a0${units[2]}`;
      if (new Date(place.dataset.due) < Date.now()) place.classList.add("late");
    }
  };
  setInterval(countDown, 30000);

  // How many claims are chosen.
  const count = () => {
    const told = byId("chosen-count");
    if (told) told.textContent = document.querySelectorAll("input[name=claim]:checked").length;
  };
  document.addEventListener("change", (event) => { if (event.target.name === "claim") count(); });

  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) { event.preventDefault(); return; }
    event.target.dataset.sent = "1";
    setTimeout(() => delete event.target.dataset.sent, 3000);
  });

  // Keys: never while somebody writes, and off for whoever wants them off.
  const off = byId("keys-off");
  if (off) {
    off.checked = localStorage.getItem("keys") === "off";
    off.addEventListener("change", () => localStorage.setItem("keys", off.checked ? "off" : "on"));
  }
  const writing = (element) => element?.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]");
  const step = (by) => {
    const links = [...document.querySelectorAll("#claims a.case, #pairs a.case")];
    const here = document.activeElement?.closest?.("tr, article");
    const at = links.findIndex((link) => here?.contains(link));
    links[at < 0 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  };
  const chosenRow = () => document.activeElement?.closest?.("tr[data-case]");
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    x: () => chosenRow()?.querySelector("input[name=claim]")?.click(),
    r: () => live && sortIn(),
    "/": () => byId("q")?.focus(),
    "?": () => { const help = document.querySelector(".keys"); if (help) help.open = !help.open; },
    a: () => {
      const row = chosenRow();
      const button = document.querySelector("button[name=to][value=me]");
      if (!row || !button) return;
      row.querySelector("input[name=claim]").checked = true;
      button.click();
    },
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(event.target) || off?.checked) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
