// The `ws` package as its users would write a broadcast: no compression, one Buffer for everybody.
// Usage: node server.js PORT
'use strict';
const { WebSocketServer } = require('ws');

const QUOTES =
  '"quotes":[{"symbol":"005930","price":71200,"change":0.25,"volume":1234567},' +
  '{"symbol":"000660","price":198500,"change":-0.75,"volume":2345678},' +
  '{"symbol":"035420","price":187300,"change":1.10,"volume":345678}]}';

const server = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.argv[2]),
  perMessageDeflate: false,
  backlog: 8192,
});
let seq = 0;
setInterval(() => {
  const tick = Buffer.from(`{"seq":${++seq},"ts":${Date.now()},${QUOTES}`);
  for (const client of server.clients) client.send(tick, { binary: false });
}, 1000);
