// What every page does: loads charts and maps where there are any, sends choices at once, opens tables for the printer.
(() => {
  "use strict";
  const files = document.currentScript.dataset;
  const loaded = new Map();

  const script = (address) => {
    if (!loaded.has(address)) {
      loaded.set(address, new Promise((done, failed) => {
        const element = document.createElement("script");
        element.src = address;
        element.onload = done;
        element.onerror = failed;
        document.head.append(element);
      }));
    }
    return loaded.get(address);
  };
  const style = (address) => {
    if (loaded.has(address)) return;
    loaded.set(address, true);
    const element = document.createElement("link");
    element.rel = "stylesheet";
    element.href = address;
    // before our own sheet, which has the last word
    document.head.querySelector("link[rel=stylesheet]").before(element);
  };

  const find = async (within) => {
    if (within.querySelector("[data-chart]")) {
      await script(files.fileEcharts);
      await script(files.fileCharts);
      window.rasr.drawCharts(within);
    }
    if (within.querySelector("[data-map]")) {
      style(files.fileLeafletCss);
      await script(files.fileLeaflet);
      await script(files.fileMap);
      window.rasr.drawMaps(within, files.fileOutlines);
    }
  };

  // Numbers as rasr.report.numerals writes them.
  const mark = files.decimalMark || ".";
  const plain = (text) => {
    const [whole, fraction] = text.replace("-", "−").split(".");
    const apart = whole.replace(/\B(?=(\d{3})+$)/g, "\u202f");
    return fraction ? apart + mark + fraction : apart;
  };
  const significant = (value, digits) => {
    if (value === null || value === undefined || Number.isNaN(value)) return "–";
    if (value === 0) return "0";
    const rounded = Number(value.toExponential(digits - 1));
    const places = Math.max(0, digits - 1 - Math.floor(Math.log10(Math.abs(rounded))));
    return plain(rounded.toFixed(Math.min(places, 20)));
  };
  const high = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
  const figure = (value, digits = 2) => {
    if (typeof value !== "number" || value === 0 || Math.abs(value) >= 1e-3) {
      if (typeof value === "number" && Math.abs(value) >= 10 ** digits) return plain(value.toFixed(0));
      return significant(value, digits);
    }
    const [mantissa, exponent] = value.toExponential(1).split("e");
    const power = String(Number(exponent)).replace(/./g, (sign) => high[sign]);
    return `${mantissa.replace(".", mark)}\u202f×\u202f10${power}`;
  };
  // A number beside an axis: no digit more than it needs.
  const tick = (value) => (value !== 0 && Math.abs(value) < 1e-3 ? figure(value) : plain(String(Number(value.toPrecision(6)))));
  // A table from headings and rows; numbers stand at the right.
  const table = (headings, rows) => {
    const made = document.createElement("table");
    made.className = "table";
    const line = (parent, cells, tag) => {
      const row = parent.insertRow();
      cells.forEach((cell, at) => {
        const element = document.createElement(at === 0 && tag === "td" ? "th" : tag);
        if (element.tagName === "TH") element.scope = tag === "th" ? "col" : "row";
        const number = typeof cell === "number";
        if (number || (tag === "th" && rows.some((other) => typeof other[at] === "number"))) element.className = "number";
        element.textContent = number ? figure(cell, 3) : cell ?? "–";
        row.append(element);
      });
    };
    line(made.createTHead(), headings, "th");
    const body = made.createTBody();
    rows.forEach((row) => line(body, row, "td"));
    return made;
  };
  window.rasr = { figure, significant, table, tick };

  // Choices of the menu are sent as soon as they are made.
  document.addEventListener("change", (event) => {
    const form = event.target.closest?.("form[data-auto-submit]");
    if (form) form.requestSubmit();
  });

  // htmx: charts in what was brought in; to the sign-in page, whole, when the session has ended.
  document.addEventListener("htmx:afterSettle", (event) => find(event.target));
  document.addEventListener("htmx:beforeSwap", (event) => {
    const address = event.detail.xhr.responseURL;
    if (files.signIn && address && new URL(address).pathname === files.signIn) {
      event.detail.shouldSwap = false;
      location.reload();
    }
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-print]")) print();
  });

  // Signing out clears what pages keep on this device: whoever has not saved it is asked first. Pages that keep
  // something name it in localStorage, under a key that begins like this, until it is saved.
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.unsaved;
    const isUnsaved = () => Object.keys(localStorage).some((key) => key.startsWith("rasr-unsaved:"));
    if (question && isUnsaved() && !confirm(question)) event.preventDefault();
  });

  // What is folded is printed.
  addEventListener("beforeprint", () => {
    document.querySelectorAll("details:not([open])").forEach((details) => {
      details.open = true;
      details.dataset.forPrint = "";
    });
  });
  addEventListener("afterprint", () => {
    document.querySelectorAll("details[data-for-print]").forEach((details) => {
      details.open = false;
      delete details.dataset.forPrint;
    });
  });

  find(document);
})();
