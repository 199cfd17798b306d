"""Measures the setup of a new clone as a backup MX, and `apt-get install` of the same packages in another one."""
import json
import socket
import subprocess
import threading
import time

from site_files import LAB

PACKAGES = "postfix ufw iptables openssl ca-certificates openssh-client iputils-ping"


def reachable(address, since):
    """Waits for the guest's sshd. Returns the monotonic time."""
    while time.monotonic() < since + 120:
        try:
            with socket.create_connection((address, 22), timeout=0.2) as connection:
                if connection.recv(4) == b"SSH-":
                    return time.monotonic()
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(address)


def up(site):
    """Creates the guest. Returns the times of sshd's first reply, of the verification, and of the end."""
    times = {}
    begin = time.monotonic()
    watch = threading.Thread(target=lambda: times.update(sshd=reachable(site.address, begin)))
    watch.start()
    run = subprocess.Popen(site.mx("up", "site", "--json"), stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        if json.loads(line)["event"] == "verified":
            times["verified"] = time.monotonic()
    assert run.wait() == 0
    watch.join()
    return times["sshd"], times["verified"], time.monotonic()


def limit(site):
    """Measures apt-get alone, in a guest that is cloned and started."""
    # The run is stopped when it queries the first step: the guest exists, with its keys and no changes.
    run = subprocess.Popen(site.mx("up", "site", "--json"), stdout=subprocess.PIPE, text=True)
    for line in run.stdout:
        event = json.loads(line)
        if event["event"] == "changed" and event.get("step") == "host keys":
            run.kill()
            break
    run.wait()
    site.know()
    begin = time.monotonic()
    site.ssh("export DEBIAN_FRONTEND=noninteractive; apt-get -qq update; printf '#!/bin/sh\\nexit 101\\n' "
             ">/usr/sbin/policy-rc.d; chmod 755 /usr/sbin/policy-rc.d; "
             f"apt-get -qq -y install --no-install-recommends {PACKAGES} >/dev/null; rm /usr/sbin/policy-rc.d")
    return time.monotonic() - begin


def measure(clock, site, keep):
    """Runs one round. The guest is kept for further use if required."""
    clock.note("fresh", "limit", limit(site))
    site.remove()
    sshd, verified, _ = up(site)
    clock.note("fresh", "mxprovision", verified - sshd)
    if not keep:
        site.remove()
