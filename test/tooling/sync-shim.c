/*
 * To be preloaded before a program: syncs of some files fail, or take long. What happens is read for each
 * sync from the file that SYNC_SHIM names: "fail PART" (EIO) or "sleep PART", for files whose path contains
 * PART. A sync that sleeps goes on once the file says something else. Without the file nothing happens.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, LOOK_EVERY_US = 20000 };

static int is_meant(int fd, const char *how) {
  const char *said_in = getenv("SYNC_SHIM");
  if (said_in == NULL) return 0;
  int file = open(said_in, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  char said[256];
  ssize_t length = read(file, said, sizeof said - 1);
  close(file);
  if (length <= 0) return 0;
  said[length] = '\0';
  said[strcspn(said, "\n")] = '\0';
  size_t how_length = strlen(how);
  if (strncmp(said, how, how_length) != 0 || said[how_length] != ' ') return 0;
  char link[64], path[PATH_BYTES];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t path_length = readlink(link, path, sizeof path - 1);
  if (path_length <= 0) return 0;
  path[path_length] = '\0';
  return strstr(path, said + how_length + 1) != NULL;
}

static int synced(int fd, const char *name) {
  if (is_meant(fd, "fail")) {
    errno = EIO;
    return -1;
  }
  while (is_meant(fd, "sleep")) usleep(LOOK_EVERY_US);
  int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
  return real(fd);
}

int fsync(int fd) { return synced(fd, "fsync"); }

int fdatasync(int fd) { return synced(fd, "fdatasync"); }
