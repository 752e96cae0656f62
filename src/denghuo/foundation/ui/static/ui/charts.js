// Mounts every [data-chart] with the option in its JSON script; colours follow the theme of the page.
(function () {
  "use strict";
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const TOKENS = {
    accent: "--chart-1", sharp: "--period-sharp", peak: "--period-peak", flat: "--period-flat",
    valley: "--period-valley", deep: "--period-deep", danger: "--danger", warning: "--warning", success: "--success",
    info: "--info", ink: "--chart-ink", line: "--chart-line",
  };
  const colour = (name) => css(TOKENS[name] || `--${name}`);
  const figures = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });

  /** Replace "@accent" by the colour of the theme and "@unit kWh" by a formatter. */
  function dressed(value) {
    if (Array.isArray(value)) return value.map(dressed);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, dressed(item)]));
    }
    if (typeof value === "string" && value.startsWith("@unit")) {
      const unit = value.slice(6);
      return (number) => (typeof number === "number" ? `${figures.format(number)}${unit ? ` ${unit}` : ""}` : "–");
    }
    return typeof value === "string" && /^@[a-z0-9-]+$/.test(value) ? colour(value.slice(1)) : value;
  }

  function theme() {
    const ink = css("--chart-ink"), line = css("--chart-line"), surface = css("--raised");
    const axis = {
      axisLine: { lineStyle: { color: line } }, axisTick: { show: false },
      axisLabel: { color: ink }, nameTextStyle: { color: ink, align: "left" },
      splitLine: { lineStyle: { color: line } }, splitArea: { show: false },
    };
    return {
      color: [1, 2, 3, 4, 5, 6, 7].map((number) => css(`--chart-${number}`)),
      backgroundColor: "transparent",
      textStyle: { color: ink, fontFamily: getComputedStyle(document.body).fontFamily },
      categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } },
      timeAxis: { ...axis, splitLine: { show: false } }, logAxis: axis,
      legend: { textStyle: { color: ink } },
      tooltip: {
        backgroundColor: surface, borderColor: line, textStyle: { color: css("--ink") }, confine: true,
        axisPointer: { lineStyle: { color: css("--line-strong") }, crossStyle: { color: css("--line-strong") } },
      },
      visualMap: { textStyle: { color: ink } },
      dataZoom: { borderColor: line, textStyle: { color: ink }, handleStyle: { color: css("--accent") } },
      pie: { itemStyle: { borderColor: css("--surface"), borderWidth: 2 } },
    };
  }

  let library;
  function load() {
    library ||= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = document.body.dataset.charts;
      script.onload = () => resolve(globalThis.echarts);
      script.onerror = reject;
      document.head.append(script);
    });
    return library;
  }

  async function mount(root) {
    const places = [...root.querySelectorAll("[data-chart]")];
    if (root.matches?.("[data-chart]")) places.push(root);
    if (!places.length) return;
    const echarts = await load();
    const look = theme();
    for (const place of places) {
      const source = document.getElementById(place.dataset.chart);
      if (!source || !place.isConnected) continue;
      echarts.getInstanceByDom(place)?.dispose();
      const locale = document.documentElement.lang.startsWith("zh") ? "ZH" : "EN";
      const chart = echarts.init(place, look, { renderer: "svg", locale });
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      chart.setOption({ animation: !still, animationDuration: 500, ...dressed(JSON.parse(source.textContent)) });
      sizes.observe(place);
    }
  }
  const sizes = new ResizeObserver((entries) => entries.forEach((entry) => globalThis.echarts?.getInstanceByDom(entry.target)?.resize()));

  // htmx reports the whole page first, then every piece that comes later
  document.addEventListener("htmx:load", (event) => mount(event.detail.elt));
  addEventListener("denghuo:theme", () => mount(document));
})();
