// Live board: the live process says that something changed, the cards are fetched and only changed cards are replaced.
// When the stream is down the board asks every 15 seconds; when nothing new comes it says since when.
const POLL = 15000;
const html = document.documentElement;
const pulse = document.querySelector("[data-pulse]");
let box = document.querySelector("[data-cards]");
let tag = "";
let connected = false;
let busy = false;

const two = (n) => String(n).padStart(2, "0");
const city = (at) => new Date(at.getTime() + (480 + at.getTimezoneOffset()) * 60000); // the city's clock, wherever the screen stands
function clockText(at) {
  const t = city(at);
  const time = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return html.lang === "en"
    ? `${t.getDate()} ${["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"][t.getMonth()]} ${t.getFullYear()} ${time}`
    : `${t.getFullYear()}年${t.getMonth() + 1}月${t.getDate()}日 ${time}`;
}
const clock = document.querySelector("[data-clock]");
const skew = Date.parse(clock.dateTime) - Date.now(); // the server's time, not the screen's
setInterval(() => { clock.textContent = clockText(new Date(Date.now() + skew)); }, 1000);

function say(checked, stopped) {
  const off = stopped === "1";
  pulse.classList.toggle("is-off", off);
  pulse.querySelector("[data-pulse-word]").textContent = off ? pulse.dataset.stopped : connected ? pulse.dataset.live : pulse.dataset.polling;
  if (!checked) return;
  const time = pulse.querySelector("[data-checked]");
  const t = city(new Date(checked));
  time.dateTime = checked;
  time.textContent = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
}

async function refresh() {
  if (busy || document.hidden) return;
  busy = true;
  try {
    const answer = await fetch(box.dataset.source, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error" });
    if (!answer.ok && answer.status !== 304) throw new Error(answer.status);
    say(answer.headers.get("X-Checked-At"), answer.headers.get("X-Stopped"));
    if (answer.status === 304) return;
    tag = answer.headers.get("ETag") || "";
    replace(await answer.text());
  } catch {
    say("", "1");
    box.classList.add("is-stopped");
  } finally {
    busy = false;
  }
}

function replace(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html").querySelector("[data-cards]");
  if (!fresh) return;
  box.className = fresh.className;
  for (const card of fresh.querySelectorAll("[data-card]")) {
    const old = document.getElementById(card.id);
    if (!old || old.dataset.html === card.innerHTML || original.get(card.id) === card.innerHTML) continue;
    original.set(card.id, card.innerHTML);
    const focus = old.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    charts.get(card.id)?.dispose();
    charts.delete(card.id);
    old.className = card.className;
    old.innerHTML = card.innerHTML;
    old.classList.add("is-new");
    setTimeout(() => old.classList.remove("is-new"), 1500);
    if (focus) old.querySelector(`[href="${CSS.escape(focus)}"]`)?.focus();
    draw(old);
  }
}

// Charts: the SVG of the page stays the picture until ECharts draws the same figures with axes and a tooltip.
const charts = new Map();
const original = new Map();
const ink = (name) => getComputedStyle(html).getPropertyValue(name).trim();
const strokes = ["#4fb3ff", "#c9b6ff", "#7fe3e0", "#eef5fb"];
const dashes = ["solid", "dashed", "dotted", "solid"];
function draw(card) {
  const figure = card.querySelector("[data-trend]");
  if (!figure || !window.echarts || charts.has(card.id) || card.offsetParent === null) return;
  const data = JSON.parse(figure.querySelector("script").textContent);
  const rem = parseFloat(getComputedStyle(html).fontSize);
  const size = html.classList.contains("wall") ? rem * 1.125 : 12;
  const said = (name) => (html.lang === "en" ? name.en || name.zh : name.zh);
  const node = document.createElement("div");
  node.className = "chart";
  node.setAttribute("aria-hidden", "true");
  figure.append(node);
  figure.classList.add("has-chart");
  const chart = window.echarts.init(node, null, { renderer: "canvas" });
  const text = { color: ink("--ink-3"), fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily };
  chart.setOption({
    animation: false, textStyle: text, color: strokes,
    grid: { left: size * 0.5, right: size, top: size, bottom: size * 0.3, containLabel: true },
    tooltip: { trigger: "axis", renderMode: "richText", backgroundColor: ink("--ground-3"), borderWidth: 0, textStyle: { ...text, color: ink("--ink") } },
    xAxis: { type: "category", data: data.labels.map((l) => String(l).slice(-5)), axisLabel: { ...text, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: ink("--line-strong") } } },
    yAxis: { type: "value", min: data.low, max: data.high, splitNumber: 3, axisLabel: text, splitLine: { lineStyle: { color: ink("--line") } } },
    series: data.lines.map((line, i) => ({
      name: said(line.name), type: "line", smooth: false, showSymbol: false, data: line.values.map((v) => (v === null ? null : Number(v))),
      lineStyle: { width: Math.max(2, rem / 6), type: dashes[i % 4] }, areaStyle: i || data.low !== 0 ? undefined : { opacity: 0.12 }, // an area tells the truth only from zero
    })),
  });
  charts.set(card.id, chart);
}
let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(() => { for (const chart of charts.values()) chart.resize(); }, 150);
});

for (const card of box.querySelectorAll("[data-card]")) original.set(card.id, card.innerHTML);
addEventListener("DOMContentLoaded", () => box.querySelectorAll("[data-card]").forEach(draw));
if (document.readyState !== "loading") box.querySelectorAll("[data-card]").forEach(draw);

const source = document.querySelector("[data-stream]")?.dataset.stream;
if (source && "EventSource" in window) {
  const stream = new EventSource(source);
  stream.onopen = () => { connected = true; refresh(); };
  stream.onmessage = () => refresh();
  stream.onerror = () => { connected = false; };
}
setInterval(refresh, POLL);
document.addEventListener("visibilitychange", refresh);
