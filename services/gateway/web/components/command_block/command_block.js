// Shows the copy button and lets it copy the command beside it; the answer is spoken and shown for a moment.
const SHOWN_MS = 2000;

const prepare = (root) => {
  if (!navigator.clipboard) return;
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
};

const copy = async (button) => {
  const block = button.closest(".command");
  await navigator.clipboard.writeText(block.querySelector("[data-copy-text]").textContent);
  const words = button.textContent;
  if (words === button.dataset.copied) return;
  button.textContent = button.dataset.copied;
  block.querySelector("[role=status]").textContent = button.dataset.copied;
  setTimeout(() => {
    button.textContent = words;
    block.querySelector("[role=status]").textContent = "";
  }, SHOWN_MS);
};

prepare(document);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("page-updated", () => prepare(document));
