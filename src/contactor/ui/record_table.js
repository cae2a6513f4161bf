// A table of records; every cell is text. Columns: {name, label, kind, ...}; kinds are the functions below.
import * as words from "/kit/words.js";

export default {
  template: `
    <div class="table-wrap">
      <table class="records" v-if="rows.length">
        <caption class="visually-hidden">{{ caption }}</caption>
        <thead><tr><th v-for="c in columns" :key="c.name" scope="col" :class="{numeric: isNumeric(c), 'only-wide': c.wide}">{{ c.label }}<span v-if="c.kind === 'buttons'" class="visually-hidden">Actions</span></th></tr></thead>
        <tbody>
          <tr v-for="(row, i) in rows" :key="row[keyed] ?? i" :class="{opens}" @click="opens && $emit('open', row[keyed])">
            <td v-for="c in columns" :key="c.name" :data-label="c.label" :class="{numeric: isNumeric(c), 'only-wide': c.wide, mono: c.kind === 'mono', long: c !== columns[0] && (c.kind === 'mono' || c.kind === 'edit' || c.kind === 'text'), 'is-none': row[c.name] === null || row[c.name] === ''}">
              <a v-if="c.kind === 'link' && row[c.name] !== null" :href="c.to + encodeURIComponent(row[c.name])" class="mono" @click.stop>{{ row[c.name] }}</a>
              <button v-else-if="c.kind === 'open'" class="cell-button" @click.stop="$emit('open', row[keyed])">{{ row[c.name] }}</button>
              <span v-else-if="c.kind === 'pill' && row[c.name]" class="pill" :class="'is-' + kindOf(row[c.name])"><span>{{ row[c.name] }}</span></span>
              <time v-else-if="c.kind === 'instant'" :title="utc(row[c.name])">{{ instant(row[c.name]) }}</time>
              <time v-else-if="c.kind === 'second'" :title="utc(row[c.name])">{{ second(row[c.name]) }}</time>
              <time v-else-if="c.kind === 'ago'" :title="instant(row[c.name]) + ' · ' + utc(row[c.name])">{{ ago(row[c.name], tick) }}</time>
              <template v-else-if="c.kind === 'buttons'">
                <button v-for="b in c.buttons" :key="b.name" v-show="!b.when || row[b.when]" class="cell-button" :class="{danger: b.danger}" :aria-label="b.label + ' ' + row[keyed]" @click.stop="$emit('press', {name: b.name, key: row[keyed]})">{{ b.label }}</button>
              </template>
              <template v-else-if="c.kind === 'edit' && row[c.editable]">
                <form v-if="editing === row[keyed]" class="cell-edit" @submit.prevent="save(row)" @keydown.esc.prevent="editing = null">
                  <select v-if="row.choices" v-model="draft" :aria-label="row[keyed]"><option v-for="o in row.choices" :key="o">{{ o }}</option></select>
                  <input v-else v-model="draft" :aria-label="row[keyed]" maxlength="500">
                  <button class="cell-button" type="submit">Send</button><button class="cell-button" type="button" @click="editing = null">Cancel</button>
                </form>
                <button v-else class="cell-value" :aria-label="'Edit ' + row[keyed]" @click.stop="edit(row, row[c.name], $event)">{{ row[c.name] ?? '(write only)' }}</button>
              </template>
              <span v-else :class="{muted: c.kind === 'edit'}">{{ text(c, row[c.name]) }}</span>
            </td>
          </tr>
        </tbody>
      </table>
      <div v-else class="empty"><b>{{ emptyTitle }}</b>{{ emptyText }}</div>
    </div>`,
  props: { columns: Array, rows: Array, keyed: String, caption: String, opens: Boolean, emptyTitle: String, emptyText: String },
  data: () => ({ editing: null, draft: "", tick: 0 }),
  mounted() { this.timer = setInterval(() => this.tick++, 5000); },
  unmounted() { clearInterval(this.timer); },
  methods: {
    isNumeric: (c) => ["number", "money", "kwh", "kw", "percent", "duration", "ms"].includes(c.kind),
    kindOf: words.kind, utc: words.utc, instant: words.instant, second: words.second, ago: (ms) => words.ago(ms),
    text(c, value) {
      if (value === null || value === undefined || value === "") return words.none;
      if (c.kind === "number") return words.number(value, c.decimals ?? 0);
      if (c.kind === "kwh") return words.number(value / 1000, 2);
      if (c.kind === "kw") return words.number(value / 1000, 1);
      if (c.kind === "ms") return words.number(value, 1);
      if (c.kind === "duration") return words.duration(value);
      return String(value);
    },
    edit(row, value, event) {
      this.editing = row[this.keyed];
      this.draft = value ?? "";
      const cell = event.target.closest("td");
      this.$nextTick(() => cell.querySelector("input, select")?.focus());
    },
    save(row) {
      this.$emit("change", { key: row[this.keyed], value: this.draft });
      this.editing = null;
    },
  },
};
