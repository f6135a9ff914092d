/* Canvas helpers, the price chart and its legend; loaded between format.js and console.js, same global scope. */
'use strict';

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
