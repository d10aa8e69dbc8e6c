"""Latency and throughput of gRPC through the guard and past it, in alternating rounds, and of REST, which needs no guard as Qdrant
verifies client certificates there itself: guard.py HOST CA CERTIFICATE KEY.
The ports must be those of the same server; the API key is in QDRANT_API_KEY."""

import http.client
import os
import ssl
import statistics
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc

host, *files = sys.argv[1:]
ca, certificate, key = (open(path, "rb").read() for path in files)
metadata = [("api-key", os.environ["QDRANT_API_KEY"])]
ROUNDS, CALLS, WORKERS = 7, 1000, 16


def connect(port, *client):
    credentials = grpc.ssl_channel_credentials(ca, *client)
    options = [("grpc.ssl_target_name_override", host)]
    return grpc.secure_channel(f"127.0.0.1:{port}", credentials, options).unary_unary("/qdrant.Collections/List")


def connect_rest():
    """A call of REST; each thread keeps a connection of its own, as a pool of a client does."""
    context = ssl.create_default_context(cafile=files[0])
    context.load_cert_chain(files[1], files[2])
    context.check_hostname = False
    local, headers = threading.local(), {"api-key": os.environ["QDRANT_API_KEY"]}

    def call(_body, **_options):
        if not hasattr(local, "connection"):
            local.connection = http.client.HTTPSConnection("127.0.0.1", 6333, context=context, timeout=10)
        local.connection.request("GET", "/collections", headers=headers)
        response = local.connection.getresponse()
        response.read()
        assert response.status == 200, response.status

    return call


def latency(call):
    times = []
    for _ in range(CALLS):
        start = time.perf_counter()
        call(b"", metadata=metadata, timeout=10)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def throughput(call):
    start = time.perf_counter()
    with ThreadPoolExecutor(WORKERS) as pool:
        list(pool.map(lambda _: call(b"", metadata=metadata, timeout=10), range(CALLS)))
    return CALLS / (time.perf_counter() - start)


guarded, direct, rest = connect(6334, key, certificate), connect(6336), connect_rest()
for warm in (guarded, direct, rest):
    latency(warm)
latencies, throughputs, rests = [], [], []
for _ in range(ROUNDS):
    latencies.append((latency(guarded), latency(direct)))
    throughputs.append((throughput(guarded), throughput(direct)))
    rests.append((latency(rest), throughput(rest)))


def show(what, pairs, unit, scale):
    ratios = sorted(a / b for a, b in pairs)
    through, past = (statistics.median(column) * scale for column in zip(*pairs))
    print(
        f"gRPC {what}: {through:.0f} {unit} through the guard, {past:.0f} past it; "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


show("latency", latencies, "us", 1e6)
show("throughput", throughputs, "calls/s", 1)
latencies, throughputs = zip(*rests)
print(f"REST, no guard: {statistics.median(latencies) * 1e6:.0f} us, {statistics.median(throughputs):.0f} calls/s")
