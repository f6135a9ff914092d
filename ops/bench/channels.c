// channels: publishes to many channels over HTTP and reads them as SSE, to see how many publications a server takes, how late it
// answers and how late they arrive.
//
//   cc -O2 -o channels channels.c
//   ./channels -p PORT [-n 1000] [-c 1] [-k 1000] [-r 0] [-u bulk|publish] [-b 200] [-o 4] [-q 4] [-s 256] [-W 5] [-w 10] [-H 0] [-P PID]
//
//   -n connections that subscribe   -c channels of each       -k channels in all: connection i hears i*c … i*c+c-1, modulo k
//   -r publications a second, evenly; 0: as many as are taken -u bulk (POST /api/bulk) or publish (POST /api/publish)
//   -b publications in a bulk       -o requests pipelined on each connection         -q connections that publish
//   -s bytes of data                -W seconds to warm up     -w seconds to measure  -H only hold the connections, seconds
//   -P process whose CPU time is told
//
// Publications go to random channels. Latencies count from the time a publication was due, not from when it could be sent. The
// last line is one JSON object; lost: deliveries that were due from accepted publications and had not come two seconds after the end.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 64, BUCKETS = 100000, BUFFER = 1 << 20, PER_ADDRESS = 20000 };

static const double EPOCH = 1e15; // so that all times have 16 digits, and none a zero in front

typedef struct {
  int fd, outstanding, first, length;
  double at[MOST]; // when each request was due
  char *in;
} publisher;

typedef struct {
  int fd, have;
  char kept[48]; // the beginning of an event whose end has not come
} subscriber;

static int port = 8080, subscribers = 1000, each = 1, channels = 1000, batch = 200, pipelined = 4, publishers = 4;
static int payload = 256, warm_up = 5, seconds = 10, hold, pid, bulk = 1;
static double rate, begin, stop; // measured is what was due between begin and stop
static long sent, accepted, refused, delivered, due, busy;
static uint32_t reply_at[BUCKETS], event_at[BUCKETS]; // by tenths of a millisecond
static int *hearers;                                  // subscribers of each channel
static char pad[65536];

static void die(const char *what) {
  perror(what);
  exit(1);
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static double cpu(int of, int system_only) {
  char path[64], text[1024];
  unsigned long user, system;
  snprintf(path, sizeof path, "/proc/%d/stat", of);
  FILE *f = fopen(path, "r");
  if (!f) return 0;
  text[fread(text, 1, sizeof text - 1, f)] = 0;
  fclose(f);
  char *at = strrchr(text, ')');
  if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) return 0;
  return (double)(system + (system_only ? 0 : user)) / sysconf(_SC_CLK_TCK);
}

static int counts(double when) { return when >= begin && when < stop; }

static void count(uint32_t *buckets, double late) {
  long i = late < 0 ? 0 : (long)(late * 10000);
  buckets[i >= BUCKETS ? BUCKETS - 1 : i]++;
}

static double percentile(const uint32_t *buckets, double share) {
  uint64_t all = 0, seen = 0;
  for (int i = 0; i < BUCKETS; i++) all += buckets[i];
  for (int i = 0; i < BUCKETS && all; i++)
    if ((seen += buckets[i]) >= all * share) return (i + 1) / 10.0;
  return 0;
}

static int dial(int number) {
  int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (fd < 0) die("socket");
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + number / PER_ADDRESS);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
  if (bind(fd, (void *)&from, sizeof from) || connect(fd, (void *)&to, sizeof to)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}

static void send_all(int fd, const char *bytes, size_t n) {
  while (n) {
    ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL);
    if (k < 0 && errno != EAGAIN) die("send");
    if (k < 0) {
      usleep(50);
      continue;
    }
    bytes += k;
    n -= k;
  }
}

// {"channel":"s:N","data":{"ts":MICROSECONDS,"pad":"…"}} with as many bytes of data as were asked for.
static int one(char *to, double when) {
  int channel = random() % channels, n = sprintf(to, "{\"channel\":\"s:%d\",\"data\":", channel), data = n;
  n += sprintf(to + n, "{\"ts\":%.0f,\"pad\":\"", EPOCH + when * 1e6);
  int left = payload - (n - data) - 2;
  if (left > 0) {
    memcpy(to + n, pad, left);
    n += left;
  }
  if (counts(when)) due += hearers[channel];
  return n + sprintf(to + n, "\"}}");
}

