/*
 * Fanfare console: watches one gateway over SSE and WebSocket at once.
 *
 * No framework and no build step. Every array is bounded, text goes in through textContent only,
 * and messages do not draw: they ask for a frame, at most a dozen a second, so a gateway that ticks
 * every 5 ms does not melt the laptop that watches it.
 */
'use strict';

const SYMBOL_NAMES = { '005930': 'Samsung Electronics', '000660': 'SK hynix', '035420': 'NAVER', SPX: 'S&P 500' };

const LOG_ROWS = 12;
const LOG_SYMBOLS = 3;
const CHART_SYMBOLS = 6;
const LATENCY_SAMPLES = 300;
const SPARK_SAMPLES = 120;
const CHART_POINTS = 900;
const CHART_SPAN_MS = 180_000;
const CHART_MIN_SPAN_MS = 15_000;
const RENDER_PERIOD_MS = 80;
const STATS_PERIOD_MS = 2_000;
const BACKOFF_CAP_MS = 15_000;
/** What arrives right after the handshake is the last tick or a replay: its age is no latency. */
const SETTLING_MS = 250;

const byId = (id) => document.getElementById(id);
const pushBounded = (array, item, limit) => {
  array.push(item);
  if (array.length > limit) array.splice(0, array.length - limit);
};
const element = (tag, className, text) => {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};
const setText = (node, text) => {
  if (node.textContent !== text) node.textContent = text;
};

// ---------------------------------------------------------------- formatting

const integers = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 });
const cents = new Intl.NumberFormat('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });

const known = (value) => typeof value === 'number' && Number.isFinite(value);
const count = (value) => (!known(value) ? '–' : value < 1e6 ? integers.format(value) : compact.format(value));
const pad = (value, width = 2) => String(value).padStart(width, '0');

function clock(ts, withMillis) {
  const at = new Date(ts);
  const seconds = `${pad(at.getHours())}:${pad(at.getMinutes())}:${pad(at.getSeconds())}`;
  return withMillis ? `${seconds}.${pad(at.getMilliseconds(), 3)}` : seconds;
}

function duration(seconds) {
  if (!known(seconds)) return '–';
  const whole = Math.floor(seconds);
  const [days, hours, minutes] = [Math.floor(whole / 86400), Math.floor(whole / 3600) % 24, Math.floor(whole / 60) % 60];
  if (days) return `${days} d ${pad(hours)} h`;
  if (hours) return `${hours} h ${pad(minutes)} min`;
  return minutes ? `${minutes} min ${pad(whole % 60)} s` : `${whole} s`;
}

function millis(value) {
  if (!known(value)) return '–';
  return Math.abs(value) >= 10_000 ? `${(value / 1000).toFixed(1)} s` : `${Math.round(value)} ms`;
}

/** "31 / 512 MiB": one unit for both, chosen by the limit. */
function memory(used, max) {
  if (!known(used) || !known(max)) return '–';
  const [unit, size, digits] = max >= 2 ** 30 ? ['GiB', 2 ** 30, 1] : ['MiB', 2 ** 20, 0];
  return `${(used / size).toFixed(digits)} / ${(max / size).toFixed(digits)} ${unit}`;
}

/** The style sheet adds colour and arrow to whatever carries data-move. */
const moveOf = (change) => (change > 0.004 ? 'up' : change < -0.004 ? 'down' : 'flat');
const percent = (value) => `${value > 0.004 ? '+' : value < -0.004 ? '−' : ''}${Math.abs(value).toFixed(2)}%`;

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

/** Doubles up to the cap; half of it is random, so that clients of a restarted node do not return as one wave. */
const backoff = (attempt) => Math.min(BACKOFF_CAP_MS, 500 * 2 ** attempt) * (0.5 + Math.random() / 2);

function followSse(stream) {
  let attempt = 0;
  const connect = () => {
    const source = new EventSource('sse');
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
  const address = new URL('ws', location.href);
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
    const response = await fetch('console/stats', { cache: 'no-store', signal: AbortSignal.timeout(4000) });
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

// ---------------------------------------------------------------- canvas helpers

const dark = matchMedia('(prefers-color-scheme: dark)');
const narrow = matchMedia('(max-width: 720px)');
const palette = new Map();
/** Canvases cannot use CSS variables: look them up once per colour scheme. */
function colour(token) {
  if (!palette.has(token)) palette.set(token, getComputedStyle(document.documentElement).getPropertyValue(token).trim());
  return palette.get(token);
}

/** Matches the bitmap to the box and the pixel ratio (which changes with zoom and screen), and clears it. */
function fitCanvas(canvas) {
  const [width, height, ratio] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) Object.assign(canvas, { width: wide, height: high });
  const context = canvas.getContext('2d');
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, width, height);
  return { context, width, height };
}

function drawDot(context, x, y, radius, fill) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = fill;
  context.fill();
}

