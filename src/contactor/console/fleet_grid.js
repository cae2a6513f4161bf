// The fleet's grid: rows are fetched once, then only those that changed come over the page's socket.
// Cells are DOM nodes with textContent: whatever a station calls itself stays text.
import { follow } from "/kit/live.js";
import * as words from "/kit/words.js";

const STATES = ["Available", "Preparing", "Charging", "Suspended", "Finishing", "Reserved", "Unavailable", "Faulted"];
const [ID, ONLINE, REGISTRATION, MODEL, POWER_KW, SERIAL, FIRMWARE, SEEN, POWER, FAULT, PLUGS] = Array(11).keys();
const group = (status) => (status.startsWith("Suspended") ? "Suspended" : status);

function pillOf(status, soc) {
  const cell = words.element("span", "plug-cell");
  const pill = words.element("span", `pill is-${words.kind(status)}`);
  pill.append(words.element("span", "", status.replace("Suspended", "Susp. ")));
  cell.append(pill);
  if (soc !== null && soc !== undefined) cell.append(words.element("span", "muted", `${words.number(soc)} %`));
  return cell;
}
function plug(index) {
  return ({ data }) => (data[PLUGS][index] ? pillOf(...data[PLUGS][index]) : words.element("span", "muted", words.none));
}
function stationCell({ data }) {
  const link = words.element("a", "mono station-link", data[ID]);
  link.href = `/stations/${encodeURIComponent(data[ID])}`;
  const dot = words.element("i", data[ONLINE] ? "dot on" : "dot");
  dot.title = data[ONLINE] ? "online" : "offline";
  dot.setAttribute("role", "img");
  dot.setAttribute("aria-label", dot.title);
  const cell = words.element("span", "plug-cell");
  cell.append(dot, link);
  return cell;
}
function powerCell({ data }) {
  const cell = words.element("span", "power-cell");
  cell.append(words.element("b", data[POWER] ? "" : "muted", data[POWER] ? words.number(data[POWER] / 1000, 1) : words.none));
  const bar = words.element("span", "power-bar"), fill = words.element("span");
  fill.style.width = `${Math.min(100, (data[POWER] / ((data[POWER_KW] || 360) * 1000)) * 100)}%`;
  bar.append(fill);
  cell.append(bar);
  return cell;
}
function seenCell({ data }) {
  const cell = words.element("time", "", words.ago(data[SEEN]));
  cell.title = `${words.instant(data[SEEN])} · ${words.utc(data[SEEN])}`;
  return cell;
}
// One for all: each localeCompare with options of its own would make another, ten thousand rows deep.
const order = new Intl.Collator(undefined, { numeric: true });
const isNarrow = window.innerWidth < 640;
const text = (index) => ({ data }) => words.element("span", data[index] ? "" : "muted", data[index] || words.none);

const COLUMNS = [
  { headerName: "Station", colId: "station", width: isNarrow ? 136 : 170, pinned: isNarrow ? null : "left", cellRenderer: stationCell, valueGetter: ({ data }) => data[ID], sort: "asc", comparator: order.compare },
  { headerName: "Connector 1", colId: "c1", width: 170, cellRenderer: plug(0), valueGetter: ({ data }) => data[PLUGS][0]?.join(" ") ?? "" },
  { headerName: "Connector 2", colId: "c2", width: 170, cellRenderer: plug(1), valueGetter: ({ data }) => data[PLUGS][1]?.join(" ") ?? "" },
  { headerName: "Power, kW", colId: "power", width: 170, cellRenderer: powerCell, valueGetter: ({ data }) => data[POWER] },
  { headerName: "Fault", colId: "fault", minWidth: 200, flex: 1, cellClass: "fault-cell", cellRenderer: text(FAULT), valueGetter: ({ data }) => data[FAULT] },
  { headerName: "Model", colId: "model", width: 150, cellRenderer: text(MODEL), valueGetter: ({ data }) => data[MODEL] },
  { headerName: "Serial number", colId: "serial", width: 150, cellRenderer: text(SERIAL), valueGetter: ({ data }) => data[SERIAL] },
  { headerName: "Firmware", colId: "firmware", width: 110, cellRenderer: text(FIRMWARE), valueGetter: ({ data }) => data[FIRMWARE] },
  { headerName: "Last message", colId: "seen", width: 130, cellRenderer: seenCell, valueGetter: ({ data }) => data[SEEN] },
];
// A spreadsheet takes these for a formula.
const harmless = (value) => (/^[=+\-@\t\r]/.test(String(value ?? "")) ? `'${value}` : value);

