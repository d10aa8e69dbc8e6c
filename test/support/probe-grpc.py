"""Asks a gRPC port for its collections, as a client would, and prints the status: probe-grpc.py HOST:PORT CA [CERTIFICATE KEY].
The API key is in the environment variable QDRANT_API_KEY, where there is one."""

import os
import sys

import grpc

target, ca, *client = sys.argv[1:]
content = [open(path, "rb").read() for path in (ca, *client)]
credentials = grpc.ssl_channel_credentials(content[0], *(reversed(content[1:])))
key = os.environ.get("QDRANT_API_KEY")
with grpc.secure_channel(target, credentials) as channel:
    call = channel.unary_unary("/qdrant.Collections/List")
    try:
        call(b"", timeout=5, metadata=[("api-key", key)] if key else [])
        print("OK")
    except grpc.RpcError as error:
        print(error.code().name)
