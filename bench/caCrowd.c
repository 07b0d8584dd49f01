/* Many Channel Access clients at once, on plain sockets: `caCrowd CLIENTS ROUNDS`, with EPICS_CA_SERVER_PORT.
 * crowd_connect: clients a second, until each has a channel to B0. crowd_get: gets a second, by all clients, each one at a time.
 * crowd_event: events a second, all clients with a monitor on B0, which is put to once every client has its event. */
#include <arpa/inet.h>
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

enum { VERSION = 0, EVENT_ADD = 1, WRITE = 4, READ_NOTIFY = 15, CREATE_CHAN = 18 };
enum { MINOR = 13, DBR_DOUBLE = 6, DBR_TIME_DOUBLE = 20, DBE_VALUE_ALARM = 5, HEADER = 16, SECONDS = 30, AT_ONCE = 16 /* RSRV has room for 20 in its backlog */ };

struct client { int fd, gets; uint32_t sid; size_t held; unsigned char input[4096]; };
struct message { uint16_t command, size, type, count; uint32_t cid, available; };

static struct client *clients;
static int count, poll_fd;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void fail(const char *what) { perror(what); exit(1); }

static void send_message(struct client *c, int command, int type, uint32_t cid, uint32_t available, const void *payload, int size) {
  unsigned char bytes[64];
  struct message m = { htons(command), htons(size), htons(type), htons(command == VERSION ? MINOR : command == CREATE_CHAN ? 0 : 1),
                       htonl(cid), htonl(available) };
  memcpy(bytes, &m, HEADER);
  memcpy(bytes + HEADER, payload, size);
  if (write(c->fd, bytes, HEADER + size) != HEADER + size) fail("write");
}

static void get(struct client *c) { c->gets--; send_message(c, READ_NOTIFY, DBR_DOUBLE, c->sid, 1, "", 0); }

/* Reads what has come for a client and returns how many messages of a kind were among it. */
static int receive(struct client *c, int command) {
  ssize_t got = read(c->fd, c->input + c->held, sizeof c->input - c->held);
  if (got <= 0) fail("read");
  c->held += got;
  int found = 0;
  size_t at = 0;
  while (c->held - at >= HEADER) {
    struct message m;
    memcpy(&m, c->input + at, HEADER);
    size_t size = HEADER + ntohs(m.size);
    if (c->held - at < size) break;
    at += size;
    if (ntohs(m.command) == CREATE_CHAN) c->sid = ntohl(m.available);
    if (ntohs(m.command) == READ_NOTIFY && c->gets > 0) get(c);
    if (ntohs(m.command) == command) found++;
  }
  memmove(c->input, c->input + at, c->held -= at);
  return found;
}

/* Waits until all clients together have received so many messages of a kind. */
static void await(int command, long wanted) {
  struct epoll_event events[256];
  double limit = now() + SECONDS;
  while (wanted > 0) {
    int ready = epoll_wait(poll_fd, events, 256, 1000);
    for (int i = 0; i < ready; i++) wanted -= receive(events[i].data.ptr, command);
    if (now() > limit) { fprintf(stderr, "%ld messages of command %d are missing\n", wanted, command); exit(1); }
  }
}

static void connect_client(struct client *c, const struct sockaddr_in *server) {
  const int yes = 1;
  const char name[8] = "B0";
  struct epoll_event event = { EPOLLIN, { c } };
  c->fd = socket(AF_INET, SOCK_STREAM, 0);
  if (c->fd < 0 || connect(c->fd, (const struct sockaddr *)server, sizeof *server) < 0) fail("connect");
  setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  epoll_ctl(poll_fd, EPOLL_CTL_ADD, c->fd, &event);
  send_message(c, VERSION, 0, 0, 0, "", 0);
  send_message(c, CREATE_CHAN, 0, 1, MINOR, name, sizeof name);
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  count = atoi(argv[1]);
  const int rounds = atoi(argv[2]);
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_port = htons(atoi(getenv("EPICS_CA_SERVER_PORT"))) };
  inet_pton(AF_INET, "127.0.0.1", &server.sin_addr);
  clients = calloc(count, sizeof *clients);
  poll_fd = epoll_create1(0);

  double start = now();
  for (int i = 0; i < count; i += AT_ONCE) {
    int end = i + AT_ONCE < count ? i + AT_ONCE : count;
    for (int k = i; k < end; k++) connect_client(&clients[k], &server);
    await(CREATE_CHAN, end - i);
  }
  const double connects = count / (now() - start);

  start = now();
  for (int i = 0; i < count; i++) { clients[i].gets = rounds; get(&clients[i]); }
  await(READ_NOTIFY, (long)count * rounds);
  const double gets = (double)count * rounds / (now() - start);

  unsigned char subscription[16] = { [13] = DBE_VALUE_ALARM };
  for (int i = 0; i < count; i++) send_message(&clients[i], EVENT_ADD, DBR_TIME_DOUBLE, clients[i].sid, 1, subscription, sizeof subscription);
  await(EVENT_ADD, count);
  start = now();
  for (int round = 0; round < rounds; round++) {
    unsigned char value[8] = { 0x40, round >> 8, round }; /* any other double than before */
    send_message(&clients[0], WRITE, DBR_DOUBLE, clients[0].sid, 1, value, sizeof value);
    await(EVENT_ADD, count);
  }
  printf("{\"crowd_connect\":%.0f,\"crowd_get\":%.0f,\"crowd_event\":%.0f}\n", connects, gets, (double)count * rounds / (now() - start));
  return 0;
}
