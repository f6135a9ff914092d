// storm: a connect storm from the loopback, and what each of its connections went through.
//
// Opens N connections, R a second whatever the server does (an open loop, as clients are), sends a request on each and times
// two things from the call of connect(): the handshake as the client sees it, and the end of the response head. Waits T
// seconds for the last one, prints one JSON line a round, holds the connections H seconds, closes them.
//
//   cc -O2 -o storm storm.c && ./storm -n 15000 -r 10000 -p 8080 -u /sse [-m ws|get] [-d 127.0.0.1] [-a 127.0.0.2] [-A 1]
//                                      [-t 30] [-H 0] [-R 1] [-g 1500]
//
//   -a first source address   -A number of them, used in turn   -R rounds   -g milliseconds between two rounds
//
// no_port: connect() found no free local port (EADDRNOTAVAIL). reset: refused or cut. late: no answer within T seconds.
// retried: connections whose answer took 900 ms or more, which on a loopback only a retransmission takes.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef struct {
  int fd;
  uint8_t asked;  // the request has been written
  uint8_t ending; // how much of \r\n\r\n has been matched
  double begun;
} conn;

static struct sockaddr_in server;
static char request[1024];
static int request_length, epoll;
static uint32_t first_source, sources = 1;
static long done, opened, no_port, reset, retried;
static float *connected_after, *answered_after;
static long connected_count;

static double mono(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static int ascending(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void give_up(conn *c, long *why) {
  close(c->fd);
  c->fd = -1;
  done++;
  ++*why;
}

static void begin(conn *c, uint32_t i) {
  int one = 1;
  struct sockaddr_in me = {.sin_family = AF_INET};
  me.sin_addr.s_addr = htonl(first_source + i % sources);
  c->asked = c->ending = 0;
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (c->fd < 0) {
    perror("storm: socket");
    exit(1);
  }
  setsockopt(c->fd, SOL_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
  if (bind(c->fd, (void *)&me, sizeof me)) {
    perror("storm: bind");
    exit(1);
  }
  c->begun = mono();
  if (connect(c->fd, (void *)&server, sizeof server) && errno != EINPROGRESS) {
    give_up(c, errno == EADDRNOTAVAIL ? &no_port : &reset);
    return;
  }
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
}

static void ask(conn *c) {
  int error = 0;
  socklen_t size = sizeof error;
  getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
  if (error || write(c->fd, request, request_length) != request_length) {
    give_up(c, &reset);
    return;
  }
  connected_after[connected_count++] = (float)((mono() - c->begun) * 1e3);
  c->asked = 1;
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void hear(conn *c) {
  char buf[4096];
  ssize_t r = read(c->fd, buf, sizeof buf);
  if (r < 0 && errno == EAGAIN) return;
  if (r <= 0) {
    give_up(c, &reset);
    return;
  }
  for (ssize_t i = 0; i < r && c->ending < 4; i++) {
    char want = (c->ending & 1) ? '\n' : '\r';
    c->ending = buf[i] == want ? c->ending + 1 : buf[i] == '\r';
  }
  if (c->ending < 4) return;
  float took = (float)((mono() - c->begun) * 1e3);
  if (took >= 900) retried++;
  answered_after[opened++] = took;
  done++;
  epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, 0);
}

static void percentiles(const char *name, float *ms, long count) {
  qsort(ms, count, sizeof *ms, ascending);
#define AT(q) (count ? ms[(long)((count - 1) * (q))] : 0)
  printf("\"%s\":{\"p50\":%.1f,\"p90\":%.1f,\"p99\":%.1f,\"max\":%.1f}", name, AT(.5), AT(.9), AT(.99), AT(1.));
}

static void round_of(conn *all, long n, double rate, double patience) {
  struct epoll_event events[256];
  double start = mono(), last_begun = start;
  long begun = 0;
  done = opened = no_port = reset = retried = connected_count = 0;
  while (done < n && (begun < n || mono() - last_begun < patience)) {
    while (begun < n && (rate <= 0 || begun < (mono() - start) * rate)) {
      begin(&all[begun], begun);
      begun++;
      last_begun = mono();
    }
    int k = epoll_wait(epoll, events, 256, begun < n ? 1 : 100);
    for (int i = 0; i < k; i++) {
      conn *c = events[i].data.ptr;
      if (!c->asked) ask(c);
      else hear(c);
    }
  }
  printf("{\"connections\":%ld,\"opened\":%ld,\"no_port\":%ld,\"reset\":%ld,\"late\":%ld,\"retried\":%ld,\"seconds\":%.2f,", n, opened,
         no_port, reset, n - done, retried, mono() - start);
  percentiles("connect_ms", connected_after, connected_count);
  printf(",");
  percentiles("answer_ms", answered_after, opened);
  printf("}\n");
  fflush(stdout);
}

int main(int argc, char **argv) {
  int n = 1000, port = 8080, hold = 0, rounds = 1, gap = 1500;
  double rate = 0, patience = 30;
  const char *path = "/sse", *mode = "get", *to = "127.0.0.1", *from = "127.0.0.2";
  for (int o; (o = getopt(argc, argv, "n:r:p:u:m:d:a:A:t:H:R:g:")) != -1;) switch (o) {
    case 'n': n = atoi(optarg); break;
    case 'r': rate = atof(optarg); break;
    case 'p': port = atoi(optarg); break;
    case 'u': path = optarg; break;
    case 'm': mode = optarg; break;
    case 'd': to = optarg; break;
    case 'a': from = optarg; break;
    case 'A': sources = atoi(optarg); break;
    case 't': patience = atof(optarg); break;
    case 'H': hold = atoi(optarg); break;
    case 'R': rounds = atoi(optarg); break;
    case 'g': gap = atoi(optarg); break;
    default: fprintf(stderr, "see the top of storm.c\n"); return 2;
  }
  // Loopback only: this is a tool for one's own machine.
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
  struct in_addr source;
  if (inet_pton(AF_INET, to, &server.sin_addr) != 1 || inet_pton(AF_INET, from, &source) != 1 || n < 1 || sources < 1 ||
      ntohl(server.sin_addr.s_addr) >> 24 != 127 || ntohl(source.s_addr) >> 24 != 127) {
    fprintf(stderr, "storm: addresses of 127.0.0.0/8 and counts from 1 only\n");
    return 2;
  }
  first_source = ntohl(source.s_addr);
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  const char *upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  request_length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s:%d\r\n%s\r\n", path, to, port,
                            strcmp(mode, "ws") ? "Accept: text/event-stream\r\n" : upgrade);
  conn *all = calloc(n, sizeof *all);
  connected_after = calloc(n, sizeof *connected_after);
  answered_after = calloc(n, sizeof *answered_after);
  epoll = epoll_create1(0);
  for (int r = 0; r < rounds; r++) {
    if (r) usleep(gap * 1000);
    round_of(all, n, rate, patience);
    sleep(hold);
    for (int i = 0; i < n; i++) if (all[i].fd >= 0) close(all[i].fd);
  }
  return 0;
}
