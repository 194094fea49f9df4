// Draws the series when the chart library is there; the table beside it has the same figures.
const box = document.getElementById("series-chart");
const source = document.getElementById("series-data");
if (box && source && window.echarts) {
  const data = JSON.parse(source.textContent);
  const css = getComputedStyle(document.documentElement);
  const tone = (name) => css.getPropertyValue(name).trim();
  box.style.height = "280px";
  const chart = window.echarts.init(box, null, { renderer: "svg" });
  chart.setOption({
    animation: false,
    grid: { left: 56, right: 16, top: 16, bottom: 32 },
    tooltip: { trigger: "axis", renderMode: "richText" },
    xAxis: { type: "category", data: data.periods, axisLabel: { color: tone("--ink-3") } },
    yAxis: { type: "value", scale: true, axisLabel: { color: tone("--ink-3") }, splitLine: { lineStyle: { color: tone("--line") } } },
    series: [{
      name: data.name, type: "line", data: data.values, symbol: "circle", symbolSize: 4, connectNulls: false,
      lineStyle: { color: tone("--brand"), width: 2 }, itemStyle: { color: tone("--brand") },
      markLine: data.target === null ? undefined : { silent: true, symbol: "none", lineStyle: { color: tone("--ink-2"), type: "dashed" }, data: [{ yAxis: data.target }] },
    }],
  });
  addEventListener("resize", () => chart.resize());
}
