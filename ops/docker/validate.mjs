// validate.mjs PART: what no schema knows of ops/docker/compose.yml. Run by ops/docker/check.
//   env         prints the environment of the gateway, a NAME=VALUE a line
//   check FILE  checks files, limits and times; FILE is what `gateway-server.jar check-config` prints in that environment, '' if nobody can
import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'yaml';

const here = new URL('./', import.meta.url);
const { services } = parse(readFileSync(new URL('compose.yml', here), 'utf8'), { merge: true });
const { gateway, nginx } = services;
if (process.argv[2] === 'env') {
  for (const [name, value] of Object.entries(gateway.environment)) console.log(`${name}=${value}`);
  process.exit(0);
}

let wrong = 0;
function check(what, complaints) {
  complaints = complaints.filter(Boolean);
  wrong += complaints.length;
  console.log(complaints.length ? `WRONG  ${what}: ${complaints.join('; ')}` : `ok     ${what}`);
}
const seconds = (text) => Number.parseFloat(text) * { ms: 0.001, s: 1, m: 60, h: 3600 }[/[a-z]+$/.exec(text)[0]];

const mounts = Object.values(services).flatMap((service) => service.volumes ?? []).map((volume) => volume.split(':')[0]);
const files = mounts.filter((source) => source.startsWith('.'));
check(`compose: the ${files.length} files it mounts are there`, files.map((file) => !existsSync(new URL(file, here)) && `${file} is missing`));
check('compose: every service has a health check and a limit of memory', Object.entries(services).flatMap(([name, service]) => [
  !service.healthcheck && `${name} has no health check`,
  !service.deploy?.resources?.limits?.memory && `${name} may use all memory`,
]));
check('compose: the gateway has no rights', [
  gateway.user !== '10001:10001' && 'runs as somebody else',
  !gateway.read_only && 'may write to its file system',
  gateway.cap_drop?.[0] !== 'ALL' && 'has capabilities',
  !gateway.security_opt?.includes('no-new-privileges:true') && 'may gain rights',
]);

const conf = readFileSync(new URL('../nginx/fanfare.conf', here), 'utf8');
const descriptors = Number(/worker_rlimit_nofile (\d+)/.exec(conf)[1]);
check(`compose: nginx may open ${nginx.ulimits.nofile} files, fanfare.conf asks for ${descriptors} a worker`,
  [!(nginx.ulimits.nofile >= descriptors) && 'too few']);
if (process.argv[3]) {
  const settings = new Map([...readFileSync(process.argv[3], 'utf8').matchAll(/^(\S+) +(\S+)/gm)].map((line) => [line[1], line[2]]));
  const most = Number(settings.get('limits.max-connections'));
  check(`compose: ${most} connections under an open-file limit of ${gateway.ulimits.nofile}`, [!(most + 256 <= gateway.ulimits.nofile) && 'too low']);
  const parts = ['drain.notice', 'drain.timeout', 'websocket.close-timeout'].map((key) => seconds(settings.get(key)));
  const need = parts.reduce((sum, part) => sum + part);
  const grace = seconds(gateway.stop_grace_period);
  check(`compose: drain ${parts.join(' + ')} = ${need} s of ${grace} s, nginx stays ${nginx.stop_grace_period}`, [
    !(need + 5 <= grace) && 'leaves less than 5 s to end',
    !(grace <= seconds(nginx.stop_grace_period)) && 'nginx leaves before the gateway',
    nginx.stop_signal !== 'SIGQUIT' && 'nginx does not wait for its streams',
  ]);
}
process.exit(wrong ? 1 : 0);
