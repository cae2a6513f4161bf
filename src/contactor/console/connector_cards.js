// The connectors of a station, a card each: state of charge, power, what runs there, and what can be done.
import { follow } from "/kit/live.js";
import * as words from "/kit/words.js";

const ROUND = 2 * Math.PI * 52;

export default {
  template: `
    <div class="connector-cards">
      <section v-for="c in connectors" :key="c.connector" class="card connector" :aria-label="'Connector ' + c.connector">
        <div class="card-head"><i class="plug-mark" :style="{background: color(c)}" aria-hidden="true"></i><h2>Connector {{ c.connector }}</h2><span class="muted grow">{{ outlets[c.connector - 1] ?? '' }}</span>
          <span class="pill" :class="'is-' + kind(c.status)"><span>{{ c.status }}</span></span></div>
        <div class="connector-body">
          <svg class="ring" viewBox="0 0 120 120" role="img" :aria-label="c.soc === null ? 'State of charge unknown' : 'State of charge ' + number(c.soc) + ' %'">
            <circle cx="60" cy="60" r="52" class="ring-track"></circle>
            <circle v-if="c.soc > 0" cx="60" cy="60" r="52" class="ring-fill" :style="{stroke: color(c)}" :stroke-dasharray="round * Math.min(c.soc, 100) / 100 + ' ' + round"></circle>
            <text x="60" y="62" class="ring-value">{{ c.soc === null ? '–' : number(c.soc) + ' %' }}</text><text x="60" y="80" class="ring-label">state of charge</text>
          </svg>
          <div class="grow">
            <div class="connector-power"><b>{{ number(power(c), 1) }}</b> <span class="unit">kW</span></div>
            <dl class="fact-list">
              <dt>Voltage</dt><dd>{{ unit(c.voltage, 0, 'V') }}</dd><dt>Current</dt><dd>{{ unit(c.current, 0, 'A') }}</dd>
              <dt>Energy</dt><dd>{{ unit(c.energy === null ? null : c.energy / 1000, 2, 'kWh') }}</dd>
              <dt>Duration</dt><dd>{{ c.started === null ? '–' : lasting(c.started, tick) }}</dd>
              <dt>Id tag</dt><dd class="mono">{{ c.tag || '–' }}</dd>
              <template v-if="c.trouble"><dt>Trouble</dt><dd style="color:var(--faulted)">{{ c.trouble }}</dd></template>
            </dl>
          </div>
        </div>
        <div class="card-foot">
          <template v-if="acts">
            <button v-if="c.transaction !== null" class="cell-button danger" @click="press('stop', c)">Stop</button>
            <button v-else class="cell-button" @click="press('start', c)">Start</button>
            <button class="cell-button" @click="press('limit', c)">Limit</button>
            <button v-if="c.transaction === null" class="cell-button" @click="press('reserve', c)">Reserve</button>
            <button class="cell-button" @click="press('availability', c)">Availability</button>
          </template>
          <a v-if="c.transaction !== null" class="cell-link" :href="'/transactions/' + c.transaction">Transaction {{ c.transaction }}</a>
          <span v-else-if="!acts" class="muted">No transaction</span>
        </div>
      </section>
      <div v-if="!connectors.length" class="card"><div class="empty"><b>No connector has reported a status yet</b>They appear here with the station's first StatusNotification.</div></div>
    </div>`,
  props: { topic: String, outlets: Array, acts: Boolean, initial: Object },
  data() { return { connectors: this.initial?.connectors ?? [], round: ROUND, tick: 0 }; },
  mounted() {
    this.stop = follow(this.topic, (news) => { if (news.now) { this.connectors = news.now.connectors; this.tell(news.now.online); } });
    this.timer = setInterval(() => this.tick++, 1000);
  },
  unmounted() { this.stop(); clearInterval(this.timer); },
  methods: {
    kind: words.kind, number: words.number,
    color: (c) => `var(--series-${Math.min(c.connector, 4)})`,
    power: (c) => (c.transaction === null ? 0 : c.power === null ? null : c.power / 1000),
    unit: (value, decimals, unit) => (value === null ? words.none : `${words.number(value, decimals)} ${unit}`),
    lasting: (ms) => words.duration(Math.max(0, (Date.now() - ms) / 1000)),
    tell(online) {
      if (online !== this.online) this.$emit("presence", online);
      this.online = online;
    },
    press(name, c) { this.$emit("press", { name, connector: c.connector, transaction: c.transaction }); },
  },
};
