// Moves the tip of a running rollout once a second, from the moments the server wrote; nothing else moves.
const stopwatch = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

const move = (bar, seconds) => {
  const { end, runningFrom } = bar.dataset;
  const elapsed = Math.min(seconds, Number(end));
  const percent = (elapsed / Number(end)) * 100;
  for (const part of bar.querySelectorAll("[data-tip]")) part.setAttribute("x", `${percent}%`);
  bar.querySelector("[data-ahead]")?.setAttribute("width", `${100 - percent}%`);
  bar.querySelector("[data-running]")?.setAttribute("width", `${Math.max(percent - Number(runningFrom), 0)}%`);
  bar.querySelector("[data-stopwatch]").textContent = stopwatch(seconds);
};

const begun = new WeakMap();
setInterval(() => {
  for (const bar of document.querySelectorAll("[data-elapsed]")) {
    if (!begun.has(bar)) begun.set(bar, performance.now() - Number(bar.dataset.elapsed) * 1000);
    move(bar, (performance.now() - begun.get(bar)) / 1000);
  }
}, 1000);
