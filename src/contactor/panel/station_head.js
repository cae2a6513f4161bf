// Who the station is and how it is connected; its power, its restart, and how fast time passes.
import { part } from "/panel-kit/station_state.js";
import * as words from "/kit/words.js";

const SPEEDS = [1, 10, 60, 300, 1000];
const LINES = { up: ["is-suspended", "Registering"], dialling: ["is-suspended", "Dialling"], down: ["is-offline", "Offline"] };

export default {
  mixins: [part],
  template: `
    <div class="page-head station-head">
      <div class="titles">
        <div class="title-line"><h1>{{ station }}</h1>
          <span v-if="s" class="pill" :class="line[0]"><span>{{ line[1] }}</span></span>
          <span v-if="s && !s.supply.is_on" class="pill is-faulted"><span>No power</span></span>
          <span v-if="isStopped" class="pill is-faulted"><span>Emergency stop</span></span></div>
        <p v-if="s" class="muted under">{{ s.identity.product }} {{ s.identity.model }} · {{ number(s.cabinet.rated_w / 1000) }} kW · serial {{ s.identity.serial }}<template v-if="s.identity.firmware_version"> · firmware {{ s.identity.firmware_version }}</template><template v-if="s.connection"> · {{ s.connection.url }}</template><template v-if="s.connection?.messages_owed"> · {{ s.connection.messages_owed }} messages owed</template></p>
        <div v-else class="skeleton" style="width: 320px; margin-top: 8px" role="status" aria-label="Loading"></div>
      </div>
      <div v-if="s" class="actions">
        <fieldset class="segments" aria-label="Time acceleration"><span class="segments-label" aria-hidden="true">Time</span>
          <button v-for="x in speeds" :key="x" type="button" :aria-pressed="String(s.speed === x)" :aria-label="'Time ' + x + ' times as fast'" @click="press('speed', {}, { speed: x })">{{ x }}×</button></fieldset>
        <button type="button" class="small-button" :disabled="!s.supply.is_on" @click="press('restart')">Restart</button>
        <button v-if="s.supply.is_on" type="button" class="small-button danger" @click="press('cut power')">Cut power</button>
        <button v-else type="button" class="small-button solid" @click="press('return power')">Return power</button>
      </div>
    </div>`,
  computed: {
    speeds() { return SPEEDS.includes(this.s.speed) ? SPEEDS : [...SPEEDS, this.s.speed].sort((a, b) => a - b); },
    line() {
      if (!this.s.connection) return ["is-offline", "Not running"];
      return this.s.connection.is_online ? ["is-available", "Online"] : LINES[this.s.connection.line];
    },
  },
  methods: { number: words.number },
};
