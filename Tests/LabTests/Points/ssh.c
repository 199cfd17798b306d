// Stands before ssh in PATH: that a command is sent, that it has gone out whole, and that it has ended are points. Its
// parent, the run, is killed there; ssh and what runs at its other end go on.
#include "points.h"

// The run gives its children few variables, and none of ours: they are read in the run itself.
static void adopt_variables(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/environ", (int)points_run);
    FILE *file = fopen(path, "re");
    if (!file) return;
    char *entry = 0;
    size_t size = 0;
    while (getdelim(&entry, &size, 0, file) > 0)
        if (!strncmp(entry, "POINTS_", 7)) putenv(strdup(entry));
    free(entry);
    fclose(file);
}

static void reach(const char *what, const char *of, enum boundary kind) {
    // An orphan's points are nobody's.
    if (getppid() == points_run && points_reach(what, of, kind)) kill(points_run, SIGKILL);
}

// Runs ssh with `input` as its standard input.
static pid_t start(char **words, int input) {
    pid_t client = fork();
    if (client) return client;
    dup2(input, 0);
    execv("/usr/bin/ssh", words);
    _exit(255);
}

int main(int count, char **words) {
    int is_stream = 0, is_ending = 0;
    const char *host = "";
    for (int i = 1; i < count; i++) {
        if (!strcmp(words[i], "-O")) is_ending = 1;
        if (!strcmp(words[i], "-W")) is_stream = 1;
        if (!strcmp(words[i], "--") && i + 1 < count) host = words[i + 1];
    }
    points_run = getppid();
    adopt_variables();
    unsetenv("LD_PRELOAD");
    words[0] = "ssh";
    if (is_ending) return execv("/usr/bin/ssh", words);
    reach(is_stream ? "stream" : "script", host, QUIET);
    pid_t client;
    if (is_stream) {
        client = start(words, 0);
    } else {
        int pipes[2];
        if (pipe2(pipes, O_CLOEXEC)) return 255;
        client = start(words, pipes[0]);
        close(pipes[0]);
        signal(SIGPIPE, SIG_IGN);
        char bytes[65536];
        for (ssize_t got; (got = read(0, bytes, sizeof bytes)) > 0;)
            if (write(pipes[1], bytes, got) != got) break;
        close(pipes[1]);
        reach("sent", host, MIDDLE);
    }
    int status;
    waitpid(client, &status, 0);
    reach("ended", host, QUIET);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
