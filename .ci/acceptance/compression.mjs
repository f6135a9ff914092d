// Compressed streams, read by clients we did not write: curl, zstd, Python's zlib, and EventSource and WebSocket of Chromium.
import { execFileSync, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const COUNT = 30;
const texts = Array.from({ length: COUNT }, (_, n) =>
  JSON.stringify(n % 3 ? { n, text: 'Fanfare für alle '.repeat(20 + 10 * n) } : { n }));

async function publishAll(port, channel) {
  for (const text of texts) {
    const reply = await fetch(`http://127.0.0.1:${port}/publish/${channel}`, { method: 'POST', body: text });
    if (!reply.ok) throw new Error(`publish: ${reply.status} ${await reply.text()}`);
  }
}

function sameTexts(received, what) {
  if (received.length !== COUNT) throw new Error(`${what}: ${received.length} events instead of ${COUNT}`);
  received.forEach((text, n) => { if (text !== texts[n]) throw new Error(`${what}: event ${n} is ${text.slice(0, 60)}`); });
}

const dataOf = (stream) => [...stream.matchAll(/^data: (.*)$/gm)].map((found) => found[1]);

// Runs a shell command that reads a stream for three seconds, publishes meanwhile, and gives back what it wrote.
async function reads(port, channel, command, codes) {
  const child = spawn('bash', ['-c', `set -o pipefail; ${command}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  await sleep(1000);
  await publishAll(port, channel);
  const code = await ended;
  if (!codes.includes(code)) throw new Error(`exit code ${code}`);
  const text = Buffer.concat(chunks).toString('utf8');
  sameTexts(dataOf(text), command.split(' ')[0]);
  if (!text.includes(': heartbeat')) throw new Error('no heartbeat in the stream');
}

async function inChromium(launch, executablePath, port, coding) {
  const chrome = await launch(executablePath);
  try {
    const page = await chrome.newPage();
    const codings = [];
    page.on('response', (response) => response.url().includes('/sse') && codings.push(response.headers()['content-encoding']));
    await page.goto(`http://localhost:${port}/favicon.svg`);
    await page.evaluate(() => new Promise((resolve, reject) => {
      window.events = [];
      window.messages = [];
      const source = new EventSource('/sse?channels=browser');
      source.onmessage = (event) => window.events.push({ data: event.data, id: event.lastEventId, at: Date.now() });
      source.onerror = () => window.events.push({ data: 'error' });
      const socket = new WebSocket(`ws://${location.host}/ws?channels=browser&format=raw`);
      socket.onmessage = (event) => window.messages.push(event.data);
      socket.onerror = () => reject(new Error('no WebSocket'));
      window.socket = socket;
      socket.onopen = () => (source.readyState === 1 ? resolve() : (source.onopen = resolve));
    }));
    const begun = Date.now();
    await publishAll(port, 'browser');
    await page.waitForFunction((count) => window.events.length >= count && window.messages.length >= count, COUNT, { timeout: 20_000 });
    const { events, messages, extensions } = await page.evaluate(() =>
      ({ events: window.events, messages: window.messages, extensions: window.socket.extensions }));
    sameTexts(events.map((each) => each.data), 'EventSource');
    sameTexts(messages, 'WebSocket');
    if (!events.every((each) => /^\w{6}\.[\w-]{4,}$/.test(each.id))) throw new Error('an event without a cursor');
    if (events[0].at - begun > 2000) throw new Error(`the first event came after ${events[0].at - begun} ms`);
    if (!extensions.startsWith('permessage-deflate')) throw new Error(`extensions '${extensions}'`);
    if (codings[0] !== coding) throw new Error(`Content-Encoding ${codings[0]}`);
  } finally {
    await chrome.close();
  }
}

export async function compression({ check, has, launch, startGateway }) {
  const settings = (coding) => ['--set', 'ticker.source=off', '--set', `compression.sse=${coding}`, '--set', 'sse.heartbeat=1s'];
  const port = await startGateway(settings('all'));
  const url = (channel) => `http://127.0.0.1:${port}/sse?channels=${channel}`;
  await check('curl --compressed reads a gzip stream', () =>
    has('curl') ? reads(port, 'curl', `curl -sN --max-time 4 --compressed -H 'Accept-Encoding: gzip' '${url('curl')}'`, [28]) : 'no curl here');
  await check('curl --compressed reads a gzip stream over HTTP/2', () =>
    has('curl') && execFileSync('curl', ['--version'], { encoding: 'utf8' }).includes('HTTP2')
      ? reads(port, 'curl2', `curl -sN --max-time 4 --http2-prior-knowledge --compressed -H 'Accept-Encoding: gzip' '${url('curl2')}'`, [28])
      : 'no curl with HTTP/2 here');
  await check('curl --compressed reads a zstd stream', () =>
    has('curl') && execFileSync('curl', ['--version'], { encoding: 'utf8' }).includes('zstd')
      ? reads(port, 'curlz', `curl -sN --max-time 4 --compressed -H 'Accept-Encoding: zstd' '${url('curlz')}'`, [28]) : 'no curl with zstd here');
  await check('zstd -d reads a zstd stream', () =>
    has('curl') && has('zstd')
      ? reads(port, 'zstd', `(curl -sN --max-time 4 -H 'Accept-Encoding: zstd' '${url('zstd')}' || true) | zstd -dcq`, [0]) : 'no zstd here');
  await check('Python zlib reads a gzip stream', () =>
    has('python3') ? reads(port, 'python', `timeout 4 python3 -uc '
import sys, urllib.request, zlib
reply = urllib.request.urlopen(urllib.request.Request(sys.argv[1], headers={"Accept-Encoding": "gzip"}))
decoder = zlib.decompressobj(31)
while True:
    part = reply.read1(65536)
    sys.stdout.buffer.write(decoder.decompress(part))
    sys.stdout.buffer.flush()
' '${url('python')}'`, [124]) : 'no python3 here');
  const chromium = has('chromium');
  await check('EventSource (gzip) and WebSocket (permessage-deflate) in Chromium', () =>
    chromium ? inChromium(launch, chromium, port, 'gzip') : 'no chromium on this machine');
  await check('EventSource (zstd) in Chromium', async () =>
    chromium ? inChromium(launch, chromium, await startGateway(settings('zstd')), 'zstd') : 'no chromium on this machine');
}
