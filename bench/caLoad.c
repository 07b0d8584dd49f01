/* What ../shared/tools/ca_bench.c does not measure of libca: `caLoad PUT_CALLBACKS GETS`, with CA_LIB and EPICS_CA_*.
 * put_callback: one put-callback at a time on B0. array_mb: megabytes a second of gets of WAVE, one at a time. */
#include <dlfcn.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

typedef void *chid;
struct args { void *usr; chid ch; long type, count; const void *dbr; int status; };
enum { NORMAL = 1, DBR_DOUBLE = 6, PREEMPTIVE = 1 };

static sem_t done;
static void *library;

static void on_done(struct args a) { (void)a; sem_post(&done); }

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + 1e-9 * t.tv_nsec;
}

static void *symbol(const char *name) {
  void *found = dlsym(library, name);
  if (!found) { fprintf(stderr, "no %s\n", name); exit(2); }
  return found;
}

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  const int puts = atoi(argv[1]), gets = atoi(argv[2]);
  library = dlopen(getenv("CA_LIB"), RTLD_NOW | RTLD_GLOBAL);
  if (!library) { fprintf(stderr, "%s\n", dlerror()); return 2; }
  int (*context_create)(int) = symbol("ca_context_create");
  int (*create_channel)(const char *, void *, void *, unsigned, chid *) = symbol("ca_create_channel");
  int (*pend_io)(double) = symbol("ca_pend_io");
  int (*flush_io)(void) = symbol("ca_flush_io");
  int (*array_get)(long, unsigned long, chid, void *) = symbol("ca_array_get");
  int (*put_callback)(long, unsigned long, chid, const void *, void (*)(struct args), void *) = symbol("ca_array_put_callback");
  unsigned long (*element_count)(chid) = symbol("ca_element_count");

  sem_init(&done, 0, 0);
  context_create(PREEMPTIVE);
  chid scalar, wave;
  create_channel("B0", 0, 0, 0, &scalar);
  create_channel("WAVE", 0, 0, 0, &wave);
  if (pend_io(30) != NORMAL) return 1;

  double start = now();
  for (int i = 0; i < puts; i++) {
    double value = i;
    put_callback(DBR_DOUBLE, 1, scalar, &value, on_done, 0);
    flush_io();
    sem_wait(&done);
  }
  const double put_rate = puts / (now() - start);

  const unsigned long count = element_count(wave);
  double *values = malloc(count * sizeof *values);
  start = now();
  for (int i = 0; i < gets; i++) {
    array_get(DBR_DOUBLE, count, wave, values);
    if (pend_io(30) != NORMAL) return 1;
  }
  printf("{\"put_callback\":%.0f,\"array_mb\":%.0f}\n", put_rate, gets * count * 8e-6 / (now() - start));
  return 0;
}
