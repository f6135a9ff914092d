/*
 * Fanfare console: watches one gateway over SSE and WebSocket at once.
 *
 * No framework and no build step. Every array is bounded, text goes in through textContent only,
 * and messages do not draw: they ask for a frame, at most a dozen a second, so a gateway that ticks
 * every 5 ms does not melt the laptop that watches it.
 */
'use strict';

// ---------------------------------------------------------------- one stream, one panel

let renderPending = false;
let renderedAt = -Infinity;
function requestRender() {
  if (renderPending) return;
  renderPending = true;
  const render = () => {
    renderPending = false;
    renderedAt = performance.now();
    for (const stream of streams) stream.render();
    market.render();
  };
  setTimeout(() => requestAnimationFrame(render), Math.max(0, renderedAt + RENDER_PERIOD_MS - performance.now()));
}

class Stream {
  constructor(key, title) {
    Object.assign(this, { key, title, state: 'connecting', lastSeq: null, gaps: 0, missed: 0, reconnects: 0 });
    Object.assign(this, { latencies: [], log: [], fresh: true, openedAt: 0, lastArrival: 0 });
    const panel = byId('stream-template').content.firstElementChild.cloneNode(true);
    this.slots = {};
    for (const slot of panel.querySelectorAll('[data-slot]')) this.slots[slot.dataset.slot] = slot;
    panel.querySelector('.dot').classList.add(key);
    panel.setAttribute('aria-label', `${title} stream`);
    this.slots.title.textContent = title;
    for (let i = 0; i < LOG_SYMBOLS + 3; i++) this.slots.head.append(element('th'));
    // All rows exist from the start and are rewritten in place: the panel never changes height.
    this.rows = Array.from({ length: LOG_ROWS }, () => {
      const row = element('tr');
      for (let i = 0; i < LOG_SYMBOLS + 3; i++) row.append(element('td'));
      this.slots.log.append(row);
      return row;
    });
    byId('streams').append(panel);
  }

  setState(state) {
    if (state === this.state) return;
    this.state = state;
    refreshNodeState();
    requestRender();
  }

  note(text, good = false) {
    pushBounded(this.log, { note: text, good, at: Date.now() }, LOG_ROWS);
    requestRender();
  }

  opened() {
    this.fresh = true;
    this.openedAt = Date.now();
    this.lastArrival = this.openedAt;
    this.note('connected', true);
    this.setState('open');
  }

  lost(reason) {
    const wasOpen = this.state === 'open' || this.state === 'quiet';
    if (wasOpen) this.reconnects++;
    // Of a series of failed attempts only the newest stays: they must not push the ticks out of the log.
    if (!wasOpen && this.log.at(-1)?.attempt) this.log.pop();
    this.note(reason);
    this.log.at(-1).attempt = !wasOpen;
    this.setState('reconnecting');
  }

  accept(text) {
    const now = Date.now();
    let tick;
    try {
      tick = JSON.parse(text);
    } catch {
      tick = null;
    }
    if (!tick || !known(tick.seq) || !known(tick.ts)) return this.note('a message that is no tick');
    this.lastArrival = now;
    this.countGaps(tick.seq);
    const measurable = !document.hidden && now - this.openedAt > SETTLING_MS;
    const latency = measurable ? now - tick.ts : undefined;
    if (measurable) pushBounded(this.latencies, latency, LATENCY_SAMPLES);
    const quotes = Array.isArray(tick.quotes) ? tick.quotes.filter((q) => q && known(q.price)) : [];
    pushBounded(this.log, { seq: tick.seq, ts: tick.ts, latency, quotes }, LOG_ROWS);
    market.accept(tick.seq, tick.ts, quotes, text);
    if (this.state === 'quiet') this.setState('open');
    requestRender();
  }

