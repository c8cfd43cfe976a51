// Keeps a page true while it is open: at each event of its stream the page is read again and only what differs
// is replaced. Before it: <main data-live="stream" data-live-events="names"> and regions marked data-region.
// Without this file a reload shows the same.
const QUIET_MS = 250;
// The stream can be ahead of what the page is read from; a second look finds what the first was too early for.
const LATE_MS = 2000;
const main = document.querySelector("main[data-live]");

const keyed = (parent) => [...parent.children].filter((child) => child.dataset.key !== undefined);

// Rows are told apart by their key: kept rows stay in place, new ones fade in, gone ones leave.
const replaceRows = (old, fresh) => {
  const known = new Map(keyed(old).map((row) => [row.dataset.key, row]));
  const rows = keyed(fresh).map((row) => {
    const before = known.get(row.dataset.key);
    if (before === undefined) {
      row.classList.add("is-new");
      return row;
    }
    if (before.outerHTML !== row.outerHTML) before.innerHTML = row.innerHTML;
    before.className = row.className;
    return before;
  });
  old.replaceChildren(...rows);
};

const listOf = (region) => {
  const first = region.querySelector("[data-key]");
  return first && keyed(first.parentElement).length === first.parentElement.children.length ? first.parentElement : null;
};

const sameAround = (region, list, freshRegion, freshList) => {
  const around = (whole, part) => whole.innerHTML.replace(part.innerHTML, "");
  return around(region, list) === around(freshRegion, freshList);
};

const remember = () => ({
  open: [...main.querySelectorAll("details[open][id]")].map((one) => one.id),
  focus: document.activeElement?.closest("[id]")?.id,
  link: document.activeElement?.getAttribute("href"),
});

const restore = (state, region) => {
  for (const id of state.open) {
    const details = document.getElementById(id);
    if (details && region.contains(details)) details.open = true;
  }
  if (document.activeElement !== document.body) return;
  const around = state.focus && document.getElementById(state.focus);
  const target = (state.link && main.querySelector(`a[href="${CSS.escape(state.link)}"]`)) || around?.querySelector("summary") || around;
  target?.focus({ preventScroll: true });
};

// What somebody reads must not move: the first block in view keeps its place on the screen.
const inView = () => {
  const blocks = [...main.querySelectorAll("[data-key], [data-region], h2")];
  const block = blocks.find((one) => one.getBoundingClientRect().bottom > 0);
  return block && window.scrollY > 0 ? { block, top: block.getBoundingClientRect().top } : null;
};

const replaceRegion = (region, fresh) => {
  if (region.innerHTML === fresh.innerHTML) return;
  const state = remember();
  const list = listOf(region);
  const freshList = listOf(fresh);
  if (list && freshList && sameAround(region, list, fresh, freshList)) {
    replaceRows(list, freshList);
  } else {
    region.innerHTML = fresh.innerHTML;
    region.classList.remove("is-new");
    void region.offsetWidth;
    region.classList.add("is-new");
  }
  restore(state, region);
};

const showLiveNote = () => {
  for (const note of document.querySelectorAll("[data-live-note]")) note.hidden = false;
};

const apply = (text) => {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  const reading = inView();
  for (const region of main.querySelectorAll("[data-region]")) {
    const counterpart = fresh.getElementById(region.id);
    if (counterpart) replaceRegion(region, counterpart);
  }
  document.title = fresh.title;
  showLiveNote();
  if (reading?.block.isConnected) window.scrollBy(0, reading.block.getBoundingClientRect().top - reading.top);
  document.dispatchEvent(new CustomEvent("page-updated"));
};

const reader = () => {
  let reading = false;
  let again = false;
  let timer;
  let late;
  const read = async () => {
    if (reading) {
      again = true;
      return;
    }
    reading = true;
    try {
      const answer = await fetch(location.href, { headers: { "X-Fragment": "main" }, cache: "no-store" });
      if (answer.ok) apply(await answer.text());
    } catch {
      // The stream reports that the server is away; it reconnects by itself and the page is read again then.
    } finally {
      reading = false;
    }
    if (again) {
      again = false;
      soon();
    }
  };
  const soon = () => {
    clearTimeout(timer);
    clearTimeout(late);
    timer = setTimeout(read, QUIET_MS);
    late = setTimeout(read, LATE_MS);
  };
  return soon;
};

const follow = () => {
  const readSoon = reader();
  const names = (main.dataset.liveEvents || "").split(" ").filter(Boolean);
  let stream;
  const open = () => {
    stream = new EventSource(main.dataset.live);
    for (const name of ["message", "reset", ...names]) stream.addEventListener(name, readSoon);
    stream.addEventListener("open", () => {
      showLiveNote();
      readSoon();
    });
  };
  open();
  window.addEventListener("pagehide", () => stream.close());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) open();
  });
};

if (main) follow();
