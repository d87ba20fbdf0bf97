// Draws every [data-chart] from the JSON that its data-source names, and its table beside it. Texts come with the page.
(() => {
  "use strict";
  const { figure, table, tick } = window.rasr;
  const shown = new Map();
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const look = () => {
    const read = getComputedStyle(document.documentElement);
    const of = (name) => read.getPropertyValue(`--${name}`).trim();
    return {
      ink: of("ink"), quiet: of("quiet"), rule: of("rule"), faint: of("faint"), paper: of("raised"), accent: of("accent"),
      series: [1, 2, 3, 4, 5, 6].map((number) => of(`series-${number}`)),
      font: read.getPropertyValue("--tblr-font-sans-serif").trim() || "sans-serif",
    };
  };

  const base = (colours) => ({
    animation: !still.matches,
    animationDuration: 300,
    color: colours.series,
    textStyle: { fontFamily: colours.font, color: colours.ink },
    grid: { left: 4, right: 14, top: 44, bottom: 4, containLabel: true },
    legend: {
      type: "scroll", top: 0, left: 0, itemWidth: 14, itemHeight: 8, icon: "roundRect",
      textStyle: { color: colours.ink, fontSize: 12 },
      pageTextStyle: { color: colours.quiet }, pageIconColor: colours.ink, pageIconInactiveColor: colours.rule,
    },
    tooltip: {
      renderMode: "richText", confine: true, backgroundColor: colours.paper, borderColor: colours.rule, borderWidth: 1,
      padding: 10, textStyle: { color: colours.ink, fontFamily: colours.font, fontSize: 12, lineHeight: 18 },
    },
  });
  const axis = (colours, more) => ({
    axisLine: { lineStyle: { color: colours.ink } },
    axisTick: { show: false },
    axisLabel: { color: colours.quiet, fontSize: 11, hideOverlap: true },
    splitLine: { show: false },
    ...more,
  });
  const values = (colours, unit, more) => axis(colours, {
    type: "value", name: unit || "", nameLocation: "end", nameGap: 10,
    nameTextStyle: { color: colours.quiet, fontSize: 11, align: "left", padding: [0, 0, 0, -6] },
    axisLine: { show: false },
    axisLabel: { color: colours.quiet, fontSize: 11, hideOverlap: true, formatter: tick },
    splitLine: { lineStyle: { color: colours.faint } },
    ...more,
  });
  const named = (text, unit) => (unit ? `${text} ${unit}` : text);

  const danger = (data, colours, texts) => {
    const series = [];
    data.series.forEach((one, at) => {
      const colour = colours.series[at % colours.series.length];
      if (one.low && one.high) {
        const under = { type: "line", stack: `band-${at}`, symbol: "none", silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false } };
        series.push({ ...under, data: one.low, name: `low-${at}` });
        series.push({
          ...under, data: one.high.map((top, i) => (top === null ? null : top - one.low[i])), name: `high-${at}`,
          areaStyle: { color: colour, opacity: 0.14 },
        });
      }
      series.push({
        type: "line", name: one.name, data: one.values, symbol: "circle", symbolSize: 5, showSymbol: one.values.length < 40,
        lineStyle: { width: 2.5, color: colour, type: at % 2 ? "dashed" : "solid" }, itemStyle: { color: colour },
        emphasis: { disabled: true },
      });
    });
    const told = (at) => [data.periods[at], ...data.series.map((one) => {
      const ends = one.low && one.high ? ` (${texts.interval} ${figure(one.low[at])} – ${figure(one.high[at])})` : "";
      return `${one.name}: ${named(figure(one.values[at]), data.unit)}${ends}`;
    })].join("\n");
    return {
      option: {
        legend: { data: data.series.map((one) => one.name), show: data.series.length > 1 },
        tooltip: { trigger: "axis", axisPointer: { lineStyle: { color: colours.quiet } }, formatter: (items) => told(items[0].dataIndex) },
        xAxis: axis(colours, {
          type: "category", boundaryGap: false, data: data.periods,
          axisLabel: { color: colours.quiet, fontSize: 11, hideOverlap: true, alignMinLabel: "left", alignMaxLabel: "right" },
        }),
        yAxis: values(colours, data.unit, { min: data.signed ? null : 0 }),
        series,
      },
      headings: ["", ...data.series.flatMap((one) => (one.low && one.high ? [named(one.name, data.unit && `(${data.unit})`), texts.interval] : [named(one.name, data.unit && `(${data.unit})`)]))],
      rows: data.periods.map((period, at) => [String(period), ...data.series.flatMap((one) => (
        one.low && one.high ? [one.values[at], `${figure(one.low[at])} – ${figure(one.high[at])}`] : [one.values[at]]))]),
    };
  };

  const bars = (data, colours, lying) => {
    const several = data.series.length > 1;
    const category = axis(colours, {
      type: "category", data: data.categories, inverse: lying,
      axisLabel: { color: lying ? colours.ink : colours.quiet, fontSize: 11, hideOverlap: !lying, width: lying ? 150 : undefined, overflow: lying ? "truncate" : undefined },
    });
    const amount = values(colours, data.unit, lying ? { nameLocation: "middle", nameGap: 26, nameTextStyle: { color: colours.quiet, fontSize: 11 } } : {});
    const told = (items) => [items[0].name, ...items.map((item) => `${several ? `${item.seriesName}: ` : ""}${named(figure(item.value, 3), data.unit)}`)].join("\n");
    return {
      option: {
        legend: { show: several },
        grid: { top: several ? 44 : 24, bottom: lying && data.unit ? 30 : 4 },
        tooltip: { trigger: "axis", axisPointer: { type: "shadow", shadowStyle: { color: colours.ink, opacity: 0.06 } }, formatter: told },
        [lying ? "yAxis" : "xAxis"]: category,
        [lying ? "xAxis" : "yAxis"]: amount,
        series: data.series.map((one) => ({
          type: "bar", name: one.name, data: one.values, stack: data.stacked ? "all" : undefined, barMaxWidth: 34, barGap: "8%",
          itemStyle: { borderColor: colours.paper, borderWidth: data.stacked ? 1 : 0 }, emphasis: { disabled: true },
        })),
      },
      rows: data.categories.map((name, at) => [String(name), ...data.series.map((one) => one.values[at])]),
      headings: ["", ...data.series.map((one) => named(one.name, data.unit && `(${data.unit})`))],
      height: lying ? 90 + data.categories.length * (several && !data.stacked ? 14 + 14 * data.series.length : 28) : 0,
    };
  };

  const gantt = (data, colours, texts) => {
    const names = data.categories;
    const labels = [...new Set(data.bars.map((bar) => bar.label))];
    const colourOf = (label) => colours.series[labels.indexOf(label) % colours.series.length];
    // a period is as wide as its name: a bar reaches to the end of its last one
    const items = data.bars.map((bar) => ({
      value: [bar.row, names.indexOf(bar.start), names.indexOf(bar.end) + 1, bar.value], bar, itemStyle: { color: colourOf(bar.label) },
    }));
    const draw = (_params, api) => {
      const [left, middle] = api.coord([api.value(1), api.value(0)]);
      const right = api.coord([api.value(2), api.value(0)])[0];
      const high = api.size([0, 1])[1] * 0.62;
      return {
        type: "rect",
        shape: { x: left, y: middle - high / 2, width: Math.max(right - left - 1, 3), height: high, r: 2 },
        style: { fill: api.visual("color") },
      };
    };
    const told = ({ data: { bar } }) => [
      data.rows[bar.row], bar.label, `${bar.start} – ${bar.end}`, named(figure(bar.value, 3), data.unit),
    ].join("\n");
    return {
      option: {
        legend: { show: labels.length > 1 && labels.length <= 12, data: labels.map((name) => ({ name, itemStyle: { color: colourOf(name) } })), selectedMode: false },
        grid: { top: labels.length > 1 ? 40 : 10 },
        tooltip: { trigger: "item", formatter: told },
        xAxis: axis(colours, {
          type: "value", min: 0, max: names.length, interval: 1, splitLine: { show: true, lineStyle: { color: colours.faint } },
          axisLabel: { color: colours.quiet, fontSize: 11, hideOverlap: true, align: "left", showMinLabel: true, showMaxLabel: false, formatter: (value) => names[value] ?? "" },
        }),
        yAxis: axis(colours, {
          type: "category", data: data.rows, inverse: true,
          axisLabel: { color: colours.ink, fontSize: 11, width: 150, overflow: "truncate" }, splitLine: { show: true, lineStyle: { color: colours.faint } },
        }),
        series: [
          { type: "custom", renderItem: draw, encode: { x: [1, 2], y: 0 }, data: items, clip: true },
          ...labels.map((name) => ({ type: "bar", name, data: [], itemStyle: { color: colourOf(name) } })),
        ],
      },
      headings: [texts.line, texts.what, texts.from, texts.to, named(texts.value, data.unit && `(${data.unit})`)],
      rows: data.bars.map((bar) => [data.rows[bar.row], bar.label, bar.start, bar.end, bar.value]),
      height: 90 + data.rows.length * 30,
    };
  };

  // Flows must not go in a circle: what both sends and receives comes as two nodes.
  const sankey = (data, colours, texts) => {
    const senders = new Set(data.links.map((link) => link.source));
    return {
      option: {
        legend: { show: false },
        tooltip: {
          trigger: "item",
          formatter: ({ dataType, data: item, name, value }) => (dataType === "edge"
            ? `${item.source} → ${item.target}\n${named(figure(item.value, 3), data.unit)}`
            : `${name}\n${named(figure(value, 3), data.unit)}`),
        },
        series: [{
          type: "sankey", left: 4, right: 4, top: 10, bottom: 10, nodeWidth: 12, nodeGap: 12, layoutIterations: 0, draggable: false,
          emphasis: { focus: "adjacency" },
          data: data.nodes.map(({ name }, at) => ({
            name, itemStyle: { color: colours.series[at % colours.series.length] },
            label: { position: senders.has(name) ? "right" : "left", color: colours.ink, fontSize: 12 },
          })),
          links: data.links,
          lineStyle: { color: "source", opacity: 0.28, curveness: 0.5 },
        }],
      },
      headings: [texts.from, texts.to, named(texts.value, data.unit && `(${data.unit})`)],
      rows: data.links.map((link) => [link.source, link.target, link.value]),
      height: 120 + data.nodes.length * 34,
    };
  };

  const radar = (data, colours) => ({
    option: {
      legend: { show: data.series.length > 1 },
      tooltip: {
        trigger: "item",
        formatter: ({ name, value }) => [name, ...data.categories.map((each, at) => `${each}: ${named(figure(value[at], 3), data.unit)}`)].join("\n"),
      },
      radar: {
        indicator: data.categories.map((name) => ({ name, max: 100 })), radius: "62%", center: ["50%", "56%"],
        axisName: { color: colours.quiet, fontSize: 11, width: 110, overflow: "break" },
        splitLine: { lineStyle: { color: colours.rule } }, axisLine: { lineStyle: { color: colours.rule } }, splitArea: { show: false },
      },
      series: [{
        type: "radar",
        data: data.series.map(({ name, values: value }, at) => ({ name, value, symbol: at ? "rect" : "circle", lineStyle: { type: at ? "dashed" : "solid" } })),
      }],
    },
    rows: data.categories.map((name, at) => [name, ...data.series.map((one) => one.values[at])]),
    headings: ["", ...data.series.map((one) => named(one.name, data.unit && `(${data.unit})`))],
    height: 420,
  });

  const scatter = (data, colours) => {
    const axis = (name) => values(colours, name, { nameLocation: "middle", nameGap: 30, nameTextStyle: { color: colours.quiet, fontSize: 11 } });
    return {
      option: {
        legend: { show: false },
        grid: { top: 16, bottom: 34, left: 34 },
        tooltip: { trigger: "item", formatter: ({ dataIndex: at, value }) => [data.categories[at], `${data.x}: ${figure(value[0], 3)}`, `${data.y}: ${figure(value[1], 3)}`].join("\n") },
        xAxis: axis(data.x), yAxis: { ...axis(data.y), nameRotate: 90, nameGap: 44 },
        series: [
          { type: data.joined ? "line" : "scatter", data: data.points, symbolSize: 12, itemStyle: { opacity: 0.75 } },
          ...(data.above ? [{ type: "line", data: data.above, symbol: "none", silent: true, tooltip: { show: false }, lineStyle: { type: "dashed" } }] : []),
        ],
      },
      rows: data.categories.map((name, at) => [name, ...data.points[at]]),
      headings: ["", data.x, data.y],
      height: 380,
    };
  };

  const kinds = {
    danger, gantt, sankey, radar, scatter,
    bars: (data, colours) => bars(data, colours, false),
    compare: (data, colours) => bars(data, colours, true),
  };
  const merged = (one, two) => {
    const both = { ...one };
    Object.entries(two).forEach(([key, value]) => {
      both[key] = value && typeof value === "object" && !Array.isArray(value) && both[key] ? { ...both[key], ...value } : value;
    });
    return both;
  };

  const draw = (element) => {
    const source = document.getElementById(element.dataset.source);
    if (!source) return;
    const data = JSON.parse(source.textContent);
    const texts = JSON.parse(element.dataset.texts);
    const { title } = element.dataset;
    const { length } = data.periods || data.categories || data.links;
    const beside = document.querySelector(`[data-chart-table="${CSS.escape(element.dataset.source)}"]`);
    if (!length) {
      element.textContent = texts.none;
      element.classList.add("chart-empty");
      beside?.closest("details")?.remove();
      return;
    }
    const made = kinds[element.dataset.chart](data, look(), texts);
    if (made.height) element.style.height = `${made.height}px`;
    const chart = shown.get(element)?.chart || echarts.init(element, null, { renderer: "canvas" });
    chart.setOption({
      ...merged(base(look()), made.option),
      aria: { enabled: true, label: { description: title || made.headings.filter(Boolean).join(", ") } },
    }, true);
    element.setAttribute("role", "img");
    if (!shown.has(element)) {
      const watch = new ResizeObserver(() => chart.resize());
      watch.observe(element);
      shown.set(element, { chart, watch });
      if (beside) {
        const made_table = table(made.headings, made.rows);
        if (title) made_table.createCaption().textContent = title;
        beside.replaceChildren(made_table);
      }
    }
  };

  window.rasr.drawCharts = (within) => {
    shown.forEach(({ chart, watch }, element) => {
      if (!element.isConnected) {
        watch.disconnect();
        chart.dispose();
        shown.delete(element);
      }
    });
    within.querySelectorAll("[data-chart]").forEach((element) => {
      if (!shown.has(element)) draw(element);
    });
  };
  new MutationObserver(() => shown.forEach((_, element) => draw(element)))
    .observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
})();
