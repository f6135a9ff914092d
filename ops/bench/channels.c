// channels: publishes to many channels over the bulk API and reads them as SSE, to see how many publications a gateway takes and how late they arrive.
//
//   cc -O2 -o channels channels.c
//   ./channels -p PORT [-n subscribers] [-c channels each] [-k channels] [-r publications/s, 0 = as many as are taken] [-b lines per request]
//              [-s payload bytes] [-w seconds] [-P pid]
//
// Subscriber i hears the channels i*c … i*c+c-1 (modulo k). Publications go to random channels. Latency counts from the time a publication was due
// (no coordinated omission) to the reply, and to the event. The last line is one JSON object; lost = deliveries that were due and did not come.
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

enum { PUBLISHERS = 4, OUTSTANDING = 4, BUCKETS = 20000, REPLY = 1 << 20 };
static int port = 8080, subscribers = 1000, each = 1, channels = 1000, batch = 200, payload = 256, seconds = 10, pid;
static double rate;
static long sent, accepted, refused, delivered, due, busy;
static uint32_t reply_ms[BUCKETS], event_ms[BUCKETS];
static int *hearers; // subscribers of a channel

typedef struct { int fd, outstanding, head, length; double at[OUTSTANDING]; char *in; int first; } Publisher;
typedef struct { int fd, have; char line[64]; } Subscriber;