static void publish(publisher *p, double when) {
  static char body[BUFFER], request[BUFFER + 256];
  int n = 0;
  for (int i = 0; i < batch; i++) {
    n += one(body + n, when);
    if (bulk) body[n++] = '\n';
  }
  int head = sprintf(request, "POST /api/%s HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", bulk ? "bulk" : "publish", n);
  memcpy(request + head, body, n);
  p->at[(p->first + p->outstanding++) % MOST] = when;
  send_all(p->fd, request, head + n);
  if (counts(when)) sent += batch;
}

static void reply(publisher *p, char *text, int status) {
  static int told;
  double when = p->at[p->first];
  int good = 0;
  if ((status != 200 || !strstr(text, "\"offset\"")) && !told++) fprintf(stderr, "not published, %d: %.300s\n", status, text);
  if (status == 200)
    for (char *at = text; (at = strstr(at, "\"offset\"")); at++) good++;
  if (counts(when)) {
    busy += status == 429 || status == 503;
    accepted += good;
    refused += batch - good;
    count(reply_at, now() - when);
  }
  p->first = (p->first + 1) % MOST;
  p->outstanding--;
}

static void replies(publisher *p) {
  ssize_t k = read(p->fd, p->in + p->length, BUFFER - p->length);
  if (k < 0 && errno == EAGAIN) return;
  if (k <= 0) die("a publishing connection was closed");
  p->length += k;
  p->in[p->length] = 0;
  char *at = p->in;
  for (;;) {
    char *end = strstr(at, "\r\n\r\n"), *field = strcasestr(at, "content-length:");
    if (!end || !field || field > end) break;
    char *next = end + 4 + atoi(field + 15), keep;
    if (next > p->in + p->length) break;
    keep = *next;
    *next = 0;
    reply(p, end, atoi(at + 9));
    *next = keep;
    at = next;
  }
  p->length -= at - p->in;
  memmove(p->in, at, p->length + 1);
}

static void events(subscriber *s) {
  static const char mark[] = "data: {\"ts\":";
  static char in[65536 + 64];
  enum { MARK = sizeof mark - 1, WHOLE = MARK + 17 };
  memcpy(in, s->kept, s->have);
  ssize_t k = read(s->fd, in + s->have, 65536);
  if (k < 0 && errno == EAGAIN) return;
  if (k <= 0) die("a subscriber was closed");
  char *at = in, *end = in + s->have + k, *hit;
  double t = now();
  while ((hit = memmem(at, end - at, mark, MARK)) && end - hit >= WHOLE) {
    double when = (strtod(hit + MARK, NULL) - EPOCH) / 1e6;
    if (counts(when) && ++delivered) count(event_at, t - when);
    at = hit + WHOLE;
  }
  char *rest = hit ? hit : end - at < MARK - 1 ? at : end - (MARK - 1);
  s->have = end - rest;
  memmove(s->kept, rest, s->have);
}

static void subscribe(subscriber *s, int i) {
  static char request[1 << 18];
  int n = sprintf(request, "GET /sse?channels=");
  for (int j = 0; j < each; j++) {
    int channel = ((long)i * each + j) % channels;
    hearers[channel]++;
    n += sprintf(request + n, "%ss:%d", j ? "," : "", channel);
  }
  n += sprintf(request + n, " HTTP/1.1\r\nHost: localhost\r\n\r\n");
  s->fd = dial(i);
  send_all(s->fd, request, n);
  fcntl(s->fd, F_SETFL, O_NONBLOCK);
}

static void watch(int epoll, int fd, uint64_t number) {
  struct epoll_event e = {.events = EPOLLIN, .data.u64 = number};
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e)) die("epoll_ctl");
}

