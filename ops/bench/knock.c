// knock: how fast a server takes new connections.
//
// Opens N connections on the loopback, at most F at a time between connect and the end of the response head, and keeps
// them open. Prints one JSON object when the last response head is there, then holds the connections for H seconds, so
// that the server's CPU can be read before it has to close anything.
//
//   cc -O2 -o knock knock.c && ./knock -n 15000 -p 8080 -u /ws -m ws|get [-f 512] [-H 3]
//
// Source addresses 127.0.0.2, .3, ... are used in turn, 20,000 connections each, so ports do not run out.
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
  uint8_t good;   // status 101 or 200
} conn;

static struct sockaddr_in server;
static char request[1024];
static int request_length, epoll, failed;
static long done;

static double mono(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

static void finish(conn *c, int good) {
  done++;
  if (!good) failed++;
  epoll_ctl(epoll, EPOLL_CTL_DEL, c->fd, 0);
  if (!good) close(c->fd);
}

static void begin(conn *c, int i) {
  int one = 1;
  struct sockaddr_in me = {.sin_family = AF_INET};
  me.sin_addr.s_addr = htonl(0x7f000002u + i / 20000);
  c->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(c->fd, SOL_IP, 24 /* IP_BIND_ADDRESS_NO_PORT */, &one, sizeof one);
  bind(c->fd, (void *)&me, sizeof me);
  struct epoll_event e = {.events = EPOLLOUT, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_ADD, c->fd, &e);
  if (connect(c->fd, (void *)&server, sizeof server) && errno != EINPROGRESS) finish(c, 0);
}

static void ask(conn *c) {
  if (write(c->fd, request, request_length) != request_length) {
    finish(c, 0);
    return;
  }
  c->asked = 1;
  struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
  epoll_ctl(epoll, EPOLL_CTL_MOD, c->fd, &e);
}

static void hear(conn *c) {
  char buf[4096];
  ssize_t r = read(c->fd, buf, sizeof buf);
  if (r < 0 && errno == EAGAIN) return;
  if (r <= 0) {
    finish(c, 0);
    return;
  }
  if (!c->good) c->good = r >= 12 && (!memcmp(buf + 9, "101", 3) || !memcmp(buf + 9, "200", 3));
  for (ssize_t i = 0; i < r && c->ending < 4; i++) {
    char want = (c->ending & 1) ? '\n' : '\r';
    c->ending = buf[i] == want ? c->ending + 1 : buf[i] == '\r';
  }
  if (c->ending == 4) finish(c, c->good);
}

int main(int argc, char **argv) {
  int n = 1000, port = 8080, flight = 512, hold = 3;
  const char *path = "/ws", *mode = "ws";
  for (int o; (o = getopt(argc, argv, "n:p:u:m:f:H:")) != -1;) switch (o) {
    case 'n': n = atoi(optarg); break;
    case 'p': port = atoi(optarg); break;
    case 'u': path = optarg; break;
    case 'm': mode = optarg; break;
    case 'f': flight = atoi(optarg); break;
    case 'H': hold = atoi(optarg); break;
    default: fprintf(stderr, "see the top of knock.c\n"); return 2;
  }
  struct rlimit limit;
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  server = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons(port)};
  server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const char *upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n";
  request_length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s\r\n", path, port,
                            strcmp(mode, "ws") ? "Accept: text/event-stream\r\n" : upgrade);
  conn *all = calloc(n, sizeof *all);
  struct epoll_event events[256];
  epoll = epoll_create1(0);
  double start = mono();
  for (long begun = 0; done < n && mono() - start < 60;) {
    while (begun < n && begun - done < flight) {
      begin(&all[begun], begun);
      begun++;
    }
    int k = epoll_wait(epoll, events, 256, 1000);
    for (int i = 0; i < k; i++) {
      conn *c = events[i].data.ptr;
      if (!c->asked) ask(c);
      else hear(c);
    }
  }
  double seconds = mono() - start;
  printf("{\"opened\":%ld,\"failed\":%ld,\"seconds\":%.3f,\"per_second\":%.0f}\n", done - failed, n - done + failed, seconds,
         (done - failed) / seconds);
  fflush(stdout);
  sleep(hold);
  return 0;
}