static double now(void) { struct timespec t; clock_gettime(CLOCK_REALTIME, &t); return t.tv_sec + t.tv_nsec / 1e9; }
static void die(const char *what) { perror(what); exit(1); }
static double cpu(int p) {
  char path[64], text[1024]; snprintf(path, sizeof path, "/proc/%d/stat", p);
  FILE *f = fopen(path, "r"); if (!f) return 0; size_t n = fread(text, 1, sizeof text - 1, f); fclose(f); text[n] = 0;
  unsigned long u, s; char *at = strrchr(text, ')'); if (!at || sscanf(at + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &u, &s) != 2) return 0;
  return (double)(u + s) / sysconf(_SC_CLK_TCK);
}
static void count(uint32_t *buckets, double s) { long ms = s < 0 ? 0 : (long)(s * 1000); buckets[ms >= BUCKETS ? BUCKETS - 1 : ms]++; }
static int percentile(uint32_t *buckets, double p) {
  uint64_t all = 0, seen = 0; for (int i = 0; i < BUCKETS; i++) all += buckets[i];
  for (int i = 0; i < BUCKETS; i++) if ((seen += buckets[i]) >= all * p && all) return i;
  return 0;
}
static int dial(int n) {
  int fd = socket(AF_INET, SOCK_STREAM, 0), one = 1; if (fd < 0) die("socket");
  struct sockaddr_in from = {.sin_family = AF_INET}, to = {.sin_family = AF_INET, .sin_port = htons(port)};
  from.sin_addr.s_addr = htonl(INADDR_LOOPBACK + 1 + n / 20000); to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  setsockopt(fd, SOL_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
  if (bind(fd, (void *)&from, sizeof from) || connect(fd, (void *)&to, sizeof to)) die("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  return fd;
}
static void all(int fd, const char *bytes, size_t n) {
  while (n) { ssize_t k = send(fd, bytes, n, MSG_NOSIGNAL); if (k < 0) { if (errno == EAGAIN) { usleep(50); continue; } die("send"); } bytes += k; n -= k; }
}
static void publish(Publisher *p, double when) {
  static char body[1 << 20], pad[65536], request[(1 << 20) + 256]; if (!*pad) memset(pad, 'x', sizeof pad - 1);
  int n = 0;
  for (int i = 0; i < batch; i++) {
    int c = random() % channels, h = snprintf(body + n, 200, "{\"channel\":\"s:%d\",\"data\":{\"ts\":%.0f,\"pad\":\"", c, when * 1e6), left = payload - 28 > 0 ? payload - 28 : 0;
    n += h; memcpy(body + n, pad, left); n += left; n += sprintf(body + n, "\"}}\n"); due += hearers[c];
  }
  int h = sprintf(request, "POST /api/bulk HTTP/1.1\r\nHost: localhost\r\nContent-Length: %d\r\n\r\n", n);
  memcpy(request + h, body, n); all(p->fd, request, h + n);
  p->at[(p->first + p->outstanding++) % OUTSTANDING] = when; sent += batch;
}
static void replies(Publisher *p) {
  for (;;) {
    ssize_t k = read(p->fd, p->in + p->length, REPLY - p->length); if (k == 0) { fprintf(stderr, "publisher closed\n"); exit(1); }
    if (k < 0) { if (errno == EAGAIN) return; die("read"); }
    p->length += k; p->in[p->length] = 0;
    for (;;) {
      char *end = strstr(p->in, "\r\n\r\n"), *cl = strcasestr(p->in, "content-length:"); if (!end || !cl || cl > end) break;
      int body = atoi(cl + 15), whole = (int)(end + 4 - p->in) + body, status = atoi(p->in + 9); if (p->length < whole) break;
      char keep = p->in[whole]; p->in[whole] = 0; int ok = 0;
      if (status == 200) for (char *at = end; (at = strstr(at, "\"offset\"")); at++) ok++;
      if (status == 429 || status == 503) busy++;
      accepted += ok; refused += batch - ok; p->in[whole] = keep;
      count(reply_ms, now() - p->at[p->first]); p->first = (p->first + 1) % OUTSTANDING; p->outstanding--;
      memmove(p->in, p->in + whole, p->length - whole + 1); p->length -= whole;
    }
  }
}
static void events(Subscriber *s) { // counts "data: {"ts":N" lines, also where reads cut them
  static char in[65536 + 64];
  for (;;) {
    memcpy(in, s->line, s->have); ssize_t k = read(s->fd, in + s->have, 65536);
    if (k <= 0) { if (k < 0 && errno == EAGAIN) return; if (k == 0) { fprintf(stderr, "a subscriber was closed\n"); exit(1); } die("read"); }
    char *end = in + s->have + k, *at = in, *hit; *end = 0; double t = now();
    while ((hit = memmem(at, end - at, "data: {\"ts\":", 12)) && end - hit >= 32) { count(event_ms, t - atof(hit + 12) / 1e6); delivered++; at = hit + 12; }
    char *rest = hit ? hit : end - (end - at < 11 ? end - at : 11); s->have = end - rest; memmove(s->line, rest, s->have);
  }
}
int main(int argc, char **argv) {
  for (int o; (o = getopt(argc, argv, "p:n:c:k:r:b:s:w:P:")) > 0;) switch (o) {
    case 'p': port = atoi(optarg); break; case 'n': subscribers = atoi(optarg); break; case 'c': each = atoi(optarg); break; case 'k': channels = atoi(optarg); break;
    case 'r': rate = atof(optarg); break; case 'b': batch = atoi(optarg); break; case 's': payload = atoi(optarg); break; case 'w': seconds = atoi(optarg); break;
    case 'P': pid = atoi(optarg); break; default: fprintf(stderr, "see the head of channels.c\n"); return 2;
  }
  struct rlimit rl; getrlimit(RLIMIT_NOFILE, &rl); rl.rlim_cur = rl.rlim_max; setrlimit(RLIMIT_NOFILE, &rl);
  hearers = calloc(channels, sizeof *hearers); Subscriber *subs = calloc(subscribers + 1, sizeof *subs); Publisher pubs[PUBLISHERS] = {0};
  int ep = epoll_create1(0);
  for (int i = 0; i < subscribers; i++) {
    static char request[1 << 16]; int n = sprintf(request, "GET /sse?channels=");
    for (int j = 0; j < each; j++) { int c = ((long)i * each + j) % channels; hearers[c]++; n += sprintf(request + n, "%ss:%d", j ? "," : "", c); }
    n += sprintf(request + n, " HTTP/1.1\r\nHost: localhost\r\n\r\n"); subs[i].fd = dial(i); all(subs[i].fd, request, n); fcntl(subs[i].fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = i}; epoll_ctl(ep, EPOLL_CTL_ADD, subs[i].fd, &e);
  }
  for (int i = 0; i < PUBLISHERS; i++) {
    pubs[i].fd = dial(0); pubs[i].in = malloc(REPLY + 1); fcntl(pubs[i].fd, F_SETFL, O_NONBLOCK);
    struct epoll_event e = {.events = EPOLLIN, .data.u64 = subscribers + 1 + i}; epoll_ctl(ep, EPOLL_CTL_ADD, pubs[i].fd, &e);
  }
  sleep(3); // subscriptions settle
  double start = now(), stop = start + seconds, next = start, c0 = cpu(pid); struct epoll_event ev[512];
  for (double t = start; t < stop + 3; t = now()) { // three seconds for what is under way
    for (int i = 0, idle = 0; t < stop && idle < PUBLISHERS && (!rate || next <= t); i = (i + 1) % PUBLISHERS) {
      if (pubs[i].outstanding == OUTSTANDING) { idle++; continue; }
      idle = 0; publish(&pubs[i], rate ? next : t); if (rate) next += batch / rate; else break;
    }
    int k = epoll_wait(ep, ev, 512, 1);
    for (int i = 0; i < k; i++) { long n = ev[i].data.u64; if (n < subscribers) events(&subs[n]); else replies(&pubs[n - subscribers - 1]); }
  }
  double used = cpu(pid) - c0;
  printf("{\"subscribers\":%d,\"channels_each\":%d,\"channels\":%d,\"asked_rate\":%.0f,\"payload\":%d,\"batch\":%d,\"seconds\":%d,\"sent\":%ld,\"accepted\":%ld,\"refused\":%ld,\"busy_replies\":%ld,"
         "\"accepted_per_second\":%.0f,\"due\":%ld,\"delivered\":%ld,\"lost\":%ld,\"reply_ms_p50\":%d,\"reply_ms_p99\":%d,\"event_ms_p50\":%d,\"event_ms_p99\":%d,\"server_cores\":%.2f}\n",
         subscribers, each, channels, rate, payload, batch, seconds, sent, accepted, refused, busy, accepted / (double)seconds, due, delivered,
         refused ? -1 : due - delivered, percentile(reply_ms, .5), percentile(reply_ms, .99), percentile(event_ms, .5), percentile(event_ms, .99), used / seconds);
  return 0;
}