  /** Within one connection seq rises by 1. Across two of them, a jump is what was missed while away. */
  countGaps(seq) {
    const last = this.lastSeq;
    this.lastSeq = seq;
    if (last === null || seq === last + 1 || (this.fresh && seq <= last)) {
      this.fresh = false;
      return;
    }
    const missed = Math.max(0, seq - last - 1);
    this.missed += missed;
    if (this.fresh) {
      this.note(`${count(missed)} missed while away`);
    } else {
      this.gaps++;
      this.note(missed ? `gap: ${count(missed)} missed` : `out of order: ${seq} after ${last}`);
    }
    this.fresh = false;
  }

  percentile(p) {
    const sorted = [...this.latencies].sort((a, b) => a - b);
    return sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)];
  }

  render() {
    const { slots } = this;
    slots.state.dataset.state = this.state;
    setText(slots.state, this.state);
    setText(slots.seq, this.lastSeq === null ? '–' : String(this.lastSeq));
    setText(slots.latency, millis(this.latencies.at(-1)));
    setText(slots.gaps, count(this.gaps));
    slots.gaps.classList.toggle('alert', this.gaps > 0);
    slots.gaps.title = `${count(this.missed)} ticks missed, away times included`;
    setText(slots.reconnects, count(this.reconnects));
    setText(byId(`${this.key}-p50`), millis(this.percentile(0.5)));
    setText(byId(`${this.key}-p99`), millis(this.percentile(0.99)));
    this.renderLog();
    this.renderSpark();
  }

  renderLog() {
    const shown = market.symbols.slice(0, LOG_SYMBOLS);
    const heads = ['Seq', 'Made at', ...Array.from({ length: LOG_SYMBOLS }, (_, i) => shown[i]?.code ?? ''), 'Latency'];
    [...this.slots.head.children].forEach((th, i) => setText(th, heads[i]));
    this.rows.forEach((row, i) => {
      const entry = this.log[this.log.length - 1 - i];
      row.className = !entry || !entry.note ? '' : entry.good ? 'note good' : 'note';
      const cells = row.children;
      if (!entry || entry.note) {
        for (const cell of cells) {
          setText(cell, '');
          delete cell.dataset.move;
        }
        if (entry) {
          setText(cells[0], '•');
          setText(cells[1], `${clock(entry.at)}  ${entry.note}`);
        }
        return;
      }
      setText(cells[0], String(entry.seq));
      setText(cells[1], clock(entry.ts, !narrow.matches));
      for (let s = 0; s < LOG_SYMBOLS; s++) {
        const quote = shown[s] && entry.quotes.find((q) => String(q.symbol) === shown[s].code);
        setText(cells[2 + s], quote ? shown[s].format(quote.price) : '');
        cells[2 + s].dataset.move = quote ? moveOf(quote.change) : '';
      }
      setText(cells[cells.length - 1], millis(entry.latency));
    });
  }

  renderSpark() {
    const { context, width, height } = fitCanvas(this.slots.spark);
    const samples = this.latencies.slice(-SPARK_SAMPLES);
    if (!samples.length) return;
    const max = Math.max(...samples);
    setText(this.slots['spark-caption'], `Last ${samples.length} ticks, worst ${millis(max)}`);
    // Never scale 1 ms of jitter up to the full height: it would look like trouble.
    const [low, high] = [Math.min(0, ...samples), Math.max(10, max)];
    const x = (i) => width - 3 - (samples.length - 1 - i) * ((width - 6) / (Math.max(30, samples.length) - 1));
    const y = (v) => height - 3 - ((v - low) / (high - low)) * (height - 6);
    context.beginPath();
    samples.forEach((v, i) => context.lineTo(x(i), y(v)));
    context.strokeStyle = colour(`--${this.key}`);
    context.lineWidth = 1.5;
    context.lineJoin = 'round';
    context.stroke();
    drawDot(context, x(samples.length - 1), y(samples.at(-1)), 2.5, colour(`--${this.key}`));
  }
}

// ---------------------------------------------------------------- connections

/** With keys the page is opened as `/#token=…&key=…`: what stands behind the # is sent to no server and stands in no log. */
const credentials = new URLSearchParams(location.hash.slice(1));

