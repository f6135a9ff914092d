// Clients we did not write, against the jar: npm ws, EventSource and the page in Chromium, and both behind nginx with
// ops/nginx/fanfare.conf, of which one of two gateways is gone.
import { spawn, execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { chromium } from 'playwright-core';
import { compression } from './compression.mjs';

const root = path.resolve(import.meta.dirname ?? path.dirname(new URL(import.meta.url).pathname), '../..');
const scratch = mkdtempSync(path.join(tmpdir(), 'fanfare-'));
chmodSync(scratch, 0o755); // nginx workers are another user
const children = [];
const PROXY_PORT = 18081;
let failed = 0;
let skipped = 0;
let passed = 0;

const has = (program) => {
  try {
    return execFileSync('which', [program], { encoding: 'utf8' }).trim();
  } catch {
    return null;
  }
};

async function check(name, run) {
  try {
    const reason = await run();
    if (reason) { skipped++; console.log(`skipped  ${name}: ${reason}`); } else { passed++; console.log(`ok       ${name}`); }
  } catch (error) {
    failed++;
    console.log(`FAILED   ${name}: ${error.message}`);
  }
}

function inOrder(seqs, what) {
  seqs.forEach((seq, i) => {
    if (i && seq !== seqs[i - 1] + 1) throw new Error(`${what}: seq ${seqs[i - 1]} is followed by ${seq}`);
  });
}

const jar = `${root}/gateway-server/target/gateway-server.jar`;

async function startGateway(settings = ['--interval', '200ms'], listen = 0) {
  const gateway = spawn('java', ['-jar', jar, '--port', String(listen), '--host', '127.0.0.1',
    ...settings], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(gateway);
  let screen = '';
  const port = await new Promise((resolve) => {
    gateway.stdout.on('data', (text) => {
      screen += text;
      const found = /https?:\/\/127\.0\.0\.1:(\d+)\/metrics/.exec(screen);
      if (found) resolve(Number(found[1]));
    });
    gateway.on('exit', () => resolve(null));
  });
  if (port) return port;
  throw new Error(`the gateway ended:\n${screen}`);
}

function webSocketTicks(url, count) {
  return new Promise((resolve, reject) => {
    const seqs = [];
    const socket = new WebSocket(url, { handshakeTimeout: 5000 });
    const timer = setTimeout(() => reject(new Error(`only ${seqs.length} ticks in 20 s`)), 20_000);
    socket.on('error', reject);
    socket.on('message', (data, binary) => {
      if (binary) reject(new Error('a binary message'));
      seqs.push(JSON.parse(data).seq);
      if (seqs.length === count) { clearTimeout(timer); socket.close(1000); }
    });
    socket.on('close', (code) => (code === 1000 ? resolve(seqs) : reject(new Error(`closed with ${code}`))));
  });
}

async function sseTicks(url, count) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(new Error('no ticks in 20 s')), 20_000);
  const response = await fetch(url, { signal: abort.signal, headers: { Accept: 'text/event-stream' } });
  if (!response.headers.get('content-type').startsWith('text/event-stream')) throw new Error('wrong content type');
  let text = '';
  const seqs = [];
  for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
    text += part;
    const events = text.split('\n\n');
    text = events.pop();
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event);
      if (data) seqs.push(JSON.parse(data[1]).seq);
    }
    if (seqs.length >= count) break;
  }
  clearTimeout(timer);
  abort.abort();
  return seqs;
}

async function startNginx(port) {
  const nginx = has('nginx');
  if (!nginx) return null;
  const rendered = execFileSync(`${root}/ops/nginx/render`, ['nginx', '--dir', scratch, '--listen', `127.0.0.1:${PROXY_PORT}`,
    '--gateway', `127.0.0.1:${port}`, '--gateway', '127.0.0.1:9'], { encoding: 'utf8' }).trim(); // nothing listens on 9: left out
  const child = spawn(nginx, ['-c', rendered, '-e', `${scratch}/error.log`, '-g', 'daemon off;'], { stdio: 'inherit' });
  children.push(child);
  for (let i = 0; i < 50; i++) {
    await sleep(100);
    try { await fetch(`http://127.0.0.1:${PROXY_PORT}/health/live`); return PROXY_PORT; } catch { /* not yet */ }
  }
  throw new Error(`nginx does not answer: ${readFileSync(`${scratch}/error.log`, 'utf8')}`);
}

