// flows: fills the connection table of this network namespace.
//
// Makes COUNT UDP flows between 127.0.0.1 and as many addresses from 127.128.0.0 on, and has each answered twice, more than two
// seconds apart: since then the kernel takes a flow for a lasting one (ASSURED) and does not put it out for a new connection.
// Prints how many it made; fewer when the table is full. The flows stay for nf_conntrack_udp_timeout_stream, 120 s.
//
//   cc -O2 -o flows flows.c && ./flows COUNT
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define PORT 40001
#define MOST (1 << 22) // addresses from 127.128.0.0 that are certainly still 127.0.0.0/8

static int caller, answerer;

static int socket_at(uint32_t address, int port) {
  struct sockaddr_in me = {.sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(address)};
  struct timeval patience = {.tv_sec = 1};
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  if (fd < 0 || bind(fd, (void *)&me, sizeof me)) {
    perror("flows: bind");
    exit(1);
  }
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  return fd;
}

// One question and its answer from the address that was asked; 0 when either was dropped.
static int exchange(uint32_t address) {
  char byte = 0, control[CMSG_SPACE(sizeof(struct in_pktinfo))];
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(PORT), .sin_addr.s_addr = htonl(address)}, from;
  struct iovec data = {&byte, 1};
  struct msghdr message = {.msg_name = &from, .msg_namelen = sizeof from, .msg_iov = &data, .msg_iovlen = 1,
                           .msg_control = control, .msg_controllen = sizeof control};
  if (sendto(caller, &byte, 1, 0, (void *)&to, sizeof to) != 1) return 0;
  if (recvmsg(answerer, &message, 0) != 1) return 0;
  // The control message tells the address that was asked; sent back, it is the one that answers.
  struct in_pktinfo *info = (void *)CMSG_DATA(CMSG_FIRSTHDR(&message));
  info->ipi_spec_dst = info->ipi_addr;
  info->ipi_ifindex = 0;
  message.msg_flags = 0;
  return sendmsg(answerer, &message, 0) == 1 && recv(caller, &byte, 1, 0) == 1;
}

int main(int argc, char **argv) {
  long count = argc == 2 ? atol(argv[1]) : 0, made = 0;
  int one = 1;
  if (count < 1 || count > MOST) {
    fprintf(stderr, "flows: how many? 1 to %d; see the top of flows.c\n", MOST);
    return 2;
  }
  caller = socket_at(INADDR_LOOPBACK, 0);
  answerer = socket_at(INADDR_ANY, PORT);
  setsockopt(answerer, IPPROTO_IP, IP_PKTINFO, &one, sizeof one);
  while (made < count && exchange(0x7f800000u + made)) made++;
  usleep(2200 * 1000);
  for (long i = 0; i < made; i++) exchange(0x7f800000u + i);
  printf("%ld\n", made);
  return 0;
}
