"""A clean clone made into a backup MX, beside `apt-get install` of the same packages in another clean clone."""
import json
import socket
import subprocess
import threading
import time

from site_files import LAB

PACKAGES = "postfix ufw iptables openssl ca-certificates openssh-client iputils-ping"


def reachable(address, since):
    """When sshd of a guest answers, on the monotonic clock."""
    while time.monotonic() < since + 120:
        try:
            with socket.create_connection((address, 22), timeout=0.2) as connection:
                if connection.recv(4) == b"SSH-":
                    return time.monotonic()
        except OSError:
            time.sleep(0.01)
    raise TimeoutError(address)


def up(site):
    """Makes the guest; returns when sshd answered, when it was verified, and when all was done."""
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
    """What apt-get takes in a guest that has been cloned and started, and nothing else."""
    # The run is ended when it asks for the first step: the guest is there, with its keys, and blank.
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
    """One round; the guest stays where it is to be used further."""
    clock.note("fresh", "limit", limit(site))
    site.remove()
    sshd, verified, _ = up(site)
    clock.note("fresh", "mxprovision", verified - sshd)
    if not keep:
        site.remove()