const launch = (executablePath, ...flags) => chromium.launch({ executablePath, args: [...flags, '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
  '--disable-background-networking', '--disable-component-update', '--disable-sync'] });

// A wire between browser and gateway that can be cut.
function startWire(port) {
  const sockets = new Set();
  const server = createServer((socket) => {
    const onward = connect(port, '127.0.0.1');
    sockets.add(socket);
    const end = () => { sockets.delete(socket); socket.destroy(); onward.destroy(); };
    for (const each of [socket, onward]) each.on('error', end).on('close', end);
    socket.pipe(onward).pipe(socket);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve({
    port: server.address().port,
    cut: () => sockets.forEach((socket) => socket.destroy()),
    close: () => { sockets.forEach((socket) => socket.destroy()); server.close(); },
  })));
}

async function resumes(port) {
  const executablePath = has('chromium');
  if (!executablePath) return 'no chromium on this machine';
  const channels = ['chat:a', 'chat:b', 'news:c'];
  const publish = async (channel, n) => {
    const reply = await fetch(`http://127.0.0.1:${port}/publish/${channel}`, { method: 'POST', body: JSON.stringify({ n }) });
    if (!reply.ok) throw new Error(`publish: ${reply.status} ${await reply.text()}`);
  };
  const wire = await startWire(port);
  const chrome = await launch(executablePath);
  try {
    const page = await chrome.newPage();
    await page.goto(`http://127.0.0.1:${wire.port}/favicon.svg`);
    await page.evaluate((list) => new Promise((resolve) => {
      window.seen = [];
      window.opened = 0;
      const source = new EventSource(`/sse?format=json&channels=${list}`);
      source.onopen = () => { window.opened++; resolve(); };
      source.onmessage = (event) => window.seen.push(JSON.parse(event.data));
      source.addEventListener('gap', () => window.seen.push({ channel: 'gap' }));
    }), channels.join(','));
    for (let n = 1; n <= 60; n++) {
      await publish(channels[n % 3], n);
      if (n === 20) { await sleep(300); wire.cut(); } // the next publications pass while the browser waits to come back
    }
    await page.waitForFunction(() => window.seen.length >= 60, null, { timeout: 20_000 });
    const { seen, opened } = await page.evaluate(() => ({ seen: window.seen, opened: window.opened }));
    if (opened < 2) throw new Error('the connection was never cut');
    if (seen.length !== 60) throw new Error(`${seen.length} events instead of 60`);
    for (const channel of channels) {
      const got = seen.filter((each) => each.channel === channel).map((each) => each.data.n);
      const sent = Array.from({ length: 60 }, (_, i) => i + 1).filter((n) => channels[n % 3] === channel);
      if (String(got) !== String(sent)) throw new Error(`${channel}: ${got} instead of ${sent}`);
    }
  } finally {
    await chrome.close();
    wire.close();
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

// A gateway with TLS whose certificate nobody signed, and a browser page on it.
async function secure(run, ...settings) {
  const executablePath = has('chromium');
  if (!executablePath) return 'no chromium on this machine';
  if (!has('openssl')) return 'no openssl to make a certificate with';
  const [certificate, key] = [`${scratch}/certificate.pem`, `${scratch}/key.pem`];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2', '-subj',
    '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
  const [port, plain] = [await freePort(), await freePort()];
  await startGateway([`tls.plain-port=${plain}`, `tls.certificate=${certificate}`, `tls.key=${key}`,
    'ticker.interval=200ms',
    'namespaces.ticks.conflate=false', 'namespaces.ticks.history-size=100', // a busy machine is late, but skips nothing
    `origins.allowed=https://localhost:${port}`, ...settings].flatMap((setting) => ['--set', setting]), port);
  const chrome = await launch(executablePath, '--ignore-certificate-errors');
  try {
    const page = await (await chrome.newContext({ ignoreHTTPSErrors: true })).newPage();
    await run({ page, port, plain });
  } finally {
    await chrome.close();
  }
}

// In the page: data of the first event, or the word "refused".
const firstEvent = (page, url, options) => page.evaluate(([from, how]) => new Promise((resolve, reject) => {
  const source = new EventSource(from, how);
  const timer = setTimeout(() => reject(new Error(`nothing from ${from}`)), 20_000);
  const done = (what) => { clearTimeout(timer); source.close(); resolve(what); };
  source.onmessage = (event) => done(event.data);
  source.onerror = () => source.readyState === EventSource.CLOSED && done('refused');
}), [url, options]);

// As many streams as HTTP/1.1 would not allow, all in one page on one origin: a browser opens six connections for them.
const manyStreams = () => secure(async ({ page, port }) => {
  await page.goto(`https://127.0.0.1:${port}/favicon.svg`);
  const { seqs, protocol } = await page.evaluate(async () => {
    const streams = Array.from({ length: 20 }, () => new Promise((resolve, reject) => {
      const source = new EventSource('/sse');
      const seen = [];
      setTimeout(() => reject(new Error(`a stream has only ${seen.length} events`)), 20_000);
      source.onmessage = (event) => seen.push(JSON.parse(event.data).seq) === 10 && resolve(seen);
    }));
    const all = await Promise.all(streams);
    await (await fetch('/health/live')).text();
    let entry;
    for (let i = 0; i < 50 && !entry; i++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      entry = performance.getEntriesByType('resource').find((each) => each.name.endsWith('/health/live'));
    }
    return { seqs: all, protocol: entry?.nextHopProtocol };
  });
  if (protocol !== 'h2') throw new Error(`the browser speaks ${protocol}`);
  seqs.forEach((seen) => inOrder(seen, 'EventSource over HTTP/2'));
});

const webSocketOverTls = () => secure(async ({ page, port }) => {
  await page.goto(`https://127.0.0.1:${port}/favicon.svg`);
  inOrder(await page.evaluate(() => new Promise((resolve, reject) => {
    const socket = new WebSocket(`wss://${location.host}/ws`);
    const seen = [];
    setTimeout(() => reject(new Error(`only ${seen.length} messages`)), 20_000);
    socket.onmessage = (message) => seen.push(JSON.parse(message.data).seq) === 10 && resolve(seen);
    socket.onclose = (event) => reject(new Error(`closed with ${event.code}`));
  })), 'wss');
});

const otherOrigins = () => secure(async ({ page, port, plain }) => {
  await page.goto(`https://localhost:${port}/health/live`); // the origin that is listed; a page without a policy of its own
  if (!(await firstEvent(page, `https://127.0.0.1:${port}/sse`)).includes('"seq"')) throw new Error('no tick for the listed origin');
  await page.goto(`http://localhost:${plain}/health/live`);
  const foreign = await firstEvent(page, `https://127.0.0.1:${port}/sse`);
  if (foreign !== 'refused') throw new Error(`an origin that is not listed heard ${foreign}`);
  const socket = await page.evaluate((url) => new Promise((resolve) => {
    const opened = new WebSocket(url);
    opened.onopen = () => resolve('open');
    opened.onclose = () => resolve('refused');
  }), `ws://127.0.0.1:${plain}/ws`);
  if (socket !== 'refused') throw new Error('a WebSocket of an origin that is not listed was opened');
});

// EventSource can send no header: a token comes in the query, or in a cookie, which only the gateway's own pages and listed ones may use.
const TOKEN_SECRET = 'a-secret-of-the-acceptance-test-0123456789';
const tokens = () => secure(async ({ page, port }) => {
  const token = execFileSync('java', ['-jar', jar, 'token', 'create', '--sub', '42', '--ttl', '1h'],
    { encoding: 'utf8', env: { ...process.env, FANFARE_AUTH_HMAC_SECRET: TOKEN_SECRET } }).trim();
  const here = `https://localhost:${port}`;
  await page.goto(`${here}/health/live`);
  if (await firstEvent(page, '/sse') !== 'refused') throw new Error('somebody without a token was let in');
  if (await firstEvent(page, '/sse?token=no.such.token') !== 'refused') throw new Error('a bad token was let in');
  if (!(await firstEvent(page, `/sse?token=${token}`)).includes('"seq"')) throw new Error('no tick with a token in the query');
  await page.context().addCookies([{ name: 'fanfare_token', value: token, domain: 'localhost', path: '/', sameSite: 'None', secure: true }]);
  if (!(await firstEvent(page, '/sse')).includes('"seq"')) throw new Error('no tick with a token in a cookie');
  await page.goto(`https://127.0.0.1:${port}/health/live`); // another origin, and one that is not listed
  if (await firstEvent(page, `${here}/sse`, { withCredentials: true }) !== 'refused') throw new Error('a foreign page used the cookie');
}, `auth.hmac-secret=${TOKEN_SECRET}`);

async function browser(url) {
  const executablePath = has('chromium');
  if (!executablePath) return 'no chromium on this machine';
  const chrome = await launch(executablePath);
  try {
    const page = await chrome.newPage();
    const complaints = [];
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(url);
    const seqs = await page.evaluate(() => new Promise((resolve, reject) => {
      const source = new EventSource('sse');
      const seen = [];
      setTimeout(() => reject(new Error(`only ${seen.length} events`)), 20_000);
      source.onmessage = (event) => {
        if (!/^\w{6}\.[\w-]{4,}$/.test(event.lastEventId)) reject(new Error(`id ${event.lastEventId} is no cursor`));
        if (seen.push(JSON.parse(event.data).seq) === 10) { source.close(); resolve(seen); }
      };
    }));
    inOrder(seqs, 'EventSource');
    await page.waitForFunction(() => /\b[1-9]\d*\b/.test(document.body.innerText.match(/WebSocket[\s\S]*/)?.[0] ?? ''), null, { timeout: 20_000 });
    const open = await page.evaluate(() => (document.body.innerText.match(/\bopen\b/g) ?? []).length);
    if (open < 2) throw new Error('the page does not show both streams open');
    if (complaints.length) throw new Error(`the browser complains: ${complaints.join('; ')}`);
  } finally {
    await chrome.close();
  }
}

try {
  const port = await startGateway();
  await check('npm ws receives ticks in order', async () => inOrder(await webSocketTicks(`ws://127.0.0.1:${port}/ws`, 15), 'ws'));
  await check('fetch reads the SSE stream in order', async () => inOrder(await sseTicks(`http://127.0.0.1:${port}/sse`, 15), 'sse'));
  await check('EventSource and the page in Chromium', () => browser(`http://127.0.0.1:${port}/`));
  await check('EventSource in Chromium resumes over three channels after its connection was cut', () => resumes(port));
  await check('twenty EventSources in one page over TLS and HTTP/2', manyStreams);
  await check('a WebSocket in Chromium over TLS', webSocketOverTls);
  await check('Chromium lets pages of the listed origin in, and no others', otherOrigins);
  await check('tokens in query and cookie in Chromium', tokens);
  const proxy = await startNginx(port);
  await check('npm ws through nginx', async () =>
    proxy ? inOrder(await webSocketTicks(`ws://127.0.0.1:${proxy}/ws`, 15), 'ws') : 'no nginx on this machine');
  await check('SSE through nginx', async () =>
    proxy ? inOrder(await sseTicks(`http://127.0.0.1:${proxy}/sse`, 15), 'sse') : 'no nginx on this machine');
  await compression({ check, has, launch, startGateway });
} finally {
  children.reverse().forEach((child) => child.kill('SIGTERM'));
  await sleep(500);
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed ? 1 : 0);
