// Put into every page before its own scripts: notes when charts are drawn, by the page's own clock.
// Nothing polls. Plotly tells of every drawing through `element.emit("plotly_afterplot")`; Streamlit writes
// the state of its script into an attribute; both only add a number to a list.
(() => {
  const draws = []; // {chart: element, drawn: ms, painted: ms}
  const finished = []; // ms when a script run ended
  let clicked = 0;
  let wake = () => {};

  Object.defineProperty(HTMLElement.prototype, "emit", {
    configurable: true,
    set(emit) {
      const chart = this;
      Object.defineProperty(chart, "emit", {
        configurable: true,
        writable: true,
        value(name, ...rest) {
          if (name === "plotly_afterplot") drawn(chart);
          return emit.call(chart, name, ...rest);
        },
      });
    },
  });

  function drawn(chart) {
    const draw = { chart, drawn: performance.now(), painted: NaN };
    draws.push(draw);
    requestAnimationFrame(() => {
      const after = new MessageChannel(); // its message comes when the frame has been painted
      after.port1.onmessage = () => {
        draw.painted = performance.now();
        wake();
      };
      after.port2.postMessage(0);
    });
    wake();
  }

  new MutationObserver((changes) => {
    if (changes.some((c) => c.target.getAttribute(c.attributeName) === "notRunning")) finished.push(performance.now());
    wake();
  }).observe(document, { subtree: true, attributeFilter: ["data-test-script-state"] });

  document.addEventListener("pointerup", (event) => (clicked = event.timeStamp), { capture: true });

  const charts = () => [...document.querySelectorAll(".js-plotly-plot")];

  // What a chart shows, short: a sample of every trace. Only taken when the page is still.
  function shown(chart) {
    const sample = (values) => {
      if (!values || values.length === undefined || typeof values === "string") return values;
      const step = Math.max(1, Math.floor(values.length / 100));
      return [values.length, ...Array.from({ length: Math.min(values.length, 100) }, (_, i) => values[i * step])];
    };
    return JSON.stringify((chart._fullData || []).map((t) => [t.type, t.name, sample(t.x), sample(t.y), sample(t.base), sample(t.z)]));
  }

  const last = (chart, since, key) => Math.max(...draws.filter((d) => d.chart === chart && d.drawn > since).map((d) => d[key]));

  // Resolves when the script has ended after `since` and nothing was drawn for a while: a short while when
  // `expected` charts stand and each shows something else than `before`, a long one otherwise.
  function still(expected, since, before, shortly, longly) {
    return new Promise((resolve) => {
      let timer = 0;
      const look = (enough) => {
        const now = charts();
        if (!finished.some((t) => t > since)) return;
        const redrawn = now.length >= expected && now.every((chart) => last(chart, since, "drawn") > 0);
        if (!redrawn && !enough) return;
        const views = now.map(shown);
        const changed = views.map((view, i) => view !== before[i]);
        if (enough || changed.every(Boolean)) resolve({ now, views, changed });
      };
      wake = () => {
        clearTimeout(timer);
        timer = setTimeout(() => {
          look(false);
          timer = setTimeout(() => look(true), longly);
        }, shortly);
      };
      wake();
    });
  }

  const SHORT_MS = 1000;
  const LONG_MS = 8000;
  const OPENING_MS = 30000; // on a slow line nothing happens for long while the largest script comes
  let views = [];

  window.bench = {
    // The opening of the page, in ms since it was asked for.
    async opened(expected) {
      const end = await still(expected, 0, [], SHORT_MS, OPENING_MS);
      views = end.views;
      const painted = end.now.map((chart) => draws.find((d) => d.chart === chart).painted);
      return {
        time_origin_ms: performance.timeOrigin,
        charts: end.now.length,
        first_chart_ms: Math.min(...painted),
        all_charts_ms: Math.max(...end.now.map((chart) => last(chart, 0, "painted"))),
        draws: draws.length,
      };
    },
    // Call before a click.
    arm() {
      clicked = 0;
      draws.length = finished.length = 0;
    },
    // What the last click did, in ms since that click.
    async redrawn(expected) {
      const end = await still(expected, clicked, views, SHORT_MS, LONG_MS);
      views = end.views;
      const times = end.now.map((chart) => last(chart, clicked, "painted")).filter((t) => t > 0);
      return {
        charts: end.now.length,
        changed: end.changed.filter(Boolean).length,
        last_chart_ms: Math.max(...times) - clicked,
        script_ms: Math.max(...finished.filter((t) => t > clicked)) - clicked,
        draws: draws.length,
      };
    },
  };
})();
