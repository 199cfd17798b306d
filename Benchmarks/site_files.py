"""One site in the lab: its inventory, and the command of each tool."""
import os
import pathlib
import shlex
import subprocess

HERE = pathlib.Path(__file__).parent
LAB = {name[7:].lower(): value for name, value in os.environ.items() if name.startswith("PVELAB_")}

# Files of the guest that pyinfra and Ansible install, by the name that they use.
FILES = {
    "main.cf": "/etc/postfix/main.cf", "master.cf": "/etc/postfix/master.cf", "transport": "/etc/postfix/transport",
    "relay_recipients": "/etc/postfix/relay_recipients", "virtual": "/etc/postfix/virtual",
    "primary-state": "/usr/local/sbin/primary-state", "monitor.conf": "/etc/mxprovision/monitor.conf",
    "monitor": "/usr/local/lib/mxprovision/monitor",
    "mxprovision-monitor": "/etc/cron.d/mxprovision-monitor"}


def inventory(name, sites, enter=None):
    """Returns an inventory with these sites: name, hostname, vmid, template, address, host key of the template."""
    enter = enter or f"token: {{id: \"{LAB['token_id']}\", file: {LAB['token_file']}}}"
    text = f"""name: {name}
domain: yourdomain.net
primary: {{name: mail.yourdomain.net, address: {LAB['primary_address']}}}
recipients: [you@yourdomain.net, admin@yourdomain.net]
alerts: ops@sender.example
defaults:
  proxmox: {{address: {LAB['node_address']}, node: {LAB['node']}, fingerprint: "{LAB['fingerprint']}", {enter}}}
sites:
"""
    for site, host, vmid, template, address, key in sites:
        text += f"""  {site}:
    ssh: {{identity: {LAB['ssh_key']}, host_key: {key}}}
    guest:
      vmid: {vmid}
      template: {template}
      pool: sites
      hostname: {host}.yourdomain.net
      network: {{bridge: vmbr0, address: {address}/24, gateway: {LAB['guest_gateway']}}}
"""
    return text


