"""The playbook's steps for pyinfra. `files` has the files of a converged guest; only required facts are queried."""
import os

from pyinfra import host
from pyinfra.facts.files import File
from pyinfra.facts.server import Command
from pyinfra.operations import apt, files, server, systemd

FILES = os.environ["BENCH_FILES"]
PACKAGES = ["postfix", "ufw", "iptables", "cron", "openssl", "ca-certificates", "openssh-client", "iputils-ping"]
CHAIN = "/etc/postfix/tls/chain.pem"

server.hostname(name="hostname", hostname="mail-backup")
apt.packages(name="packages", packages=PACKAGES, no_recommends=True)

allowed = host.get_fact(Command, "grep -h '^### tuple ### allow' /etc/ufw/user.rules /etc/ufw/user6.rules || true") or ""
enabled = host.get_fact(Command, "grep '^ENABLED=' /etc/ufw/ufw.conf || true") or ""
for port in ("22", "25"):
    if allowed.count(f"tcp {port} ") < 2:
        server.shell(name=f"port {port}", commands=[f"ufw allow {port}/tcp"])
if "yes" not in enabled:
    server.shell(name="firewall", commands=["ufw --force enable"])

for table in ("transport", "relay_recipients"):
    put = files.put(name=table, src=f"{FILES}/{table}", dest=f"/etc/postfix/{table}")
    if put.will_change or not host.get_fact(File, f"/etc/postfix/{table}.db"):
        server.shell(name=f"{table}.db", commands=[f"postmap hash:/etc/postfix/{table}"])
files.put(name="aliases", src=f"{FILES}/virtual", dest="/etc/postfix/virtual")
if not host.get_fact(File, CHAIN):
    server.shell(name="certificate", commands=[
        "mkdir -p /etc/postfix/tls && cd /etc/postfix/tls && umask 077 && "
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 "
        "-subj /CN=mail-backup.yourdomain.net -keyout key -out certificate && cat key certificate >chain.pem"])
main = files.put(name="main.cf", src=f"{FILES}/main.cf", dest="/etc/postfix/main.cf", mode="644")
master = files.put(name="master.cf", src=f"{FILES}/master.cf", dest="/etc/postfix/master.cf", mode="644")
systemd.service(name="postfix", service="postfix@-", running=True, reloaded=main.will_change or master.will_change)
systemd.service(name="postfix at boot", service="postfix", enabled=True)
if host.get_fact(Command, "cmp /etc/resolv.conf /var/spool/postfix/etc/resolv.conf || true"):
    server.shell(name="resolver", commands=["systemctl restart postfix"])
for name, path, mode in (
    ("primary-state", "/usr/local/sbin/primary-state", "755"),
    ("monitor.conf", "/etc/mxprovision/monitor.conf", "644"),
    ("monitor", "/usr/local/lib/mxprovision/monitor", "755"),
    ("mxprovision-monitor", "/etc/cron.d/mxprovision-monitor", "644"),
):
    files.put(name=name, src=f"{FILES}/{name}", dest=path, mode=mode)
systemd.service(name="cron", service="cron", running=True, enabled=True)
