// Light or dark, as the person last chose, else as the system has it; and whether what is shown is live.
import { follow } from "/kit/live.js";

export default {
  template: `
    <div style="display:flex;align-items:center;gap:8px">
      <span class="link-state" :data-state="state.state" role="status"><i aria-hidden="true"></i><span>{{ words }}</span></span>
      <button class="icon-button" :aria-label="dark ? 'Switch to the light theme' : 'Switch to the dark theme'" @click="flip">
        <span class="q-icon material-icons" aria-hidden="true">{{ dark ? 'light_mode' : 'dark_mode' }}</span></button>
    </div>`,
  data: () => ({ dark: document.documentElement.classList.contains("dark"), state: { state: "connecting", reason: "" } }),
  computed: { words() { return { live: "Live", stale: "Not live", connecting: "Connecting" }[this.state.state] ?? this.state.state; } },
  mounted() { this.apply(); this.stop = follow("state", (state) => (this.state = state)); },
  unmounted() { this.stop(); },
  methods: {
    flip() { this.dark = !this.dark; localStorage.setItem("contactor-theme", this.dark ? "dark" : "light"); this.apply(); },
    apply() { document.documentElement.classList.toggle("dark", this.dark); Quasar.Dark.set(this.dark); },
  },
};