class Site:
    def __init__(self, binary, scratch, tools):
        self.binary, self.scratch, self.tools = binary, scratch, tools
        self.address = LAB["guest_address"]
        self.state = f"{scratch}/state"
        own = ("site", "mail-backup", 110, 100, self.address, LAB["template_host_key"])
        self.write("bench.yml", inventory("bench", [own]))

    def write(self, name, text):
        pathlib.Path(self.scratch, name).write_text(text)

    def mx(self, *words, inventory="bench.yml"):
        return [self.binary, *words, "--inventory", f"{self.scratch}/{inventory}", "--state-dir", self.state]

    def ssh_options(self):
        return [
            "-T", "-F", "none", "-o", "BatchMode=yes", "-o", "LogLevel=ERROR", "-o", "IdentitiesOnly=yes",
            "-o", f"UserKnownHostsFile={self.scratch}/known_hosts", "-o", "UpdateHostKeys=no", "-i", LAB["ssh_key"]]

    def ssh(self, script, check=True):
        return subprocess.run(
            ["ssh", *self.ssh_options(), f"root@{self.address}", "sh -s"], input=script.encode(), check=check,
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout

    def know(self):
        """Writes the guest's host keys under its address, for the other tools."""
        known = pathlib.Path(self.state, "bench/site/known_hosts").read_text()
        self.write("known_hosts", known.replace("site-110", self.address))

    def remove(self):
        subprocess.run(self.mx("teardown", "site", "--yes"), check=True, stdout=subprocess.DEVNULL)

    def make(self):
        """Creates a converged guest, and reads its files."""
        subprocess.run(self.mx("up", "site"), check=True, stdout=subprocess.DEVNULL)
        self.know()
        if self.tools:
            self.ssh("DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "
                     "python3 python3-apt")
        folder = pathlib.Path(self.scratch, "files")
        folder.mkdir(exist_ok=True)
        for name, path in FILES.items():
            (folder / name).write_bytes(self.ssh(f"cat {path}"))
        self.check_words = self.ssh((HERE / "limit.sh").read_text())
        pathlib.Path(self.scratch, "good").write_bytes(self.check_words)
        self.write("inventory.py", f"""hosts = [("{self.address}", {{
    "ssh_user": "root", "ssh_key": "{LAB['ssh_key']}", "ssh_known_hosts_file": "{self.scratch}/known_hosts"}})]
""")
        self.write("hosts.ini", f"{self.address} ansible_user=root ansible_python_interpreter=/usr/bin/python3\n")
        os.makedirs(f"{self.scratch}/control", exist_ok=True)

    def environment(self):
        return os.environ | {
            "BENCH_FILES": f"{self.scratch}/files",
            "ANSIBLE_PIPELINING": "1", "ANSIBLE_HOME": f"{self.scratch}/ansible",
            "ANSIBLE_PRIVATE_KEY_FILE": LAB["ssh_key"], "ANSIBLE_SSH_CONTROL_PATH": f"{self.scratch}/control/ansible",
            "ANSIBLE_SSH_ARGS": "-F none -o ControlMaster=auto -o ControlPersist=60s -o IdentitiesOnly=yes "
            f"-o UserKnownHostsFile={self.scratch}/known_hosts", "LC_ALL": "C.UTF-8"}

    def close_connections(self):
        """Ends connections that an earlier run has kept, so that the next run is cold."""
        user = f"/tmp/mxprovision-{os.geteuid()}"
        sockets = [f"{self.scratch}/control/ansible"]
        sockets += [f"{user}/{name}" for name in (os.listdir(user) if os.path.isdir(user) else [])]
        for path in sockets:
            if os.path.exists(path):
                subprocess.run(["ssh", "-o", f"ControlPath={path}", "-O", "exit", "x"], stderr=subprocess.DEVNULL)

    def limit(self, *scripts):
        ssh = shlex.join(["ssh", *self.ssh_options(), f"root@{self.address}", "sh -s"])
        return ["sh", "-c", f"cat {' '.join(str(HERE / name) for name in scripts)} | {ssh} | cmp -s - $0",
                f"{self.scratch}/good"]

    def noop(self, tool, live=False):
        """Returns the command and its environment."""
        match tool:
            case "limit": return self.limit("limit.sh"), None
            case "mxprovision": return self.mx("up", "site", *(["--keep-connection"] if live else [])), None
            case "pyinfra":
                return [f"{self.tools}/bin/pyinfra", "-y", f"{self.scratch}/inventory.py",
                        str(HERE / "pyinfra_deploy.py")], self.environment()
            case "ansible":
                return [f"{self.tools}/bin/ansible-playbook", "-i", f"{self.scratch}/hosts.ini",
                        str(HERE / "ansible_playbook.yml")], self.environment()

    def repair(self, tool):
        if tool != "limit":
            return self.noop(tool)
        argv = self.limit("limit.sh", "repair.sh")
        # The first part of the output differs by the drift, so it is not compared.
        return [*argv[:2], argv[2].replace("cmp -s - $0", "tail -n 3 >/dev/null"), argv[3]], None

    def drift(self):
        self.ssh("postconf -e relay_domains=evil.example; rm /etc/postfix/relay_recipients.db; "
                 "touch -d '3 seconds ago' /etc/postfix/main.cf; systemctl reload postfix")

    def check(self):
        """Checks that the last tool has left the guest converged."""
        assert self.ssh((HERE / "limit.sh").read_text()) == self.check_words, "the guest has drifted"

    def versions(self):
        def said(*argv):
            return subprocess.run(argv, capture_output=True, text=True).stdout.strip().splitlines()[:1]
        versions = {"mxprovision": said(self.binary, "--version")}
        if self.tools:
            versions["pyinfra"] = said(f"{self.tools}/bin/pyinfra", "--version")
            versions["ansible"] = said(f"{self.tools}/bin/ansible", "--version")
        return {tool: words[0] if words else "" for tool, words in versions.items()}
