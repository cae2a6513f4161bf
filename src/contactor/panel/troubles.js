// What is wrong with the charger, by the guide's trouble codes; and what else could be.
import { part } from "/panel-kit/station_state.js";

export default {
  mixins: [part],
  template: `
    <section class="card troubles" aria-label="Trouble">
      <div class="card-head"><h2 class="grow">Trouble</h2><span class="pill" :class="faults.length ? 'is-faulted' : 'is-available'"><span>{{ faults.length ? faults.length + ' active' : 'None' }}</span></span></div>
      <div v-if="!s" class="card-body" role="status" aria-label="Loading"><div class="skeleton"></div></div>
      <ul v-if="faults.length" class="trouble-list"><li v-for="f in faults" :key="f.dtc + f.outlet" :class="{warns: f.effect === 'warning'}">
        <div class="grow"><div class="trouble-head"><b class="mono">{{ f.dtc }}</b><span class="muted">{{ f.outlet === null ? 'station' : 'side ' + f.outlet }} · {{ f.error_code }}<template v-if="f.effect === 'warning'"> · warning</template></span></div>{{ f.text ?? 'Not in the guide.' }}</div>
        <button type="button" class="small-button" :aria-label="'Clear ' + f.dtc" @click="press('clear fault', {}, { dtc: f.dtc, outlet: f.outlet })">Clear</button></li></ul>
      <div v-else-if="s" class="empty calm"><b>Nothing is wrong</b>Raise a trouble code to see what the charger makes of it.</div>
      <form class="card-body stack tight raise" @submit.prevent="press('raise fault', {}, { dtc, outlet: place })">
        <label class="named"><span>Trouble code</span><select class="choice" v-model="dtc"><optgroup v-for="p in parts" :key="p" :label="p"><option v-for="c in codes.filter((each) => each.part === p)" :key="c.dtc" :value="c.dtc">{{ c.dtc }} {{ c.text }}</option></optgroup></select></label>
        <div class="row-of"><label v-if="isOfSide" class="named" style="flex:1"><span>Where</span><select class="choice" v-model.number="outlet"><option v-for="o in outlets" :key="o.number" :value="o.number">Side {{ o.number }}</option></select></label>
          <span v-else class="muted" style="flex:1">Concerns the whole station<template v-if="code?.effect === 'warning'">; a warning</template>.</span>
          <button type="submit" class="small-button danger">Raise</button></div>
      </form>
    </section>`,
  props: { codes: Array },
  data() { return { dtc: this.codes.find((each) => each.effect === "fault" && each.scope === "connector")?.dtc ?? this.codes[0]?.dtc ?? "", outlet: 1 }; },
  computed: {
    faults() { return this.s?.faults ?? []; },
    parts() { return [...new Set(this.codes.map((each) => each.part))]; },
    code() { return this.codes.find((each) => each.dtc === this.dtc); },
    isOfSide() { return this.code?.scope === "connector"; },
    place() { return this.isOfSide ? this.outlet : null; },
  },
};
