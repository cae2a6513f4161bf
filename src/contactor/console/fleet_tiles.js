// The fleet in six numbers with their trends; they grow by what the page's socket tells.
import { follow } from "/kit/live.js";
import * as words from "/kit/words.js";

const TILES = [
  { name: "online", label: "Online", unit: (d) => `of ${words.number(d.stations)}`, color: "var(--available)" },
  { name: "charging", label: "Charging now", unit: (d) => (d.values.charging === 1 ? "connector" : "connectors"), color: "var(--series-1)" },
  { name: "power", label: "Power now", color: "var(--series-1)", scale: [1e3, "kW"], large: [1e6, "MW"] },
  { name: "energy", label: "Energy today", color: "var(--series-2)", scale: [1e3, "kWh"], large: [1e6, "MWh"], title: "Of sessions that began today and have ended" },
  { name: "reserved", label: "Reserved", unit: (d) => (d.values.reserved === 1 ? "connector" : "connectors"), color: "var(--reserved)" },
  { name: "faulted", label: "Faulted", unit: (d) => (d.values.faulted === 1 ? "station" : "stations"), color: "var(--faulted)", alarms: true },
];

export default {
  template: `
    <div class="tiles" role="list" aria-label="The fleet in numbers">
      <div v-for="t in tiles" :key="t.name" class="card tile" role="listitem" :title="t.title">
        <div class="tile-label">{{ t.label }}</div>
        <div v-if="news"><b class="tile-value" :style="t.alarms && news.values[t.name] ? {color: 'var(--faulted)'} : {}">{{ value(t) }}</b> <span class="unit">{{ unit(t) }}</span></div>
        <div v-else class="skeleton" style="height:25px;width:60%"></div>
        <svg v-if="news" class="spark" viewBox="0 0 100 30" preserveAspectRatio="none" aria-hidden="true">
          <path :d="area(t)" :style="{fill: t.color, opacity: .12}"></path><path :d="line(t)" fill="none" :style="{stroke: t.color}" stroke-width="1.6" vector-effect="non-scaling-stroke"></path>
        </svg>
      </div>
    </div>`,
  data: () => ({ news: null, tiles: TILES }),
  mounted() { this.stop = follow("fleet", (news) => { if (news.values) this.news = news; }); },
  unmounted() { this.stop(); },
  methods: {
    scaleOf(t) { return !t.scale ? null : this.news.values[t.name] >= 1e7 ? t.large : t.scale; },
    value(t) { const scale = this.scaleOf(t); return scale ? words.number(this.news.values[t.name] / scale[0], 1) : words.number(this.news.values[t.name]); },
    unit(t) { return t.scale ? this.scaleOf(t)[1] : t.unit(this.news); },
    line(t) {
      const trend = this.news.trends[t.name] ?? [];
      if (trend.length < 2) return "M0 28H100";
      const low = Math.min(...trend), span = Math.max(...trend) - low || 1;
      return trend.map((v, i) => `${i ? "L" : "M"}${((i / (trend.length - 1)) * 100).toFixed(1)} ${(28 - ((v - low) / span) * 24).toFixed(1)}`).join("");
    },
    area(t) { return `${this.line(t)}L100 30L0 30Z`; },
  },
};
