"""A no-op over many guests at once, each a clone of the one that was made."""
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


def up(site, names):
    """Brings sites up, all at once; the memory that this took, in MiB."""
    return run(site.mx("up", *names, "--parallel", str(len(names)), inventory="fleet.yml"))


def run(argv):
    """Runs a command that is to end well; the memory that it took, in MiB."""
    child = subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{child.args}: {child.stderr.read().decode()}")
    return usage.ru_maxrss / 1024


def stop(vmid):
    """Shuts a container down and waits: Proxmox makes no full clone of one that runs."""
    trust = ssl.create_default_context(cafile=LAB["ca"])
    trust.check_hostname = False

    def call(method, path, headers, **form):
        body = urllib.parse.urlencode(form).encode() if method == "POST" else None
        request = urllib.request.Request(f"{LAB['api']}/api2/json/{path}", body, headers, method=method)
        with urllib.request.urlopen(request, context=trust) as answer:
            return json.load(answer)["data"]

    ticket = call("POST", "access/ticket", {}, username="root@pam", password=password().read_text().strip())
    headers = {"Cookie": f"PVEAuthCookie={ticket['ticket']}", "CSRFPreventionToken": ticket["CSRFPreventionToken"]}
    place = f"nodes/{LAB['node']}/lxc/{vmid}/status"
    call("POST", f"{place}/shutdown", headers, timeout=60, forceStop=1)
    deadline = time.monotonic() + 90
    while call("GET", f"{place}/current", headers)["status"] != "stopped":
        if time.monotonic() > deadline:
            raise TimeoutError(f"guest {vmid} does not stop")
        time.sleep(0.2)


def password():
    """The file with root's password for the lab's Proxmox, as only root may clone any guest."""
    return pathlib.Path(LAB["token_file"]).with_name("root-password")


def prepare(site, count):
    """Clones one after the other, as Proxmox has a source cloned once at a time."""
    stop(110)
    key = next(
        line.split(" ", 1)[1] for line in pathlib.Path(site.state, "bench/site/known_hosts").read_text().splitlines()
        if " ssh-ed25519 " in line)
    sites = [(name, name, 200 + number, 110, f"10.2.0.{100 + number}", key) for number, name in enumerate(names(count))]
    site.write("fleet.yml", inventory("fleet", sites, f"login: {{user: root@pam, file: {password()}}}"))
    began = time.monotonic()
    for name in names(count):
        up(site, [name])
    print(f"  {count} guests, made in {time.monotonic() - began:.0f} s", file=sys.stderr)


def remove(site, count):
    for name in names(count):
        run(site.mx("teardown", name, "--yes", inventory="fleet.yml"))
    run(site.mx("up", "site"))


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
