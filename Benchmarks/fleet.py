"""Measures a no-op over many guests in parallel, all clones of one guest."""
import json
import os
import pathlib
import ssl
import subprocess
import sys
import time
import urllib.parse
import urllib.request

from site_files import LAB, inventory


def names(count):
    return [f"s{number:02}" for number in range(1, count + 1)]


def vmids(count):
    return range(200, 200 + count)


def up(site, names):
    """Runs `up` for all sites in parallel. Returns the memory in MiB."""
    return run(site.mx("up", *names, "--parallel", str(len(names)), inventory="fleet.yml"))


def run(argv):
    """Runs a command that must succeed. Returns its memory in MiB."""
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{child.args}: {child.stderr.read().decode()}")
    return usage.ru_maxrss / 1024


class Root:
    """Calls the lab's Proxmox API as root: only root may clone any guest or convert it to a template."""

    def __init__(self):
        self.trust = ssl.create_default_context(cafile=LAB["ca"])
        self.trust.check_hostname = False
        self.headers = {}
        password = pathlib.Path(LAB["token_file"]).with_name("root-password")
        self.login = f"login: {{user: root@pam, file: {password}}}"
        ticket = self.call("POST", "access/ticket", username="root@pam", password=password.read_text().strip())
        self.headers = {"Cookie": f"PVEAuthCookie={ticket['ticket']}", "CSRFPreventionToken": ticket["CSRFPreventionToken"]}

    def call(self, method, path, **form):
        body = urllib.parse.urlencode(form).encode() if form else None
        request = urllib.request.Request(f"{LAB['api']}/api2/json/{path}", body, self.headers, method=method)
        with urllib.request.urlopen(request, context=self.trust) as answer:
            return json.load(answer)["data"]

    def make_template(self, vmid):
        guest = f"nodes/{LAB['node']}/lxc/{vmid}"
        self.call("POST", f"{guest}/status/shutdown", timeout=60, forceStop=1)
        self.wait(lambda: self.call("GET", f"{guest}/status/current")["status"] == "stopped", f"guest {vmid} does not stop")
        self.call("POST", f"{guest}/template")
        self.wait(lambda: self.call("GET", f"{guest}/config").get("template") == 1, f"guest {vmid} becomes no template")

    def destroy(self, vmid):
        guest = f"nodes/{LAB['node']}/lxc/{vmid}"
        self.call("PUT", f"{guest}/config", protection=0)
        self.call("DELETE", f"{guest}?force=1&purge=1")
        self.wait(lambda: vmid not in self.guests(), f"guest {vmid} does not go")

    def guests(self):
        return {guest["vmid"] for guest in self.call("GET", f"nodes/{LAB['node']}/lxc")}

    @staticmethod
    def wait(condition, complaint):
        deadline = time.monotonic() + 90
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError(complaint)
            time.sleep(0.2)


def prepare(site, count):
    """Converts the guest to a template, creates linked clones, and runs `up` once for each."""
    root = Root()
    root.make_template(110)
    key = next(
        line.split(" ", 1)[1] for line in pathlib.Path(site.state, "bench/site/known_hosts").read_text().splitlines()
        if " ssh-ed25519 " in line)
    sites = [
        (name, name, vmid, 110, f"10.2.0.{vmid - 100}", key) for name, vmid in zip(names(count), vmids(count))]
    site.write("fleet.yml", inventory("fleet", sites, root.login))
    began = time.monotonic()
    run(site.mx("up", "--all", inventory="fleet.yml"))
    print(f"  {count} guests, created in {time.monotonic() - began:.0f} s", file=sys.stderr)


def remove(count):
    root = Root()
    for vmid in [*vmids(count), 110]:
        root.destroy(vmid)


def measure(clock, site, counts):
    prepare(site, max(counts))
    for round_trip in (0, 40):
        clock.slow(round_trip)
        for _ in range(3):
            for count in counts:
                clock.counts()
                begin = time.monotonic()
                memory = up(site, names(count))
                clock.note("fleet", "mxprovision", time.monotonic() - begin, memory, count)
    clock.slow(0)
    remove(max(counts))
