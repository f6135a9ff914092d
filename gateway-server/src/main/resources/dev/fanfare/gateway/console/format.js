/* Constants and formatting that console.js and chart.js share; loaded first, same global scope. */
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
