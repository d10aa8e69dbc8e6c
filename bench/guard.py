"""Latency and throughput of gRPC through the guard and past it, in alternating rounds: guard.py HOST CA CERTIFICATE KEY.
The two ports must be those of the same server; the API key is in QDRANT_API_KEY."""

import os
import statistics
import sys
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


guarded, direct = connect(6334, key, certificate), connect(6336)
for warm in (guarded, direct):
    latency(warm)
latencies, throughputs = [], []
for _ in range(ROUNDS):
    latencies.append((latency(guarded), latency(direct)))
    throughputs.append((throughput(guarded), throughput(direct)))


def show(what, pairs, unit, scale):
    ratios = sorted(a / b for a, b in pairs)
    through, past = (statistics.median(column) * scale for column in zip(*pairs))
    print(
        f"gRPC {what}: {through:.0f} {unit} through the guard, {past:.0f} past it; "
        f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


show("latency", latencies, "us", 1e6)
show("throughput", throughputs, "calls/s", 1)