/** The smallest of 1, 2, 5 × 10ⁿ that cuts the range into at most `parts`. */
function niceStep(range, parts) {
  const power = 10 ** Math.floor(Math.log10(range / parts));
  return [1, 2, 5, 10].map((m) => m * power).find((step) => range / step <= parts + 1e-9);
}

// ---------------------------------------------------------------- market: chart and legend

const market = {
  canvas: byId('chart'),
  tooltip: byId('tooltip'),
  symbols: [], // { code, name, token, decimals, opening, last, change, cells }
  points: [], // { ts, values: Map of code → { price, change } }
  base: 'open',
  hoverX: null,
  lastRaw: '',
  lastSeq: 0,

  /** Both streams carry the same ticks; the first to deliver one draws it. */
  accept(seq, ts, quotes, raw) {
    const newest = this.points.at(-1)?.ts ?? -Infinity;
    if (ts < newest - 10_000) this.points.length = 0; // the node's clock went back
    else if (ts <= newest) return;
    this.lastSeq = seq;
    this.lastRaw = raw;
    const values = new Map();
    for (const quote of quotes) {
      const symbol = this.symbolFor(String(quote.symbol), quote.price);
      if (!symbol) continue;
      if (!Number.isInteger(quote.price)) symbol.decimals = true;
      symbol.last = quote.price;
      symbol.change = known(quote.change) ? quote.change : (quote.price / symbol.opening - 1) * 100;
      values.set(symbol.code, { price: symbol.last, change: symbol.change });
    }
    if (!values.size) return;
    // A fast gateway: keep the newest tick of each slot, so that the points always cover the span.
    const previous = this.points.at(-2);
    if (previous && ts - previous.ts < CHART_SPAN_MS / CHART_POINTS) this.points.pop();
    this.points.push({ ts, values });
    while (this.points[0].ts < ts - CHART_SPAN_MS) this.points.shift();
  },

  symbolFor(code, price) {
    const found = this.symbols.find((symbol) => symbol.code === code);
    if (found || this.symbols.length >= CHART_SYMBOLS) return found;
    const symbol = { code, name: SYMBOL_NAMES[code] ?? code, token: `--series-${this.symbols.length + 1}`, decimals: false, opening: price };
    symbol.format = (value) => (symbol.decimals ? cents : integers).format(value);
    const row = element('li');
    const swatch = element('i', 'swatch');
    swatch.style.background = `var(${symbol.token})`;
    symbol.cells = { price: element('span', 'price'), change: element('span', 'change') };
    row.append(swatch, element('span', 'name', symbol.name === code ? code : `${symbol.name} ${code}`), symbol.cells.price, symbol.cells.change);
    if (!this.symbols.length) byId('legend').replaceChildren();
    byId('legend').append(row);
    this.symbols.push(symbol);
    return symbol;
  },

  render() {
    for (const { cells, format, last, change } of this.symbols) {
      setText(cells.price, format(last));
      setText(cells.change, percent(change));
      cells.change.dataset.move = moveOf(change);
    }
    if (this.lastRaw) setText(byId('wire'), `id: ${this.lastSeq}\ndata: ${this.lastRaw.slice(0, 2000)}`);
    this.renderChart();
  },

  /** What the line shows: the change since the opening, or since the left edge of the chart. */
  valueOf(symbol, point) {
    const quote = point.values.get(symbol.code);
    if (!quote || this.base === 'open') return quote?.change;
    const first = this.points.find((p) => p.values.has(symbol.code)).values.get(symbol.code);
    return (quote.price / first.price - 1) * 100;
  },

  renderChart() {
    const { context, width, height } = fitCanvas(this.canvas);
    const { points, symbols } = this;
    if (!points.length || width < 120) return;
    const series = symbols.map((symbol) => ({ symbol, ys: points.map((point) => this.valueOf(symbol, point)) }));

    // Scales. The time span grows with the data, so that the first seconds already fill the width.
    const end = points.at(-1).ts;
    const span = Math.min(CHART_SPAN_MS, Math.max(CHART_MIN_SPAN_MS, end - points[0].ts));
    const box = { left: 50, right: width - 62, top: 12, bottom: height - 26 };
    const x = (ts) => box.right - ((end - ts) / span) * (box.right - box.left);
    const all = series.flatMap((s) => s.ys.filter(known));
    const [least, most] = [Math.min(...all), Math.max(...all)];
    const step = niceStep(Math.max(most - least, 0.2), Math.max(2, Math.floor(height / 55)));
    const [low, high] = [Math.floor(least / step - 0.05) * step, Math.ceil(most / step + 0.05) * step];
    const y = (value) => box.bottom - ((value - low) / (high - low)) * (box.bottom - box.top);
    this.scale = { x, box };

    this.drawGrid(context, { x, y, box, low, high, step, end, span });
    const breakAfter = 5000 + 3 * (stats?.tickIntervalMillis ?? 1000);
    const labels = [];
    for (const { symbol, ys } of series) {
      context.beginPath();
      let before = null; // an outage is a hole in the line, not a straight stroke across it
      points.forEach((point, i) => {
        if (!known(ys[i])) return;
        if (before !== null && point.ts - before <= breakAfter) context.lineTo(x(point.ts), y(ys[i]));
        else context.moveTo(x(point.ts), y(ys[i]));
        before = point.ts;
      });
      Object.assign(context, { strokeStyle: colour(symbol.token), lineWidth: 2, lineJoin: 'round', lineCap: 'round' });
      context.stroke();
      const lastY = ys.findLast(known);
      if (known(ys.at(-1))) drawDot(context, box.right, y(lastY), 3.5, colour(symbol.token));
      if (known(lastY)) labels.push({ at: y(lastY), text: symbol.code.slice(0, 8), token: symbol.token });
    }
    this.drawLabels(context, labels, box);
    this.drawHover(context, series, { x, y, box });
  },

  drawGrid(context, { x, y, box, low, high, step, end, span }) {
    Object.assign(context, { font: `12px ${colour('--sans')}`, lineWidth: 1, textBaseline: 'middle', textAlign: 'right' });
    const digits = Math.max(1, Math.ceil(-Math.log10(step) - 1e-9));
    for (let i = Math.round(low / step); i * step <= high + step / 1e6; i++) {
      const at = Math.round(y(i * step)) + 0.5;
      context.strokeStyle = colour(i === 0 ? '--muted' : '--line');
      context.setLineDash(i === 0 ? [4, 4] : []);
      context.beginPath();
      context.moveTo(box.left, at);
      context.lineTo(box.right, at);
      context.stroke();
      context.fillStyle = colour('--muted');
      const text = `${i > 0 ? '+' : i < 0 ? '−' : ''}${Math.abs(i * step).toFixed(digits)}%`;
      context.fillText(text, box.left - 8, at);
    }
    context.setLineDash([]);
    const room = Math.max(2, Math.floor((box.right - box.left) / 110));
    const stride = [5000, 10_000, 15_000, 30_000, 60_000].find((s) => span / s <= room) ?? 120_000;
    context.textAlign = 'center';
    for (let ts = Math.ceil((end - span) / stride) * stride; ts <= end; ts += stride) {
      if (x(ts) > box.left + 20) context.fillText(clock(ts), x(ts), box.bottom + 17);
    }
  },

  /** Names at the ends of the lines, pushed apart: colour is never the only key to a line. */
  drawLabels(context, labels, box) {
    labels.sort((a, b) => a.at - b.at);
    labels.forEach((label, i) => { if (i) label.at = Math.max(label.at, labels[i - 1].at + 15); });
    for (let i = labels.length - 1, floor = box.bottom + 2; i >= 0; i--, floor = labels[i + 1].at - 15) {
      labels[i].at = Math.min(labels[i].at, floor);
    }
    Object.assign(context, { font: `600 12px ${colour('--sans')}`, textAlign: 'left', textBaseline: 'middle' });
    for (const { at, text, token } of labels) {
      context.fillStyle = colour(token);
      context.fillText(text, box.right + 10, at);
    }
  },

  nearestIndex(px) {
    const { points, scale } = this;
    let best = points.length - 1;
    for (let i = best; i >= 0; i--) if (Math.abs(scale.x(points[i].ts) - px) < Math.abs(scale.x(points[best].ts) - px)) best = i;
    return best;
  },

  drawHover(context, series, { x, y, box }) {
    this.tooltip.hidden = this.hoverX === null;
    if (this.hoverX === null) return;
    const index = this.nearestIndex(this.hoverX);
    const point = this.points[index];
    const at = Math.round(x(point.ts)) + 0.5;
    context.beginPath();
    context.moveTo(at, box.top);
    context.lineTo(at, box.bottom);
    Object.assign(context, { strokeStyle: colour('--muted'), lineWidth: 1 });
    context.stroke();
    const table = element('table');
    table.append(element('caption', '', clock(point.ts, true)));
    for (const { symbol, ys } of series) {
      if (!known(ys[index])) continue;
      drawDot(context, at, y(ys[index]), 5, colour('--card'));
      drawDot(context, at, y(ys[index]), 3.5, colour(symbol.token));
      const row = element('tr');
      const head = element('th');
      head.style.borderColor = colour(symbol.token);
      head.append(element('span', '', symbol.name));
      const change = element('td', '', percent(ys[index]));
      change.dataset.move = moveOf(ys[index]);
      row.append(head, element('td', '', symbol.format(point.values.get(symbol.code).price)), change);
      table.append(row);
    }
    this.tooltip.replaceChildren(table);
    const room = this.tooltip.offsetWidth + 14; // on the side of the past, where it hides no fresh value
    const left = at >= room ? at - room : Math.min(at + 14, this.canvas.clientWidth - room + 14);
    this.tooltip.style.transform = `translateX(${left}px)`;
  },

  listen() {
    const hover = (px) => {
      this.hoverX = this.points.length ? px : null;
      requestRender();
    };
    this.canvas.addEventListener('pointermove', (event) => hover(event.offsetX));
    this.canvas.addEventListener('pointerdown', (event) => hover(event.offsetX));
    this.canvas.addEventListener('pointerleave', () => hover(null));
    this.canvas.addEventListener('blur', () => hover(null));
    this.canvas.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') hover(null);
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!move || !this.points.length) return;
      event.preventDefault();
      const index = this.hoverX === null ? this.points.length - 1 : this.nearestIndex(this.hoverX) + move;
      hover(this.scale.x(this.points[Math.min(this.points.length - 1, Math.max(0, index))].ts));
    });
    for (const button of document.querySelectorAll('[data-base]')) {
      button.addEventListener('click', () => {
        this.base = button.dataset.base;
        for (const other of document.querySelectorAll('[data-base]')) other.setAttribute('aria-pressed', String(other === button));
        requestRender();
      });
    }
    new ResizeObserver(requestRender).observe(this.canvas);
  },
};

// ---------------------------------------------------------------- commands to copy

function prepareCommands() {
  const sse = new URL('sse', location.href).href;
  const ws = new URL('ws', location.href).href.replace(/^http/, 'ws');
  // An array entry is kept on one line where it fits: a flag stays with its value.
  const commands = {
    'cmd-curl': ['curl -N', sse],
    'cmd-wscat': ['npx wscat -c', ws],
    'cmd-load': ['java -jar load-client.jar', `--url ${sse}`, '--connections 500'],
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
