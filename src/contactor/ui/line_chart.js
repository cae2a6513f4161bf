// A chart of lines over time: areas, dashed lines on a right axis from 0 to 100, steps. Live points are only added.
import { follow } from "/kit/live.js";
import * as words from "/kit/words.js";

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 44, RIGHT = 40, TOP = 14, BOTTOM = 24;

function draw(parent, tag, attributes, text) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}
function niceMax(value) {
  for (let base = 1; ; base *= 10) for (const step of [4, 8, 12, 20, 40]) if (value <= step * base) return step * base;
}

export default {
  template: `
    <div class="chart">
      <div class="chart-legend"><span v-for="s in series" :key="s.name"><i :class="{dashed: s.dashed}" :style="{'--k': s.color}"></i>{{ s.name }}</span></div>
      <svg ref="svg" :height="height" role="img" :aria-label="label" @pointermove="hover" @pointerleave="tip = null"></svg>
      <div v-if="tip" class="chart-tip" :style="{left: tip.x + 'px', top: '28px'}"><b>{{ tip.at }}</b><div v-for="l in tip.lines" :key="l">{{ l }}</div></div>
      <div v-if="isEmpty" class="empty" style="position:absolute;inset:24px 0 0">{{ emptyText }}</div>
      <table class="visually-hidden"><caption>{{ label }}, latest values</caption><tbody><tr v-for="s in series" :key="s.name"><th scope="row">{{ s.name }}</th><td>{{ latest[s.name] ?? 'none' }}</td></tr></tbody></table>
    </div>`,
  props: { series: Array, height: { type: Number, default: 260 }, unit: { type: String, default: "kW" }, label: String, topic: String,
    windowS: Number, emptyText: { type: String, default: "Nothing to show yet." } },
  data: () => ({ tip: null, isEmpty: true, latest: {} }),
  mounted() {
    this.points = this.series.map((s) => s.points.slice());
    this.observer = new ResizeObserver(() => this.paint());
    this.observer.observe(this.$el);
    if (this.topic) this.stop = follow(this.topic, (news) => this.add(news.points ?? []));
    if (this.windowS) this.timer = setInterval(() => this.paint(), 1000);
    this.paint();
  },
  unmounted() { this.observer.disconnect(); this.stop?.(); clearInterval(this.timer); },
  methods: {
    show(points) { this.points = points.map((p) => p.slice()); this.paint(); },
    add(news) {
      for (const point of news) this.series.forEach((s, i) => {
        if (s.connector === point[0] && point[s.column] !== null) {
          const line = this.points[i];
          if (!line.length || point[1] > line[line.length - 1][0]) line.push([point[1], point[s.column]]);
          if (line.length > 3000) line.splice(0, 500);
        }
      });
      if (news.length) this.paint();
    },
    bounds() {
      const all = this.points.flat();
      this.isEmpty = !all.length;
      const now = Date.now();
      const first = Math.min(now, ...all.map((p) => p[0]));
      let from = this.windowS ? Math.min(now - 60000, Math.max(now - this.windowS * 1000, first)) : Math.min(...all.map((p) => p[0]));
      let to = this.windowS ? now : Math.max(...all.map((p) => p[0]));
      if (!all.length && !this.windowS) { from = now - 600000; to = now; }
      if (to - from < 1000) to = from + 1000;
      const left = this.points.flatMap((line, i) => (this.series[i].right ? [] : line.filter((p) => p[0] >= from).map((p) => p[1])));
      return { from, to, max: niceMax(Math.max(1, ...left) * 1.08) };
    },
    paint() {
      const svg = this.$refs.svg, width = this.$el.clientWidth;
      if (!svg || width < 50) return;
      const { from, to, max } = (this.drawn = this.bounds());
      const hasRight = this.series.some((s) => s.right), right = hasRight ? RIGHT : 12, bottom = this.height - BOTTOM;
      this.x = (t) => LEFT + ((t - from) / (to - from)) * (width - LEFT - right);
      const y = (value, top) => bottom - (value / top) * (bottom - TOP);
      svg.setAttribute("viewBox", `0 0 ${width} ${this.height}`);
      svg.replaceChildren();
      for (let i = 0; i <= 4; i++) {
        const at = y(i, 4);
        draw(svg, "line", { x1: LEFT, x2: width - right, y1: at, y2: at, class: "gridline" });
        draw(svg, "text", { x: LEFT - 8, y: at + 4, "text-anchor": "end" }, words.number((max / 4) * i, max < 8 ? 1 : 0));
        if (hasRight) draw(svg, "text", { x: width - right + 8, y: at + 4 }, String(25 * i));
      }
      draw(svg, "text", { x: LEFT - 8, y: 4, "text-anchor": "end" }, this.unit);
      if (hasRight) draw(svg, "text", { x: width - right + 8, y: 4 }, "%");
      const ticks = Math.max(2, Math.min(8, Math.floor(width / 110)));
      for (let i = 0; i <= ticks; i++) {
        const t = from + ((to - from) / ticks) * i;
        draw(svg, "text", { x: this.x(t), y: this.height - 6, "text-anchor": i === 0 ? "start" : i === ticks ? "end" : "middle" }, to - from < 300000 ? words.time(t) : words.hours(t));
      }
      this.series.forEach((s, i) => this.line(svg, s, i, this.points[i].filter((p) => p[0] >= from - 60000), (v) => y(v, s.right ? 100 : max), bottom, width - right));
      this.latest = Object.fromEntries(this.series.map((s, i) => [s.name, this.points[i].length ? `${words.number(this.points[i].at(-1)[1], 1)} ${s.right ? "%" : this.unit}` : "none"]));
    },
    line(svg, s, i, points, y, bottom, edge) {
      if (!points.length) return;
      let path = "";
      points.forEach(([t, value], n) => {
        const x = Math.max(LEFT, this.x(t)).toFixed(1);
        const isGap = n && s.gapS && t - points[n - 1][0] > s.gapS * 1000;
        path += !n || isGap ? `M${x} ${y(value).toFixed(1)}` : s.step ? `H${x}V${y(value).toFixed(1)}` : `L${x} ${y(value).toFixed(1)}`;
      });
      if (s.step) path += `H${edge}`;
      if (s.area && !points.some((p, n) => n && s.gapS && p[0] - points[n - 1][0] > s.gapS * 1000)) {
        const id = `fill-${this.$.uid}-${i}`;
        const gradient = draw(draw(svg, "defs", {}), "linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 });
        draw(gradient, "stop", { offset: "0%", "stop-color": s.color, "stop-opacity": 0.24 });
        draw(gradient, "stop", { offset: "100%", "stop-color": s.color, "stop-opacity": 0.01 });
        const end = s.step ? edge : this.x(points.at(-1)[0]).toFixed(1);
        draw(svg, "path", { d: `${path}L${end} ${bottom}L${Math.max(LEFT, this.x(points[0][0])).toFixed(1)} ${bottom}Z`, fill: `url(#${id})` });
      }
      draw(svg, "path", { d: path, fill: "none", style: `stroke:${s.color}`, "stroke-width": s.right ? 1.6 : 2.2, "stroke-linejoin": "round", "stroke-dasharray": s.dashed ? "5 4" : "none" });
    },
    hover(event) {
      if (!this.drawn || this.isEmpty) return;
      const box = this.$refs.svg.getBoundingClientRect(), x = event.clientX - box.left;
      const { from, to } = this.drawn;
      const t = from + ((x - LEFT) / (this.x(to) - LEFT)) * (to - from);
      if (t < from || t > to) return void (this.tip = null);
      const lines = this.series.flatMap((s, i) => {
        const before = this.points[i].filter((p) => p[0] <= t).at(-1);
        return before && (!s.gapS || t - before[0] < s.gapS * 1000) ? [`${s.name}: ${words.number(before[1], 1)} ${s.right ? "%" : this.unit}`] : [];
      });
      this.tip = lines.length ? { x: Math.min(x + 12, box.width - 190), at: words.time(t), lines } : null;
    },
  },
};
