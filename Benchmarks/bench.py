"""Measures mxprovision, pyinfra and Ansible against the limit, in a running lab. Started by `run`."""
import argparse
import json
import os
import pathlib
import platform
import shlex
import signal
import subprocess
import sys
import time

import fleet
import fresh
import report
from site_files import Site

HERE = pathlib.Path(__file__).parent


class Clock:
    """Runs commands and records their durations."""

    def __init__(self, scratch):
        self.scratch = scratch
        self.samples = []
        self.relay = None
        self.round_trip = 0

    def time(self, case, tool, argv, env=None, guests=1, statuses=(0,)):
        self.counts()
        output = f"{self.scratch}/output"
        begin = time.monotonic()
        child = os.posix_spawnp(argv[0], argv, env or os.environ, file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644),
            (os.POSIX_SPAWN_DUP2, 1, 2)])
        _, status, usage = os.wait4(child, 0)
        seconds = time.monotonic() - begin
        if os.waitstatus_to_exitcode(status) not in statuses:
            sys.exit(f"{tool}, {case}: {shlex.join(argv)}\n{pathlib.Path(output).read_text()}")
        self.note(case, tool, seconds, usage.ru_maxrss / 1024, guests)
        return pathlib.Path(output).read_text(errors="replace")

    def note(self, case, tool, seconds, mebibytes=None, guests=1):
        sample = {
            "case": case, "tool": tool, "round_trip": self.round_trip, "guests": guests,
            "seconds": round(seconds, 4), "mebibytes": mebibytes and round(mebibytes, 1)} | self.counts()
        self.samples.append(sample)
        print(f"  {case:10} {self.round_trip:3} ms  {tool:12} {seconds:8.3f} s", file=sys.stderr)

    def counts(self):
        """Returns the traffic through the relay since the last query."""
        if not self.relay:
            return {}
        self.relay.send_signal(signal.SIGUSR1)
        return {"counts": json.loads(self.relay.stdout.readline())}

    def slow(self, round_trip):
        """Sets the delay of the link, 0 for none."""
        if self.relay:
            self.relay.terminate()
            self.relay.wait()
            self.relay = None
        self.round_trip = round_trip
        if round_trip:
            self.relay = subprocess.Popen(
                [sys.executable, HERE / "relay.py", str(round_trip)], stdout=subprocess.PIPE, text=True)
            self.relay.stdout.readline()


def one_guest(clock, site, tools, rounds):
    """Measures no-op and repair of one guest: slow tools once per round, fast ones three times."""
    fast = [tool for tool in tools if tool in ("limit", "mxprovision")]
    for round_trip in (0, 40):
        clock.slow(round_trip)
        for _ in range(rounds):
            for tools_now in (tools, fast, fast):
                for tool in tools_now:
                    site.close_connections()
                    clock.time("no-op", tool, *site.noop(tool))
            site.close_connections()
            for tool in [tool for tool in ("mxprovision", "ansible") if tool in tools]:
                argv, env = site.noop(tool, live=True)
                subprocess.run(argv, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
                for _ in range(3 if tool in fast else 1):
                    clock.time("live", tool, argv, env)
            for tools_now in (tools, fast):
                for tool in tools_now:
                    site.close_connections()
                    site.drift()
                    clock.time("repair", tool, *site.repair(tool))
            site.check()
    clock.slow(0)


def startup(clock, site):
    for _ in range(15):
        clock.time("start", "mxprovision", [site.binary, "--version"])


def machine(site):
    return {
        "date": time.strftime("%Y-%m-%d"), "cores": os.cpu_count(), "kernel": platform.release(),
        "memory": f"{os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') >> 30} GiB",
        "processor": next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if "model name" in line), ""),
        "load": os.getloadavg()[0], "versions": site.versions()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binary")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--guests", type=int, nargs="*", default=[1, 8, 32])
    parser.add_argument("--fresh", type=int, default=2, help="number of times a guest is created")
    parser.add_argument("--tools", help="folder with pyinfra and Ansible (default: they are skipped)")
    parser.add_argument("--out", required=True)
    options = parser.parse_args()

    scratch = os.environ["BENCH_SCRATCH"]
    site = Site(options.binary, scratch, options.tools)
    clock = Clock(scratch)
    tools = ["limit", "mxprovision"] + (["pyinfra", "ansible"] if options.tools else [])
    try:
        startup(clock, site)
        for index in range(options.fresh):
            fresh.measure(clock, site, keep=index == options.fresh - 1)
        site.make()
        one_guest(clock, site, tools, options.rounds)
        if options.guests:
            fleet.measure(clock, site, options.guests)
        else:
            site.remove()
    finally:
        # Write the samples even if a later step failed.
        report.write(clock.samples, machine(site), pathlib.Path(options.out))


if __name__ == "__main__":
    main()