export default {
  template: `
    <div class="stack">
      <div class="card"><div class="card-body">
        <div class="state-bar" role="img" :aria-label="barLabel"><span v-for="s in states" :key="s" v-show="counts[s]" :class="'is-' + kind(s)" :style="{flexGrow: counts[s]}"></span></div>
        <div class="row-of" style="margin-top:12px">
          <input class="filter-input wide" type="search" v-model="filter" placeholder="Filter by station, model, serial, fault …" aria-label="Filter the fleet">
          <div class="chips" role="group" aria-label="Filter by state">
            <button v-for="s in states" :key="s" class="chip" :aria-pressed="String(wanted.includes(s))" @click="toggle(s)"><i :class="'is-' + kind(s)" aria-hidden="true"></i>{{ s }} <b>{{ number(counts[s] ?? 0) }}</b></button>
            <button class="chip" :aria-pressed="String(wanted.includes('Offline'))" @click="toggle('Offline')"><i class="is-offline hollow" aria-hidden="true"></i>Offline <b>{{ number(offline) }}</b></button>
          </div>
        </div>
      </div></div>
      <div class="card fleet-grid">
        <div v-if="problem" class="banner error" role="alert"><span class="grow">{{ problem }}</span><button class="small-button" @click="fetchRows">Try again</button></div>
        <div ref="grid" class="ag-host"></div>
      </div>
    </div>`,
  data: () => ({ states: STATES, counts: {}, offline: 0, filter: "", wanted: [], problem: "" }),
  computed: { barLabel() { return STATES.map((s) => `${s} ${this.counts[s] ?? 0}`).join(", "); } },
  watch: {
    filter() { this.refilter(); },
    wanted() { this.refilter(); },
  },
  async mounted() {
    this.waiting = [];
    this.known = new Set();
    this.stop = follow("fleet", (news) => this.hear(news));
    // The grid's program is large: the page is there before it, and the rows are on their way meanwhile.
    const asked = this.ask();
    const AgGrid = await import("nicegui-aggrid");
    if (this.isGone) return;
    AgGrid.ModuleRegistry.registerModules([AgGrid.AllCommunityModule]);
    this.api = AgGrid.createGrid(this.$refs.grid, {
      theme: AgGrid.themeQuartz, columnDefs: COLUMNS, rowHeight: 40, headerHeight: 38, suppressCellFocus: false,
      defaultColDef: { sortable: true, resizable: true, cellDataType: false, suppressHeaderMenuButton: true },
      getRowId: ({ data }) => data[ID], rowSelection: { mode: "multiRow", headerCheckbox: true, selectAll: "filtered", enableClickSelection: false },
      selectionColumnDef: { width: 44, pinned: isNarrow ? null : "left" },
      isExternalFilterPresent: () => Boolean(this.filter || this.wanted.length), doesExternalFilterPass: ({ data }) => this.passes(data),
      asyncTransactionWaitMillis: 100, animateRows: false, loading: true,
      overlayNoRowsTemplate: '<span class="muted">No station fits. Change the filter, or register a station.</span>',
      onSelectionChanged: () => this.selected(), onRowDoubleClicked: ({ data }) => (location.href = `/stations/${encodeURIComponent(data[ID])}`),
    });
    this.stopBehind = follow("behind", () => this.fetchRows());
    this.timer = setInterval(() => this.api.refreshCells({ columns: ["seen"], force: true }), 5000);
    this.fetchRows(asked);
  },
  unmounted() { this.isGone = true; this.stop(); this.stopBehind?.(); clearInterval(this.timer); this.api?.destroy(); },
  methods: {
    kind: words.kind, number: words.number,
    async ask() {
      try {
        const answer = await fetch("/fleet/rows");
        if (answer.status === 401) return void (location.href = "/login");
        return answer.ok ? { found: await answer.json() } : { problem: `HTTP ${answer.status}` };
      } catch (error) {
        return { problem: error.message };
      }
    },
    async fetchRows(asked) {
      this.fetched = false;
      const answer = await (asked instanceof Promise ? asked : this.ask());
      if (answer?.problem) {
        this.api.setGridOption("loading", false);
        this.problem = `The rows cannot be fetched (${answer.problem}).`;
      } else if (answer && !this.isGone) {
        const { found } = answer;
        this.known = new Set(found.rows.map((row) => row[ID]));
        this.api.setGridOption("rowData", found.rows);
        this.api.setGridOption("loading", !found.loaded && !found.rows.length);
        if (found.counts) this.count(found);
        this.problem = "";
        this.fetched = true;
        const waiting = this.waiting.splice(0);
        if (waiting.length) this.change(waiting.flat());
      }
    },
    hear(news) {
      if (news.counts) this.count(news);
      if (!news.rows?.length) return;
      this.fetched ? this.change(news.rows) : this.waiting.push(news.rows);
    },
    change(rows) {
      const latest = [...new Map(rows.map((row) => [row[ID], row])).values()];
      const add = latest.filter((row) => !this.known.has(row[ID])), update = latest.filter((row) => this.known.has(row[ID]));
      add.forEach((row) => this.known.add(row[ID]));
      this.api.applyTransactionAsync({ add, update });
      this.api.setGridOption("loading", false);
    },
    count(news) {
      const counts = {};
      for (const [status, count] of Object.entries(news.counts)) counts[group(status)] = (counts[group(status)] ?? 0) + count;
      this.counts = counts;
      this.offline = news.stations - news.values.online;
    },
    toggle(state) { this.wanted = this.wanted.includes(state) ? this.wanted.filter((s) => s !== state) : [...this.wanted, state]; },
    passes(row) {
      const isState = !this.wanted.length || (this.wanted.includes("Offline") && !row[ONLINE]) || row[PLUGS].some(([status]) => this.wanted.includes(group(status)));
      const sought = this.filter.toLowerCase();
      return isState && (!sought || [ID, MODEL, SERIAL, FIRMWARE, FAULT, REGISTRATION].some((i) => String(row[i]).toLowerCase().includes(sought)));
    },
    refilter() { this.api?.onFilterChanged(); this.api && this.filled(); },
    filled() { this.api.getDisplayedRowCount() ? this.api.hideOverlay() : this.api.showNoRowsOverlay(); },
    selected() { this.$emit("selected", this.api.getSelectedRows().map((row) => row[ID])); },
    save() { this.api.exportDataAsCsv({ fileName: "fleet.csv", columnKeys: COLUMNS.map((c) => c.colId), processCellCallback: ({ value, column }) => (column.getColId() === "seen" ? words.utc(value) : column.getColId() === "power" ? value / 1000 : harmless(value)) }); },
  },
};
