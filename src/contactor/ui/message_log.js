// Messages to and from a station as they come: paused, filtered, and each told whole when it is asked for.
import { follow } from "/kit/live.js";
import * as words from "/kit/words.js";

const KEPT = 400;
const ARROWS = { in: "◂", out: "▸" };

export default {
  template: `
    <div style="display:flex;flex-direction:column;height:100%;min-height:0;width:100%">
      <div class="card-head">
        <h2 class="grow">{{ title }}</h2>
        <input class="filter-input" style="width:130px" type="search" v-model="filter" placeholder="Filter" aria-label="Filter messages">
        <button class="small-button" :aria-pressed="String(paused)" @click="pause">{{ paused ? 'Resume' : 'Pause' }}<template v-if="paused && held.length"> · {{ held.length }}</template></button>
      </div>
      <div class="log grow" role="log" aria-live="off" tabindex="0" :aria-label="title">
        <button v-for="m in shown" :key="m.number" @click="$emit('open', m)" :aria-label="m.action + ' at ' + time(m.at)">
          <time :title="utc(m.at)">{{ time(m.at) }}</time><span :class="m.direction" aria-hidden="true">{{ arrows[m.direction] }}</span>
          <span class="what" :class="{bad: m.bad}"><b>{{ m.action || 'unreadable' }}</b> {{ m.gist }}</span><span class="took">{{ m.took === null ? '' : Math.round(m.took) + ' ms' }}</span>
        </button>
        <div v-if="!shown.length" class="empty"><b>{{ messages.length ? 'No message fits' : 'No messages yet' }}</b>{{ messages.length ? 'Change the filter.' : emptyText }}</div>
      </div>
    </div>`,
  props: { title: String, topic: String, initial: { type: Array, default: () => [] }, emptyText: String },
  data() { return { messages: this.initial, held: [], paused: false, filter: "", arrows: ARROWS }; },
  computed: {
    shown() {
      const wanted = this.filter.toLowerCase();
      return wanted ? this.messages.filter((m) => `${m.action} ${m.frame}`.toLowerCase().includes(wanted)) : this.messages;
    },
  },
  mounted() { this.stop = follow(this.topic, (news) => this.add(news)); },
  unmounted() { this.stop(); },
  methods: {
    time: words.time, utc: words.utc,
    add(news) {
      // Some are told again when another tab begins to listen.
      const newest = (this.held[this.held.length - 1] ?? this.messages[0])?.number ?? 0;
      const fresh = news.filter((m) => m.number > newest);
      if (this.paused) return void (this.held = [...this.held, ...fresh].slice(-KEPT));
      this.messages = [...fresh.reverse(), ...this.messages].slice(0, KEPT);
    },
    pause() {
      this.paused = !this.paused;
      if (!this.paused) { const held = this.held; this.held = []; this.add(held); }
    },
  },
};