static void options(int argc, char **argv) {
  for (int o; (o = getopt(argc, argv, "p:n:c:k:r:u:b:o:q:s:W:w:H:P:")) > 0;) switch (o) {
      case 'p': port = atoi(optarg); break;
      case 'n': subscribers = atoi(optarg); break;
      case 'c': each = atoi(optarg); break;
      case 'k': channels = atoi(optarg); break;
      case 'r': rate = atof(optarg); break;
      case 'u': bulk = !strcmp(optarg, "bulk"); break;
      case 'b': batch = atoi(optarg); break;
      case 'o': pipelined = atoi(optarg); break;
      case 'q': publishers = atoi(optarg); break;
      case 's': payload = atoi(optarg); break;
      case 'W': warm_up = atoi(optarg); break;
      case 'w': seconds = atoi(optarg); break;
      case 'H': hold = atoi(optarg); break;
      case 'P': pid = atoi(optarg); break;
      default: fprintf(stderr, "see the head of channels.c\n"); exit(2);
    }
  if (!bulk) batch = 1;
  if (pipelined < 1 || pipelined > MOST || each > 5000 || channels < 1 || payload > 60000 || (long)batch * (payload + 64) > BUFFER) {
    fprintf(stderr, "more than the client is made for\n");
    exit(2);
  }
}

int main(int argc, char **argv) {
  options(argc, argv);
  memset(pad, 'x', sizeof pad);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  hearers = calloc(channels, sizeof *hearers);
  subscriber *subs = calloc(subscribers + 1, sizeof *subs);
  publisher *pubs = calloc(publishers + 1, sizeof *pubs);
  int epoll = epoll_create1(0);
  for (int i = 0; i < subscribers; i++) {
    subscribe(&subs[i], i);
    watch(epoll, subs[i].fd, i);
  }
  if (hold) {
    printf("{\"open\":%d}\n", subscribers);
    fflush(stdout);
    sleep(hold);
    return 0;
  }
  for (int i = 0; i < publishers; i++) {
    pubs[i].fd = dial(0);
    pubs[i].in = malloc(BUFFER + 1);
    fcntl(pubs[i].fd, F_SETFL, O_NONBLOCK);
    watch(epoll, pubs[i].fd, subscribers + i);
  }
  sleep(2); // subscriptions settle
  struct epoll_event ready[512];
  double next = now(), used = 0, system = 0, own = 0;
  int measuring = 0;
  begin = next + warm_up + 0.00037; // never the very moment a publication is due
  stop = begin + seconds;
  for (double t = now(); t < stop + 2; t = now()) {
    if (!measuring && t >= begin && t < stop) {
      measuring = 1;
      used = cpu(pid, 0), system = cpu(pid, 1), own = cpu(getpid(), 0);
    }
    for (int i = 0, full = 0; t < stop && full < publishers && (!rate || next <= t); i = (i + 1) % publishers) {
      if (pubs[i].outstanding == pipelined) {
        full++;
        continue;
      }
      full = 0;
      publish(&pubs[i], rate ? next : now());
      if (rate) next += batch / rate;
      else break;
    }
    int k = epoll_wait(epoll, ready, 512, 1);
    for (int i = 0; i < k; i++) {
      long n = ready[i].data.u64;
      if (n < subscribers) events(&subs[n]);
      else replies(&pubs[n - subscribers]);
    }
    if (t >= stop && used >= 0) {
      used = cpu(pid, 0) - used, system = cpu(pid, 1) - system, own = cpu(getpid(), 0) - own;
      printf("{\"cpu_s\":%.2f,\"system_s\":%.2f,\"client_s\":%.2f,", used, system, own);
      used = -1;
    }
  }
  printf("\"connections\":%d,\"channels_each\":%d,\"channels\":%d,\"route\":\"%s\",\"batch\":%d,\"payload\":%d,\"publishers\":%d,\"pipelined\":%d,"
         "\"asked_rate\":%.0f,\"seconds\":%d,\"sent\":%ld,\"accepted\":%ld,\"refused\":%ld,\"busy_replies\":%ld,\"due\":%ld,\"delivered\":%ld,\"lost\":%ld,"
         "\"reply_ms_p50\":%.1f,\"reply_ms_p99\":%.1f,\"event_ms_p50\":%.1f,\"event_ms_p99\":%.1f}\n",
         subscribers, each, channels, bulk ? "/api/bulk" : "/api/publish", batch, payload, publishers, pipelined, rate, seconds, sent, accepted, refused, busy,
         due, delivered, refused ? -1 : due - delivered, percentile(reply_at, .5), percentile(reply_at, .99), percentile(event_at, .5), percentile(event_at, .99));
  return 0;
}
