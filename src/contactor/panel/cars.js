// The car at each outlet: how full it is and what it wants; or the one to come, chosen from the garage.
import { arrivals, part } from "/panel-kit/station_state.js";
import { CAR } from "/panel-kit/drawings.js";
import * as words from "/kit/words.js";

const FULL = 100;

export default {
  mixins: [part],
  template: `
    <div v-if="!s" class="card"><div class="card-body stack" role="status" aria-label="Loading"><div class="skeleton"></div><div class="skeleton" style="width:70%"></div></div></div>
    <div v-else class="cars">
      <section v-for="o in outlets" :key="o.number" class="card car" :aria-label="'Car at side ' + o.number">
        <div class="card-head"><i class="plug-mark" :style="{background: 'var(--series-' + Math.min(o.number, 4) + ')'}" aria-hidden="true"></i><h2 class="grow">Car at side {{ o.number }}</h2>
          <span class="pill" :class="'is-' + kind(o.connector?.status)"><span>{{ o.connector?.status ?? 'no software' }}</span></span></div>
        <div v-if="o.vehicle" class="card-body stack tight">
          <div class="car-line"><svg viewBox="0 0 144 66" class="car-art" aria-hidden="true" v-html="car"></svg>
            <div class="grow"><b>{{ name(o.vehicle.name) }}</b><div class="muted">{{ number(o.vehicle.battery_wh / 1000) }} kWh · at most {{ number(o.vehicle.greatest_power_w / 1000) }} kW</div></div>
            <b class="car-soc">{{ number(o.vehicle.soc_percent, 0) }}<small> %</small></b></div>
          <div class="battery" role="img" :aria-label="'Battery ' + number(o.vehicle.soc_percent) + ' % full, stops at ' + number(o.vehicle.stop_at_soc_percent) + ' %'"><span :style="{width: o.vehicle.soc_percent + '%'}" :class="{flows: o.power_w > 0}"></span><i :style="{left: o.vehicle.stop_at_soc_percent + '%'}"></i></div>
          <dl class="facts car-facts"><div><dt>takes</dt><dd>{{ number(o.power_w / 1000, 1) }} kW</dd></div><div><dt>wants</dt><dd>{{ number(o.vehicle.wish_w / 1000, 1) }} kW</dd></div><div><dt>offered</dt><dd>{{ number(o.offered_w / 1000, 1) }} kW</dd></div><div><dt>voltage</dt><dd>{{ number(o.voltage_v) }} V</dd></div><div><dt>current</dt><dd>{{ number(o.current_a) }} A</dd></div></dl>
          <label class="slide"><span>Takes at most <b>{{ number(held(o, 'max', o.vehicle.max_power_w / 1000)) }} kW</b></span>
            <input type="range" min="0" :max="Math.round(o.vehicle.greatest_power_w / 1000)" step="1" :value="held(o, 'max', o.vehicle.max_power_w / 1000)" @input="hold(o, 'max', $event)" @change="wish(o, 'max', 'max_power_w', $event.target.value * 1000)"></label>
          <label class="slide"><span>Stops at <b>{{ number(held(o, 'stop', o.vehicle.stop_at_soc_percent)) }} %</b></span>
            <input type="range" min="0" max="100" step="1" :value="held(o, 'stop', o.vehicle.stop_at_soc_percent)" @input="hold(o, 'stop', $event)" @change="wish(o, 'stop', 'stop_at_soc_percent', Number($event.target.value))"></label>
        </div>
        <div v-else class="card-body stack tight">
          <div class="two"><label class="named"><span>Car to come</span><select class="choice" v-model="chosen[o.number].name" @change="choose(o)"><option v-for="g in fitting(o)" :key="g.name" :value="g.name">{{ name(g.name) }}</option></select></label>
            <label class="named"><span>Battery, kWh</span><input class="choice" type="number" min="1" max="1000" step="1" v-model.number="chosen[o.number].battery"></label></div>
          <label class="slide"><span>Battery is full to <b>{{ chosen[o.number].soc }} %</b></span><input type="range" min="0" max="100" step="1" v-model.number="chosen[o.number].soc"></label>
          <label class="slide"><span>Takes at most <b>{{ chosen[o.number].max }} kW</b></span><input type="range" min="0" :max="greatest(o)" step="1" v-model.number="chosen[o.number].max"></label>
          <label class="slide"><span>Stops at <b>{{ chosen[o.number].stop }} %</b></span><input type="range" min="0" max="100" step="1" v-model.number="chosen[o.number].stop"></label>
        </div>
      </section>
    </div>`,
  props: { garage: Array },
  data: () => ({ chosen: {}, holding: {}, car: CAR }),
  watch: { s() { this.outlets.forEach((o) => this.prepare(o)); } },
  methods: {
    number: words.number, kind: words.kind,
    name: (text) => text.replaceAll("_", " "),
    fitting(o) { return this.garage.filter((each) => each.plug === o.plug); },
    kindOf(o) { return this.garage.find((each) => each.name === this.chosen[o.number].name); },
    greatest(o) { return Math.round((this.kindOf(o)?.greatest_power_w ?? 0) / 1000); },
    prepare(o) {
      if (this.chosen[o.number]) return;
      const fits = this.fitting(o), first = fits.find((each) => each.name === "saloon") ?? fits[0];
      this.chosen[o.number] = { name: first?.name ?? "", soc: 20, stop: FULL };
      this.choose(o);
      arrivals[`${this.station} ${o.number}`] = () => this.arrival(o);
    },
    choose(o) {
      const kind = this.kindOf(o);
      this.chosen[o.number].battery = Math.round((kind?.battery_wh ?? 50000) / 1000);
      this.chosen[o.number].max = this.greatest(o);
    },
    arrival(o) {
      const c = this.chosen[o.number];
      return { vehicle: c.name, soc_percent: c.soc, battery_wh: c.battery * 1000, max_power_w: c.max * 1000, stop_at_soc_percent: c.stop };
    },
    // While a slider is held, it shows the hand's value; from when it is let go, the car's.
    held(o, what, value) { return Math.round(this.holding[`${o.number} ${what}`] ?? value); },
    hold(o, what, event) { this.holding[`${o.number} ${what}`] = Number(event.target.value); },
    wish(o, what, field, value) {
      this.press("wish", { outlet: o.number }, { [field]: value });
      setTimeout(() => delete this.holding[`${o.number} ${what}`], 1500);
    },
  },
};
