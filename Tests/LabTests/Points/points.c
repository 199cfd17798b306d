// Loaded into mxprovision (ld.so(8), LD_PRELOAD): its calls of the API and its writes below POINTS_ROOT are points. It is
// killed before what a point names, but in the middle of a write, and after an answer.
#include "points.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>

static int is_run;

// How many seconds its clock is wrong by.
static time_t shift;

__attribute__((constructor)) static void begin(void) {
    const char *seconds = getenv("POINTS_CLOCK");
    is_run = !strcmp(program_invocation_short_name, "mxprovision");
    points_run = getpid();
    if (is_run && seconds) shift = atol(seconds);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    int status = syscall(SYS_clock_gettime, clock, now);
    if (!status && clock == CLOCK_REALTIME) now->tv_sec += shift;
    return status;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int status = syscall(SYS_gettimeofday, now, zone);
    if (!status) now->tv_sec += shift;
    return status;
}

time_t time(time_t *result) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

static void die(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

static void reach(const char *what, const char *of, enum boundary kind) {
    if (points_reach(what, of, kind)) die();
}

// The path below POINTS_ROOT; null where it is none of those.
static const char *below(const char *path) {
    const char *root = getenv("POINTS_ROOT");
    size_t length = root ? strlen(root) : 0;
    return is_run && length && !strncmp(path, root, length) ? path + length : 0;
}

static const char *opened(int file, char path[4096]) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = is_run ? readlink(link, path, 4095) : -1;
    if (length < 0) return 0;
    path[length] = 0;
    return below(path);
}

#define NEXT(name) ((typeof(&name))dlsym(RTLD_NEXT, #name))

static void reach_opening(const char *path, int flags) {
    const char *of = below(path);
    if (!of || (flags & O_ACCMODE) == O_RDONLY) return;
    int is_there = syscall(SYS_faccessat, AT_FDCWD, path, F_OK, 0) == 0;
    if (!is_there && flags & O_CREAT) reach("create", of, CHANGE);
    if (is_there && flags & O_TRUNC) reach("truncate", of, CHANGE);
}

#define OPEN(name)                                                     \
    int name(const char *path, int flags, ...) {                       \
        va_list rest;                                                  \
        va_start(rest, flags);                                         \
        int mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, int) : 0; \
        va_end(rest);                                                  \
        reach_opening(path, flags);                                    \
        return syscall(SYS_openat, AT_FDCWD, path, flags, mode);       \
    }
OPEN(open)
OPEN(open64)

ssize_t write(int file, const void *bytes, size_t count) {
    char path[4096];
    const char *of = opened(file, path);
    if (of && points_reach("write", of, MIDDLE)) {
        syscall(SYS_write, file, bytes, count / 2);
        die();
    }
    return syscall(SYS_write, file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t at) {
    char path[4096];
    const char *of = opened(file, path);
    if (of && points_reach("write", of, MIDDLE)) {
        syscall(SYS_pwrite64, file, bytes, count / 2, at);
        die();
    }
    return syscall(SYS_pwrite64, file, bytes, count, at);
}

int ftruncate(int file, off_t length) {
    char path[4096];
    const char *of = opened(file, path);
    if (of) reach("truncate", of, CHANGE);
    return syscall(SYS_ftruncate, file, length);
}

int fsync(int file) {
    char path[4096];
    const char *of = opened(file, path);
    if (of) reach("sync", of, NEITHER);
    return syscall(SYS_fsync, file);
}

int rename(const char *old, const char *new) {
    char both[8192];
    const char *from = below(old), *to = below(new);
    snprintf(both, sizeof both, "%s %s", from ? from : old, to ? to : new);
    if (from || to) reach("rename", both, CHANGE);
    return syscall(SYS_renameat2, AT_FDCWD, old, AT_FDCWD, new, 0);
}

int unlink(const char *path) {
    const char *of = below(path);
    if (of && syscall(SYS_faccessat, AT_FDCWD, path, F_OK, 0) == 0) reach("remove", of, CHANGE);
    return syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}

int mkdir(const char *path, mode_t mode) {
    const char *of = below(path);
    if (of) reach("create", of, CHANGE);
    return syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}

// libcurl's numbers: curl/curl.h.
enum { URL = 10002, CUSTOMREQUEST = 10036 };
static __thread char method[16], call[4096];

int curl_easy_setopt(void *handle, int option, ...) {
    va_list rest;
    va_start(rest, option);
    void *value = va_arg(rest, void *);
    va_end(rest);
    if (option == URL) {
        const char *path = strstr(value, "/api2/json");
        snprintf(call, sizeof call, "%s", path ? path + strlen("/api2/json") : (const char *)value);
        call[strcspn(call, "?")] = 0;
    }
    if (option == CUSTOMREQUEST) snprintf(method, sizeof method, "%s", (const char *)value);
    return ((int (*)(void *, int, ...))dlsym(RTLD_NEXT, "curl_easy_setopt"))(handle, option, value);
}

// A handle is set and used by one thread; two of them may be at it at once.
int curl_easy_perform(void *handle) {
    char label[4200];
    snprintf(label, sizeof label, "%s %s", method, call);
    reach("request", label, strcmp(method, "GET") ? MIDDLE : QUIET);
    int code = ((int (*)(void *))dlsym(RTLD_NEXT, "curl_easy_perform"))(handle);
    reach("answer", label, QUIET);
    return code;
}