function streamAddress(path) {
  const address = new URL(path, location.href);
  const token = credentials.get('token');
  // A token may have channels of its own: ask for the ticks, and bare.
  if (token) address.search = new URLSearchParams({ channels: 'ticks', format: 'raw', token });
  return address;
}

/** Doubles up to the cap; half of it is random, so that clients of a restarted node do not return as one wave. */
const backoff = (attempt) => Math.min(BACKOFF_CAP_MS, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);

function followSse(stream) {
  let attempt = 0;
  const connect = () => {
    const source = new EventSource(streamAddress('sse'));
    source.onopen = () => stream.opened();
    source.onmessage = (event) => {
      attempt = 0;
      stream.accept(event.data);
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CLOSED) {
        // Any answer but 200 makes the browser give up for good: take over.
        const delay = backoff(attempt++);
        stream.lost(`refused, retry in ${(delay / 1000).toFixed(1)} s`);
        setTimeout(connect, delay);
      } else if (stream.state !== 'reconnecting') {
        stream.lost('connection lost, the browser retries');
      }
    };
  };
  connect();
}

function followWebSocket(stream) {
  const address = streamAddress('ws');
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:';
  let attempt = 0;
  const connect = () => {
    const socket = new WebSocket(address);
    socket.onopen = () => stream.opened();
    socket.onmessage = (event) => {
      attempt = 0;
      stream.accept(event.data);
    };
    socket.onclose = (event) => {
      const delay = backoff(attempt++);
      const why = event.code === 1001 ? 'closed 1001: server draining' : event.code === 1006 ? 'no connection' : `closed ${event.code}`;
      stream.lost(`${why}, retry in ${(delay / 1000).toFixed(1)} s`);
      setTimeout(connect, delay);
      if (event.code === 1001) pollStats(); // shows "draining" now rather than up to a period later
    };
  };
  connect();
}

// ---------------------------------------------------------------- node statistics

let stats = null;
let statsFailed = false;
const deliveries = [];

function refreshNodeState() {
  const pill = byId('node-state');
  const streaming = streams.some((s) => s.state === 'open' || s.state === 'quiet');
  const state = statsFailed && !streaming ? 'unreachable'
    : stats?.draining ? 'draining'
      : stats && !statsFailed ? 'ready'
        : streaming ? 'streaming, no stats' : 'connecting';
  pill.dataset.state = state;
  setText(pill, state);
  setText(byId('announcer'), [`Node ${state}`, ...streams.map((s) => `${s.title} ${s.state}`)].join(', '));
  document.body.classList.toggle('stale', statsFailed); // old figures must not look like fresh ones
}

function renderStats() {
  const { connections = {}, tickIntervalMillis: interval } = stats;
  setText(byId('version'), String(stats.version ?? '–'));
  setText(byId('transport'), String(stats.transport ?? '–'));
  setText(byId('workers'), count(stats.workers));
  setText(byId('uptime'), duration(stats.uptimeSeconds));

  const total = (connections.sse ?? 0) + (connections.ws ?? 0);
  setText(byId('connections'), count(total));
  setText(byId('connections-sse'), count(connections.sse));
  setText(byId('connections-ws'), count(connections.ws));
  byId('split-sse').style.flexGrow = connections.sse ?? 0;
  byId('split-ws').style.flexGrow = connections.ws ?? 0;

  const [first, last] = [deliveries[0], deliveries.at(-1)];
  const rate = deliveries.length > 1 ? ((last.sent - first.sent) * 1000) / (last.at - first.at) : undefined;
  setText(byId('rate'), !known(rate) ? '–' : rate < 100 ? rate.toFixed(1) : count(rate));
  setText(byId('delivered'), count(stats.messagesSent));
  setText(byId('dropped'), count(stats.dropped));
  setText(byId('conflated'), count(stats.conflated));

  const broadcast = stats.broadcastMillis?.last;
  setText(byId('broadcast'), known(broadcast) ? broadcast.toFixed(broadcast < 10 ? 2 : 0) : '–');
  setText(byId('interval'), known(interval) ? (interval >= 1000 ? `${interval / 1000} s` : `${interval} ms`) : '–');
  renderMeter('heap', stats.heapUsedBytes, stats.heapMaxBytes, memory);
  renderMeter('files', stats.openFiles, stats.maxOpenFiles, (open, max) => `${count(open)} / ${count(max)}`);
}

