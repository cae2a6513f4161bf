// The charger as a driver meets it: light bars, a screen to touch, holsters, the badge reader, the emergency stops.
import { arrivals, part } from "/panel-kit/station_state.js";
import { CAR, CCS2, CHADEMO, SIGNS } from "/panel-kit/drawings.js";
import * as words from "/kit/words.js";

const ROUND = 2 * Math.PI * 52;
const BADGES_KEPT = 4, STORE = "contactor-badges";
// What a side of the screen shows for each page of the control API: its sign, and the colour of its ring.
const PAGES = {
  "available": ["plug", "good"], "waiting for car": ["plug", "good"], "identify": ["wave", "accent"], "authorising": ["wait", "accent"],
  "starting": ["wait", "accent"], "charging": ["bolt", "accent"], "suspended by vehicle": ["pause", "warn"], "suspended by station": ["pause", "warn"],
  "finishing": ["check", "good"], "reserved": ["clock", "violet"], "unavailable": ["cross", "dim"], "fault": ["warning", "bad"],
};
const CALM = new Set(["available", "waiting for car", "identify", "reserved", "unavailable", "fault"]);

function recent() {
  try { return JSON.parse(localStorage.getItem(STORE) ?? "[]").filter((each) => typeof each === "string").slice(0, BADGES_KEPT); } catch { return []; }
}

