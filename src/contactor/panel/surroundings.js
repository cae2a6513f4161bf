// What surrounds the charger: the doors of its cabinets, its way to the central system, and the mains.
import { part } from "/panel-kit/station_state.js";
import * as words from "/kit/words.js";

const WAYS = [["clean", "Cut clean", "closed, and nobody answers a dial"],
  ["reset", "Reset", "broken off without a goodbye, and nobody answers a dial"], ["silent", "Silent", "stays open, every message vanishes"],
  ["half-open", "Half-open", "nothing gets through, and neither end is told"]];
const NOMINAL_V = 400;

export default {
  mixins: [part],
  template: `
    <section class="card surroundings" aria-label="Surroundings">
      <div class="card-head"><h2 class="grow">Surroundings</h2></div>
      <div v-if="!s" class="card-body" role="status" aria-label="Loading"><div class="skeleton"></div></div>
      <div v-else class="card-body stack">
        <div class="stack tight"><h3>Network</h3>
          <fieldset class="segments wide" aria-label="Network"><button type="button" :aria-pressed="String(s.network.failure === null)" @click="press('restore network')">Works</button>
            <button v-for="w in ways" :key="w[0]" type="button" :disabled="!s.network.can_be_cut" :aria-pressed="String(s.network.failure === w[0])" :title="w[2]" @click="press('cut network', {}, { way: w[0] })">{{ w[1] }}</button></fieldset>
          <p class="muted note">{{ networkWords }}</p></div>
        <div v-if="s.doors.length" class="stack tight"><h3>Doors</h3>
          <div class="doors"><button v-for="d in s.doors" :key="d.place" type="button" class="door" role="switch" :aria-checked="String(d.is_active)" :aria-label="'Door of the ' + d.place + ' open'" @click="press((d.is_active ? 'close' : 'open') + ' door', { place: d.place })">
            <svg viewBox="0 0 32 40" aria-hidden="true"><rect x="3" y="3" width="26" height="34" rx="2" class="door-frame"/><path :d="d.is_active ? 'M3 3l14 5v34L3 37z' : 'M3 3h26v34H3z'" class="door-leaf"/><circle :cx="d.is_active ? 14 : 25" :cy="d.is_active ? 25 : 20" r="1.6" class="door-knob"/></svg>
            <span><b>{{ d.place }}</b><small>{{ d.is_active ? 'open' : 'closed' }}</small></span></button></div></div>
        <div class="stack tight"><h3>Supply</h3>
          <label class="slide"><span>Voltage <b>{{ voltage }} V</b></span><input type="range" min="320" max="480" step="5" :value="voltage" @input="heldV = Number($event.target.value)" @change="supply"></label>
          <label class="slide"><span>Left to this charger <b>{{ power === null ? 'no limit' : number(power) + ' kW' }}</b></span><input type="range" min="0" :max="top" step="1" :value="power ?? top" :aria-valuetext="power === null ? 'no limit' : power + ' kW'" @input="heldKw = Number($event.target.value)" @change="supply"></label>
          <p class="muted note">{{ supplyWords }}</p></div>
        <div class="stack tight"><h3>Power modules</h3>
          <ul class="modules"><li v-for="m in s.cabinet.modules" :key="m.number" :data-outlet="m.outlet ?? 0" :class="{failed: m.failed_by !== null}" :title="moduleWords(m)"><span class="visually-hidden">{{ moduleWords(m) }}</span></li></ul>
          <p class="muted note">{{ number(s.cabinet.power_w / 1000, 1) }} kW of {{ number(s.cabinet.rated_w / 1000) }} kW<template v-if="s.cabinet.limit_w !== null">; may take {{ number(s.cabinet.limit_w / 1000) }} kW</template></p></div>
      </div>
    </section>`,
  data: () => ({ ways: WAYS, heldV: null, heldKw: null }),
  computed: {
    top() { return Math.round(this.s.cabinet.rated_w / 1000) + 1; }, // one beyond what it can take: no limit
    voltage() { return this.heldV ?? Math.round(this.s.supply.voltage_v); },
    power() {
      const held = this.heldKw === null ? (this.s.supply.available_w === null ? null : this.s.supply.available_w / 1000) : this.heldKw;
      return held === null || held >= this.top ? null : Math.round(held);
    },
    networkWords() {
      if (!this.s.network.can_be_cut) return "This station's network cannot be cut.";
      const way = WAYS.find((each) => each[0] === this.s.network.failure);
      return way ? `The connection ${way[2]}.` : "Everything gets through.";
    },
    supplyWords() {
      if (!this.s.supply.is_on) return "The power is cut.";
      if (this.voltage < 340 || this.voltage > 460) return "No module runs at this voltage.";
      return this.voltage < NOMINAL_V ? "Modules give less below 400 V." : "400 V is nominal.";
    },
  },
  methods: {
    number: words.number,
    moduleWords: (m) => `Module ${m.number}: ${m.failed_by !== null ? `failed by ${m.failed_by}` : m.outlet === null ? "idle" : `at side ${m.outlet}`}`,
    supply() {
      this.press("supply", {}, { voltage_v: this.voltage, available_w: this.power === null ? null : this.power * 1000 });
      setTimeout(() => { this.heldV = this.heldKw = null; }, 1500);
    },
  },
};
