"""Simulates a slow link: TCP connections to the guests and to Proxmox are redirected here and forwarded with a delay.

It works on kernels without netem. The handshake's round trip is added to the first bytes. It counts connections, round trips
(changes of direction from server to client) and bytes, and prints them when it is stopped.
"""
import asyncio
import json
import os
import signal
import socket
import struct
import subprocess
import sys

PORT = 2299
MARK = 77
ORIGINAL_DESTINATION = 80


def redirect():
    """Redirects this network namespace's traffic to ssh and Proxmox, except the relay's own."""
    rules = f"""
        table ip bench {{
            chain output {{
                type nat hook output priority -100
                ip daddr 10.2.0.0/24 tcp dport {{ 22, 8006 }} meta mark != {MARK} redirect to :{PORT}
            }}
        }}"""
    subprocess.run(["nft", "-f", "-"], input=rules, text=True, check=True)


def restore():
    subprocess.run(["nft", "delete", "table", "ip", "bench"], stderr=subprocess.DEVNULL)


class Relay:
    def __init__(self, round_trip):
        self.round_trip = round_trip
        self.counts = {}

    async def carry(self, reader, writer, link, count, is_answer):
        """Forwards bytes with the configured delay."""
        loop = asyncio.get_running_loop()
        queue = asyncio.Queue()

        async def deliver():
            while (item := await queue.get()) is not None:
                due, data = item
                if (pause := due - loop.time()) > 0:
                    await asyncio.sleep(pause)
                writer.write(data)
                await writer.drain()
            if writer.can_write_eof():
                writer.write_eof()

        delivery = asyncio.create_task(deliver())
        try:
            while data := await reader.read(65536):
                if is_answer:
                    link["answered"] = True
                elif link["answered"]:
                    link["answered"] = False
                    count["trips"] += 1
                count["bytes"] += len(data)
                queue.put_nowait((loop.time() + self.round_trip / 2, data))
        except OSError:
            pass
        queue.put_nowait(None)
        try:
            await delivery
        except OSError:
            pass

    async def accept(self, reader, writer):
        link = {"answered": False}
        own = writer.get_extra_info("socket")
        own.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        port, address = struct.unpack("!2xH4s8x", own.getsockopt(socket.SOL_IP, ORIGINAL_DESTINATION, 16))
        count = self.counts.setdefault("api" if port == 8006 else "ssh", {"connections": 0, "trips": 0, "bytes": 0})
        count["connections"] += 1
        # The handshake, and the first bytes after it.
        count["trips"] += 2
        await asyncio.sleep(self.round_trip * 1.5)
        far = socket.socket()
        far.setsockopt(socket.SOL_SOCKET, socket.SO_MARK, MARK)
        far.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        far.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(far, (socket.inet_ntoa(address), port))
        except OSError:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(sock=far)
        await asyncio.gather(
            self.carry(reader, far_writer, link, count, False), self.carry(far_reader, writer, link, count, True))
        writer.close()
        far_writer.close()


async def main(round_trip):
    relay = Relay(round_trip)
    server = await asyncio.start_server(relay.accept, "127.0.0.1", PORT, backlog=256)
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, over.set)

    def tell():
        print(json.dumps(relay.counts), flush=True)
        relay.counts = {}

    loop.add_signal_handler(signal.SIGUSR1, tell)
    redirect()
    print("ready", flush=True)
    await over.wait()
    restore()
    server.close()
    # Open connections end with the process.
    os._exit(0)


if __name__ == "__main__":
    restore()
    asyncio.run(main(float(sys.argv[1]) / 1000))