function renderMeter(id, used, max, describe) {
  const share = known(used) && known(max) && max > 0 ? Math.min(1, used / max) : 0;
  setText(byId(id), describe(used, max));
  byId(`${id}-bar`).style.width = `${(share * 100).toFixed(1)}%`;
  byId(`${id}-bar`).parentElement.dataset.level = share > 0.95 ? 'full' : share > 0.8 ? 'high' : 'normal';
}

let statsTimer = 0;
async function pollStats() {
  clearTimeout(statsTimer);
  if (document.hidden) return;
  try {
    const key = credentials.get('key');
    const headers = key ? { 'X-API-Key': key } : {};
    const response = await fetch('console/stats', { cache: 'no-store', headers, signal: AbortSignal.timeout(4000) });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    stats = await response.json();
    statsFailed = false;
    // A smaller total is a restarted node: its rate starts afresh.
    if (deliveries.length && stats.messagesSent < deliveries.at(-1).sent) deliveries.length = 0;
    if (known(stats.messagesSent)) pushBounded(deliveries, { at: performance.now(), sent: stats.messagesSent }, 6);
    renderStats();
  } catch {
    statsFailed = true;
  }
  refreshNodeState();
  clearTimeout(statsTimer);
  statsTimer = setTimeout(pollStats, STATS_PERIOD_MS);
}

/** An open stream without ticks is not healthy: say so, but do not cut it. */
function watchForSilence() {
  const patience = Math.max(5000, 3 * (stats?.tickIntervalMillis ?? 1000));
  for (const stream of streams) {
    if (stream.state === 'open' && Date.now() - stream.lastArrival > patience) stream.setState('quiet');
  }
}

// ---------------------------------------------------------------- commands to copy

function prepareCommands() {
  const sse = new URL('sse', location.href).href;
  const ws = new URL('ws', location.href).href.replace(/^http/, 'ws');
  // An array entry is kept on one line where it fits: a flag stays with its value.
  const commands = {
    'cmd-curl': ['curl -N', sse],
    'cmd-wscat': ['npx wscat -c', ws],
    'cmd-load': ['java -jar load-client/target/load-client.jar', `--url ${new URL(".", location.href).href}`, '--connections 500'],
  };
  for (const [id, parts] of Object.entries(commands)) {
    byId(id).replaceChildren(...parts.flatMap((part, i) => [i ? ' ' : '', element('span', '', part)]));
  }
  for (const button of document.querySelectorAll('[data-copy]')) {
    button.addEventListener('click', async () => {
      const done = await copy(byId(button.dataset.copy));
      button.textContent = done ? 'Copied' : 'Selected';
      button.toggleAttribute('data-copied', done);
      setTimeout(() => {
        button.textContent = 'Copy';
        button.removeAttribute('data-copied');
      }, 1600);
    });
  }
}

/** The clipboard API exists only on https and localhost; elsewhere select the text and ask the old way. */
async function copy(node) {
  try {
    await navigator.clipboard.writeText(node.textContent);
    return true;
  } catch {
    getSelection().selectAllChildren(node);
    return document.execCommand('copy');
  }
}

// ---------------------------------------------------------------- start

const streams = [new Stream('sse', 'Server-Sent Events'), new Stream('ws', 'WebSocket')];
document.title = `Fanfare ${location.host}`;
market.listen();
prepareCommands();
followSse(streams[0]);
followWebSocket(streams[1]);
pollStats();
setInterval(watchForSilence, 1000);
document.addEventListener('visibilitychange', pollStats);
dark.addEventListener('change', () => {
  palette.clear();
  requestRender();
});
requestRender();
