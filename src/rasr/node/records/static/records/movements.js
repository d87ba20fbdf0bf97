// The form of a movement: rows are narrowed while one types, and lines are added. Without it all works, page by page.
(() => {
  "use strict";
  const box = document.querySelector("input[data-narrow]");
  const table = box && document.querySelector(box.dataset.narrow);
  if (table) {
    const rows = [...table.tBodies[0].rows].map((row) => [row, row.textContent.toLowerCase()]);
    const filled = (row) => [...row.querySelectorAll("input")].some((input) => (input.type === "checkbox" ? input.checked : input.value));
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach(([row, text]) => {
        row.hidden = !filled(row) && !words.every((word) => text.includes(word));
      });
    });
  }

  const things = document.querySelector("[data-things]");
  const more = things?.querySelector("[data-more]");
  if (more) {
    const total = things.querySelector("[name$=-TOTAL_FORMS]");
    const template = things.querySelector("template[data-thing]");
    const most = Number(things.querySelector("[name$=-MAX_NUM_FORMS]").value);
    more.hidden = false;
    more.addEventListener("click", () => {
      const number = Number(total.value);
      if (number >= most) return;
      const made = template.content.cloneNode(true);
      made.querySelectorAll("[name], [id], [for], [aria-describedby]").forEach((element) => {
        ["name", "id", "for", "aria-describedby"].forEach((name) => {
          const value = element.getAttribute(name);
          if (value) element.setAttribute(name, value.replace("__prefix__", number));
        });
      });
      template.before(made);
      total.value = number + 1;
      template.previousElementSibling.querySelector("input").focus();
    });
  }

  // Once sent, a form is not sent again by a second press.
  document.querySelector("form[data-move]")?.addEventListener("submit", (event) => {
    const form = event.currentTarget;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  addEventListener("pageshow", () => delete document.querySelector("form[data-move]")?.dataset.sent);

  document.getElementById("faults")?.focus();
})();
