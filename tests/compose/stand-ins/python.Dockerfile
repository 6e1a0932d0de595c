# For python:3.11-slim-bookworm: Debian's Python and a pip, under the paths of the original, like it without bytecode.
FROM debian:bookworm-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-venv \
    && python3 -m venv /tmp/venv && mkdir -p /usr/local/lib/python3.11/dist-packages \
    && cp -r /tmp/venv/lib/python3.11/site-packages/pip /usr/local/lib/python3.11/dist-packages/ \
    && printf '#!/bin/sh\nexec python3 -m pip "$@"\n' >/usr/local/bin/pip && chmod 755 /usr/local/bin/pip \
    && ln -s /usr/bin/python3 /usr/local/bin/python3 && ln -s /usr/bin/python3 /usr/local/bin/python \
    && apt-get purge -qy --auto-remove python3-venv \
    && find /usr/lib/python3* /usr/local/lib -name __pycache__ -prune -exec rm -rf {} + \
    && rm -rf /tmp/venv /var/lib/apt/lists/* /var/cache/apt/* /usr/lib/python3*/EXTERNALLY-MANAGED
COPY ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
ENV SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt PIP_CERT=/etc/ssl/certs/ca-certificates.crt
