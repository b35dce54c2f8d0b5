/* Starts /bin/true COUNT times, AT_ONCE threads, each in a session of its own; prints starts per second. */
#define _GNU_SOURCE
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

static long share;

static void *loop(void *unused) {
  char *arguments[] = {"true", NULL}, *environment[] = {NULL};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
#ifdef POSIX_SPAWN_SETSID
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
#endif
  for (long i = 0; i < share; i++) {
    pid_t pid;
    int status;
    if (posix_spawn(&pid, "/bin/true", NULL, &attributes, arguments, environment) != 0) exit(1);
    if (waitpid(pid, &status, 0) != pid || status != 0) exit(1);
  }
  return unused;
}

int main(int count, char **words) {
  if (count != 3) return 2;
  long threads = atol(words[2]);
  pthread_t all[64];
  struct timespec begin, end;
  if (threads < 1 || threads > 64) return 2;
  share = atol(words[1]) / threads;
  clock_gettime(CLOCK_MONOTONIC, &begin);
  for (long i = 0; i < threads; i++) pthread_create(&all[i], NULL, loop, NULL);
  for (long i = 0; i < threads; i++) pthread_join(all[i], NULL);
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%f\n", share * threads / (end.tv_sec - begin.tv_sec + (end.tv_nsec - begin.tv_nsec) / 1e9));
  return 0;
}
