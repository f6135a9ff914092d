// validate.mjs FILE SETTINGS: reads manifests (YAML, as kubectl kustomize prints them) and checks them without a cluster:
//  - each against the OpenAPI schema of its kind (npm kubernetes-models), and no field that the schema does not know
//  - what refers to something finds it: selectors, ports, config map, scale target
//  - the times and numbers of docs/containers.md add up; SETTINGS is what `gateway-server.jar check-config` prints, '' to leave that out
// Prints a line per thing checked; exit code 1 if one is wrong.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

const SCHEMAS = {
  'v1/ConfigMap': 'kubernetes-models/_schemas/IoK8sApiCoreV1ConfigMap.js',
  'v1/Service': 'kubernetes-models/_schemas/IoK8sApiCoreV1Service.js',
  'apps/v1/Deployment': 'kubernetes-models/_schemas/IoK8sApiAppsV1Deployment.js',
  'policy/v1/PodDisruptionBudget': 'kubernetes-models/_schemas/IoK8sApiPolicyV1PodDisruptionBudget.js',
  'autoscaling/v2/HorizontalPodAutoscaler': 'kubernetes-models/_schemas/IoK8sApiAutoscalingV2HorizontalPodAutoscaler.js',
  'monitoring.coreos.com/v1/ServiceMonitor':
    '@kubernetes-models/prometheus-operator/_schemas/ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoringV1ServiceMonitor.js',
};
let wrong = 0;

function check(what, complaints) {
  complaints = complaints.filter(Boolean);
  wrong += complaints.length;
  console.log(complaints.length ? `WRONG  ${what}: ${complaints.join('; ')}` : `ok     ${what}`);
}

// The schemas come as compiled code that lets unknown fields pass, but it reads every field it knows: so see which it reads.
function watched(value, seen) {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item) => watched(item, seen));
  const copy = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, watched(item, seen)]));
  seen.set(copy, new Set());
  return new Proxy(copy, {
    get(target, key) {
      seen.get(target).add(key);
      return target[key];
    },
  });
}

async function complaintsOf(object) {
  const file = SCHEMAS[`${object.apiVersion}/${object.kind}`];
  if (!file) return [`no schema for ${object.apiVersion}/${object.kind} in validate.mjs`];
  const { validate } = await import(new URL(`node_modules/${file}`, import.meta.url));
  const seen = new Map();
  const watch = watched(object, seen);
  const complaints = validate(watch) ? [] : validate.errors.map((e) => `${e.instancePath} ${e.keyword} ${JSON.stringify(e.params)}`);
  const byValue = [...seen].map(([copy, keys]) => [Object.keys(copy), keys]);
  return complaints.concat(byValue.flatMap(([has, read]) => has.filter((key) => !read.has(key)).map((key) => `unknown field ${key}`)));
}

const matches = (selector, labels) => Object.entries(selector ?? {}).length > 0
  && Object.entries(selector).every(([key, value]) => labels?.[key] === value);
const seconds = (text) => Number.parseFloat(text) * { ms: 0.001, s: 1, m: 60, h: 3600 }[/[a-z]+$/.exec(text)[0]];

const objects = parseAllDocuments(readFileSync(process.argv[2], 'utf8')).map((document) => document.toJS());
const one = (kind) => objects.find((object) => object.kind === kind) ?? {};
for (const object of objects) check(`${object.kind} ${object.metadata.name}: schema`, await complaintsOf(object));

const deployment = one('Deployment');
const labels = deployment.spec.template.metadata.labels;
const pod = deployment.spec.template.spec;
const [gateway] = pod.containers;
const portNames = gateway.ports.map((port) => port.name);
const service = one('Service');
const monitor = one('ServiceMonitor');
const scaler = one('HorizontalPodAutoscaler');

// A check that lets everything pass would look the same as one that works.
const broken = structuredClone(deployment);
broken.spec.template.spec.containers[0].securityContext.readOnlyRootFileSystem = true;
broken.spec.template.spec.containers[0].imagePullPolicy = 'Sometimes';
const found = (await complaintsOf(broken)).join();
check('a misspelt field and a wrong value are noticed', [
  !found.includes('unknown field readOnlyRootFileSystem') && 'readOnlyRootFileSystem passed',
  !found.includes('/imagePullPolicy enum') && 'imagePullPolicy: Sometimes passed',
]);

