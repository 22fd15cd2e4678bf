/*
 * load - HTTP requests at a fixed rate over kept connections, for benches on loopback.
 *
 *	load PORT RATE SECONDS CONNECTIONS PREFIX FIRST STEP COUNT SUFFIX
 *
 * POSTs PREFIX<n>SUFFIX with n = FIRST, FIRST + STEP, ... (COUNT of them, over and over). The rate is
 * open-loop: request i is due at i/RATE whatever the server does, and its latency counts from then,
 * so a stalled server cannot hide behind a client that waits for it. Prints one line of JSON.
 */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { ANSWER_MAX = 16384, CONNECTIONS_MAX = 1000, STATUS_MAX = 600, DRAIN_NS = 1000000000 };

static const char body[] = "{\"display_name\":\"bench\"}";

struct connection {
	int fd;
	bool busy;
	int64_t due_ns;
	size_t got;
	char answer[ANSWER_MAX + 1];
};

static struct {
	struct connection *connections;
	int *idle; /* indices, a stack */
	int n_connections, n_idle, epoll;
	const char *prefix, *suffix;
	long first, step, count;
	double *latency_us;
	size_t sent, done, total;
	size_t status[STATUS_MAX];
} load;

static void die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void open_connections(uint16_t port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int on = 1;
	load.epoll = epoll_create1(0);
	for (int i = 0; i < load.n_connections; i++) {
		struct connection *c = &load.connections[i];
		struct epoll_event event = { .events = EPOLLIN, .data.u32 = (uint32_t)i };
		c->fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		if (connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
			die("connect");
		epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event);
		load.idle[load.n_idle++] = i;
	}
}

static void send_request(int64_t due_ns)
{
	char request[1024];
	struct connection *c = &load.connections[load.idle[--load.n_idle]];
	long n = load.first + load.step * (long)(load.sent % (size_t)load.count);
	int len = snprintf(request, sizeof(request),
		"POST %s%ld%s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
		"Content-Length: %zu\r\n\r\n%s",
		load.prefix, n, load.suffix, strlen(body), body);
	if (write(c->fd, request, (size_t)len) != len)
		die("write");
	c->busy = true;
	c->due_ns = due_ns;
	c->got = 0;
	load.sent++;
}

/* True when the answer is whole. Both servers say Content-Length. */
static bool is_whole(const struct connection *c)
{
	const char *end = strstr(c->answer, "\r\n\r\n");
	const char *length = end ? strcasestr(c->answer, "\r\nContent-Length:") : NULL;
	if (!length || length > end)
		return false;
	return c->got >= (size_t)(end + 4 - c->answer) + (size_t)atol(length + 17);
}

static void take_answer(int i)
{
	struct connection *c = &load.connections[i];
	ssize_t n = read(c->fd, c->answer + c->got, ANSWER_MAX - c->got);
	if (n <= 0)
		die("the server closed a connection");
	c->got += (size_t)n;
	c->answer[c->got] = '\0';
	if (!c->busy || !is_whole(c))
		return;
	int status = atoi(c->answer + strlen("HTTP/1.1 "));
	load.status[status > 0 && status < STATUS_MAX ? status : 0]++;
	load.latency_us[load.done++] = (double)(now_ns() - c->due_ns) / 1000;
	c->busy = false;
	load.idle[load.n_idle++] = i;
}

static void run(double rate)
{
	struct epoll_event events[64];
	int64_t start = now_ns(),
		last = start + (int64_t)((double)load.total / rate * 1e9) + DRAIN_NS;
	while (load.done < load.total && now_ns() < last) {
		int64_t due = start + (int64_t)((double)load.sent / rate * 1e9), now = now_ns();
		while (load.sent < load.total && load.n_idle && due <= now) {
			send_request(due);
			due = start + (int64_t)((double)load.sent / rate * 1e9);
		}
		int64_t wait = load.sent < load.total && load.n_idle ? due - now : 1000000;
		struct timespec timeout = { 0, wait < 0 ? 0 : wait > 1000000 ? 1000000 : wait };
		int n = epoll_pwait2(load.epoll, events, 64, &timeout, NULL);
		for (int i = 0; i < n; i++)
			take_answer((int)events[i].data.u32);
	}
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double percentile(double share)
{
	return load.done ? load.latency_us[(size_t)((double)(load.done - 1) * share)] : 0;
}

int main(int argc, char **argv)
{
	if (argc != 10) {
		fputs("usage: load PORT RATE SECONDS CONNECTIONS PREFIX FIRST STEP COUNT SUFFIX\n",
			stderr);
		return 2;
	}
	double rate = atof(argv[2]);
	load.total = (size_t)(rate * atof(argv[3]));
	load.n_connections = atoi(argv[4]);
	load.prefix = argv[5], load.suffix = argv[9];
	load.first = atol(argv[6]), load.step = atol(argv[7]), load.count = atol(argv[8]);
	if (rate <= 0 || load.n_connections < 1 || load.n_connections > CONNECTIONS_MAX ||
		load.count < 1)
		return 2;
	load.connections = calloc((size_t)load.n_connections, sizeof(*load.connections));
	load.idle = calloc((size_t)load.n_connections, sizeof(*load.idle));
	load.latency_us = calloc(load.total + 1, sizeof(*load.latency_us));
	if (!load.connections || !load.idle || !load.latency_us)
		die("memory");
	open_connections((uint16_t)atoi(argv[1]));
	run(rate);
	qsort(load.latency_us, load.done, sizeof(*load.latency_us), by_size);
	printf("{\"done\": %zu, \"lost\": %zu, \"p50_us\": %.1f, \"p99_us\": %.1f, \"status\": {",
		load.done, load.total - load.done, percentile(0.5), percentile(0.99));
	for (int i = 0, first = 1; i < STATUS_MAX; i++)
		if (load.status[i])
			printf("%s\"%d\": %zu", first ? "" : ", ", i, load.status[i]), first = 0;
	printf("}}\n");
	return load.done == load.total ? 0 : 1;
}
