// One WebSocket for a page: components say which topics they follow, and get what is new of them.
const followers = new Map();
let socket = null, wait = 500, planned = null, state = { state: "connecting", reason: "" };

export function follow(topic, callback) {
  if (!followers.has(topic)) followers.set(topic, new Set());
  followers.get(topic).add(callback);
  if (topic === "state") callback(state);
  schedule(30);
  return () => followers.get(topic).delete(callback);
}
function tell(topic, content) {
  for (const callback of followers.get(topic) ?? []) callback(content);
}
function told(content) {
  state = content;
  tell("state", state);
}
function schedule(ms) {
  clearTimeout(planned);
  planned = setTimeout(open, ms);
}
function topics() {
  return [...followers].filter(([topic, all]) => all.size && topic !== "state").map(([topic]) => topic).sort();
}
function open() {
  const wanted = topics();
  if (socket && socket.wanted === wanted.join() && socket.readyState <= 1) return;
  if (socket) { socket.onclose = null; socket.close(); }
  const query = new URLSearchParams(wanted.map((topic) => ["topic", topic]));
  const mine = (socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live?${query}`));
  mine.wanted = wanted.join();
  mine.onmessage = (message) => {
    wait = 500;
    for (const [topic, content] of Object.entries(JSON.parse(message.data))) topic === "state" ? told(content) : tell(topic, content);
  };
  mine.onclose = (event) => {
    if (event.code === 4001) return void (location.href = "/login");
    told({ state: "stale", reason: "The server of this page does not answer; trying again." });
    schedule(wait);
    wait = Math.min(wait * 2, 10000);
  };
}