check('what refers to something finds it', [
  !matches(deployment.spec.selector.matchLabels, labels) && 'the selector of the Deployment does not select its pods',
  !matches(service.spec.selector, labels) && 'the selector of the Service does not select the pods',
  !matches(one('PodDisruptionBudget').spec.selector.matchLabels, labels) && 'the disruption budget does not select the pods',
  ...pod.topologySpreadConstraints.map((c) => !matches(c.labelSelector.matchLabels, labels) && `${c.topologyKey} does not select the pods`),
  ...service.spec.ports.map((port) => !portNames.includes(port.targetPort) && `no port ${port.targetPort}`),
  ...['startupProbe', 'readinessProbe', 'livenessProbe'].map((p) => !portNames.includes(gateway[p].httpGet.port) && `${p}: no such port`),
  ...gateway.envFrom.map((from) => !objects.some((o) => o.kind === 'ConfigMap' && o.metadata.name === from.configMapRef.name) && 'no such ConfigMap'),
  (scaler.spec.scaleTargetRef.kind !== 'Deployment' || scaler.spec.scaleTargetRef.name !== deployment.metadata.name) && 'the autoscaler scales something else',
  !matches(monitor.spec.selector.matchLabels, service.metadata.labels) && 'the ServiceMonitor does not select the Service',
  service.metadata.labels[monitor.spec.jobLabel] !== 'fanfare' && 'the ServiceMonitor does not give job="fanfare"',
  ...monitor.spec.endpoints.map((e) => !service.spec.ports.some((port) => port.name === e.port) && `ServiceMonitor: no port ${e.port}`),
]);

const context = { ...pod.securityContext, ...gateway.securityContext };
check('the container has no rights', [
  !context.runAsNonRoot && 'may be root',
  !context.readOnlyRootFilesystem && 'may write to its file system',
  context.allowPrivilegeEscalation !== false && 'may gain rights',
  context.capabilities?.drop?.[0] !== 'ALL' && 'has capabilities',
  context.capabilities?.add && 'adds capabilities',
  context.seccompProfile?.type !== 'RuntimeDefault' && 'has no seccomp profile',
  pod.enableServiceLinks !== false && 'service links would be settings the gateway does not know',
]);

if (process.argv[3]) {
  const settings = new Map([...readFileSync(process.argv[3], 'utf8').matchAll(/^(\S+) +(\S+)/gm)].map((line) => [line[1], line[2]]));
  const preStop = Number(gateway.lifecycle.preStop.exec.command[1]);
  const parts = [preStop, ...['drain.notice', 'drain.timeout', 'websocket.close-timeout'].map((key) => seconds(settings.get(key)))];
  const need = parts.reduce((sum, part) => sum + part);
  const grace = pod.terminationGracePeriodSeconds;
  check(`drain: preStop ${parts.join(' + ')} = ${need} s of ${grace} s`, [!(need + 10 <= grace) && 'leaves less than 10 s to end']);

  const most = Number(settings.get('limits.max-connections'));
  const usual = Number(scaler.spec.metrics[0].pods.target.averageValue);
  const pods = scaler.spec.minReplicas;
  const oneLess = usual * pods / (pods - 1);
  check(`one of ${pods} pods away: ${oneLess} connections on each other one, at most ${most}`, [!(oneLess <= most) && 'too many']);
  const atRate = most / Number(settings.get('drain.rate'));
  check(`draining ${most} at ${settings.get('drain.rate')}/s takes ${atRate} s of ${settings.get('drain.timeout')}`,
    [!(atRate <= seconds(settings.get('drain.timeout'))) && 'the rate would be exceeded']);

  // Heap: 20 % by the image's flags. The demands per connection are those of docs/doctor.md.
  const mebibytes = Number(/^(\d+)Mi$/.exec(gateway.resources.limits.memory)[1]);
  const heap = mebibytes * 0.2;
  const heapNeed = 64 + most * 2.5 / 1024;
  const all = Math.ceil(heap + 64 + most * 0.5 / 1024 + 192 + most * 13 / 1024);
  check(`memory: ${most} connections need ${Math.ceil(heapNeed)} of ${Math.floor(heap)} MiB heap, ${all} of ${mebibytes} MiB in all`,
    [!(heapNeed <= heap) && 'the heap is too small', !(all <= mebibytes) && 'the container is too small',
      gateway.resources.requests.memory !== gateway.resources.limits.memory && 'asks for less memory than it may use']);
}
process.exit(wrong ? 1 : 0);
