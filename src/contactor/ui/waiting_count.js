// How many of something wait, beside its row in the drawer; red if any is critical, nothing where none are.
import { follow } from "/kit/live.js";

export default {
  template: `<span class="waiting" :class="{critical: told.critical}" v-if="told.open"><span>{{ told.open > 999 ? "999+" : told.open }}</span><span class="visually-hidden"> open</span></span><span v-else></span>`,
  props: { topic: String },
  data: () => ({ told: { open: 0, critical: 0 } }),
  mounted() { this.stop = follow(this.topic, (told) => (this.told = told)); },
  unmounted() { this.stop(); },
};