export default {
  mixins: [part],
  template: `
    <section class="charger" aria-label="Charger" :aria-busy="String(!s)">
      <div v-if="!s" class="cabinet is-loading" role="status" aria-label="Loading"><div class="skeleton" style="height:10px"></div><div class="skeleton" style="height:280px"></div><div class="skeleton" style="height:220px"></div></div>
      <div v-else class="cabinet" :data-sides="outlets.length">
        <div class="lights"><span v-for="o in outlets" :key="o.number" class="light" :data-light="o.light" role="img" :aria-label="'Light of side ' + o.number + ': ' + o.light"></span></div>
        <div class="screen" role="group" aria-label="Screen" :data-mode="mode">
          <p v-if="mode === 'off'" class="visually-hidden">The screen is dark: the charger has no power.</p>
          <template v-else>
            <div class="screen-bar"><b>{{ s.identity.vendor }}</b><span class="grow"></span>
              <span v-if="mode !== 'boot'" class="screen-link" :class="{lost: !s.screen.is_online}">{{ s.screen.is_online ? 'Online' : 'Offline' }}</span><time>{{ clock }}</time></div>
            <div v-if="mode === 'stop'" class="screen-whole bad" role="alert">
              <svg viewBox="0 0 48 48" class="octagon" aria-hidden="true"><path d="M15 3h18l12 12v18L33 45H15L3 33V15z"/><text x="24" y="29.5">STOP</text></svg>
              <strong>Emergency stop pressed</strong><p>No energy flows. Release the button at the {{ stopped }} when it is safe.</p></div>
            <div v-else-if="mode === 'boot' || mode === 'update'" class="screen-whole" role="status">
              <svg viewBox="0 0 48 48" class="sign spins" aria-hidden="true"><path :d="signs.wait"/></svg>
              <strong>{{ s.screen?.headline ?? 'Starting up' }}</strong><p>{{ s.screen?.advice ?? 'The charger gets ready.' }}</p></div>
            <template v-else>
              <div class="screen-words" role="status"><strong>{{ s.screen.headline }}</strong><span>{{ s.screen.trouble ?? s.screen.advice }}</span></div>
              <div class="sides">
                <div v-for="v in views" :key="v.number" class="side" :class="{'in-front': s.screen.shown === v.number}" :data-tone="v.tone" role="group" :aria-label="'Side ' + v.number">
                  <button type="button" class="touch" :aria-label="'Touch side ' + v.number" @click="press('touch', {}, { outlet: v.number })"></button>
                  <div class="side-head"><b>Side {{ v.number }}</b><span>{{ v.plug }}</span></div>
                  <svg class="dial" viewBox="0 0 120 120" role="img" :aria-label="v.soc === null ? v.headline : 'Battery ' + v.soc + ' % full'">
                    <circle class="dial-track" cx="60" cy="60" r="52"/>
                    <circle v-if="v.soc > 0" class="dial-fill" cx="60" cy="60" r="52" :stroke-dasharray="round * v.soc / 100 + ' ' + round"/>
                    <template v-if="v.soc !== null"><text x="60" y="66" class="dial-value">{{ v.soc }}<tspan class="dial-unit" dx="2">%</tspan></text></template>
                    <g v-else class="dial-sign" :class="{spins: v.sign === 'wait'}"><path :d="signs[v.sign]" transform="translate(36 36)"/></g>
                  </svg>
                  <strong>{{ v.headline }}</strong><p>{{ v.advice }}</p>
                  <dl v-if="v.figures.length" class="figures"><div v-for="f in v.figures" :key="f[0]"><dd>{{ f[1] }} <small>{{ f[2] }}</small></dd><dt>{{ f[0] }}</dt></div></dl>
                  <button v-if="v.canStop" type="button" class="stop-touch" :aria-label="'Stop side ' + v.number" @click="press('stop', { outlet: v.number })">Stop</button>
                </div>
              </div>
            </template>
          </template>
        </div>
        <div class="front">
          <div v-for="o in outlets" :key="o.number" class="holster" :class="{'is-empty': o.is_plugged}" role="group" :aria-label="'Holster ' + o.number">
            <div class="holster-label"><b>Side {{ o.number }}</b> {{ o.plug }}</div>
            <svg viewBox="0 0 120 150" class="plug-art" role="img" :aria-label="o.is_plugged ? 'The plug is in the car' : 'The plug is in its holster'">
              <path class="cable" :d="o.is_plugged ? 'M60 62C60 96 -18 66 -12 112Q-10 126 2 127' : 'M60 108V126C60 146 132 150 140 136'" :class="{live: o.is_contactor_closed && o.power_w > 0}"/>
              <g v-if="!o.is_plugged" v-html="face(o.plug)"></g><g v-else class="in-car"><g v-html="face(o.plug)" class="ghost"></g>
                <g transform="translate(-8 92) scale(.94)" v-html="car"></g></g>
            </svg>
            <div class="holster-state"><template v-if="o.is_plugged"><svg v-if="o.is_latched" viewBox="0 0 48 48" class="sign small" aria-hidden="true"><path :d="signs.lock"/></svg>{{ o.is_latched ? 'locked in the car' : 'in the car' }}</template><template v-else>in its holster</template></div>
            <button v-if="o.is_plugged" type="button" class="hand" :aria-label="'Unplug side ' + o.number" @click="press('unplug', { outlet: o.number })">Unplug</button>
            <button v-else type="button" class="hand solid" :aria-label="'Plug in at side ' + o.number" @click="plug(o)">Plug in</button>
          </div>
          <div class="middle">
            <form class="reader" :data-lit="String(lit)" aria-label="Badge reader" @submit.prevent="show(badge)">
              <svg viewBox="0 0 48 48" class="sign" aria-hidden="true"><path :d="signs.wave" transform="translate(4 0)"/></svg>
              <label><span>Badge</span><input v-model="badge" maxlength="100" autocomplete="off" spellcheck="false" placeholder="its text"></label>
              <div v-if="choices.length" class="badges" role="group" aria-label="Badges at hand"><button v-for="b in choices" :key="b" type="button" :aria-label="'Hold badge ' + b + ' to the reader'" @click="show(b)">{{ b }}</button></div>
              <button type="submit" class="hand" :disabled="!badge">Hold to reader</button>
            </form>
            <div class="emergency"><div v-for="e in s.emergency_stops" :key="e.place">
              <button type="button" class="mushroom" :class="{'is-small': e.place !== 'terminal'}" :aria-pressed="String(e.is_active)" :aria-label="'Emergency stop, ' + e.place" :title="e.is_active ? 'Release' : 'Press'" @click="press((e.is_active ? 'release' : 'press') + ' emergency stop', { place: e.place })"><span aria-hidden="true">STOP</span></button>
              <span>{{ e.place }}</span></div></div>
          </div>
        </div>
      </div>
    </section>`,
  props: { badges: Array },
  data: () => ({ badge: "", recent: recent(), lit: false, now: Date.now(), signs: SIGNS, car: CAR, round: ROUND }),
  mounted() { this.timer = setInterval(() => (this.now = Date.now()), 1000); },
  unmounted() { clearInterval(this.timer); },
  computed: {
    clock() { return words.hours(this.now); },
    choices() { return [...new Set([...this.badges, ...this.recent])].slice(0, 8); },
    stopped() { return this.s.emergency_stops.filter((each) => each.is_active).map((each) => each.place).join(" and the "); },
    mode() {
      if (!this.s.supply.is_on) return "off";
      if (!this.s.is_running || !this.s.screen || this.s.screen.is_restarting) return "boot";
      return this.isStopped ? "stop" : this.s.screen.is_updating ? "update" : "on";
    },
    views() { return this.outlets.filter((o) => o.connector).map((o) => this.view(o)); },
  },
  methods: {
    face: (plug) => (plug === "CHAdeMO" ? CHADEMO : CCS2), // one of two drawings of ours, whatever the text is
    view(o) {
      const { screen, reserved_until: until } = o.connector;
      const isStopping = ["stopping", "turning"].includes(o.action) && !CALM.has(screen.page);
      const [sign, tone] = isStopping ? ["wait", "accent"] : (PAGES[screen.page] ?? ["warning", "dim"]);
      const figures = [];
      if (screen.energy_kwh !== null && !CALM.has(screen.page)) {
        if (screen.power_kw !== null) figures.push(["power", words.number(screen.power_kw, 1), "kW"]);
        figures.push(["energy", words.number(screen.energy_kwh, 2), "kWh"]);
        if (screen.elapsed_s !== null) figures.push(["time", ...this.lasting(screen.elapsed_s)]);
        if (screen.cost !== null) figures.push(["cost", ...screen.cost.split(/ (?=[^ ]*$)/)]);
      }
      return { number: o.number, plug: o.plug, sign, tone, figures, canStop: screen.can_stop && !isStopping,
        soc: CALM.has(screen.page) || isStopping ? null : screen.soc_percent,
        headline: isStopping ? "Stopping" : screen.headline,
        advice: isStopping ? "One moment." : screen.page === "reserved" && until ? `Kept until ${words.hours(Date.parse(until))}.` : screen.advice };
    },
    lasting(seconds) {
      const minutes = Math.floor(seconds / 60), two = (value) => String(value).padStart(2, "0");
      return minutes < 60 ? [`${minutes}:${two(Math.floor(seconds % 60))}`, "min"] : [`${Math.floor(minutes / 60)}:${two(minutes % 60)}`, "h"];
    },
    plug(o) { this.press("plug", { outlet: o.number }, arrivals[`${this.station} ${o.number}`]?.() ?? {}); },
    show(badge) {
      const uid = badge.trim();
      if (!uid) return;
      this.press("badge", {}, { uid });
      this.recent = [uid, ...this.recent.filter((each) => each !== uid)].slice(0, BADGES_KEPT);
      localStorage.setItem(STORE, JSON.stringify(this.recent));
      this.badge = "";
      this.lit = true;
      setTimeout(() => (this.lit = false), 900);
    },
  },
};
