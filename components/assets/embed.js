// Draws the chart that stands in the page as JSON, in the reader's theme, and keeps it as wide as its frame.
(function () {
  "use strict";
  var held = JSON.parse(document.getElementById("figure").textContent);
  var chart = document.getElementById("chart");
  var asked = document.documentElement.dataset.theme;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function theme() { return asked === "auto" ? (dark.matches ? "dark" : "light") : asked; }
  function draw() {
    var layout = JSON.parse(JSON.stringify(held.layout));
    layout.template = held.templates[theme()];
    layout.autosize = true;
    delete layout.width;
    return window.Plotly.react(chart, JSON.parse(JSON.stringify(held.data)), layout, held.config).then(function () {
      document.documentElement.dataset.drawn = theme();
    });
  }
  // Plotly measures its labels once, so the letters come first; without them it draws with what the machine has.
  function letters() {
    var wanted = ["400 13px 'Source Sans'", "700 13px 'Source Sans'"];
    if (!document.fonts) { return Promise.resolve(); }
    return Promise.all(wanted.map(function (font) { return document.fonts.load(font); })).catch(function () {});
  }
  letters().then(draw);
  dark.addEventListener("change", draw);
  if (window.ResizeObserver) {
    var wide = 0;
    new ResizeObserver(function (entries) {
      var now = Math.round(entries[0].contentRect.width);
      if (now && now !== wide) { wide = now; window.Plotly.Plots.resize(chart); }
    }).observe(chart);
  }
})();
