# For prom/prometheus: Debian's package, under the paths and the user of the original.
FROM debian:bookworm-slim
RUN apt-get update -q && apt-get install -qy --no-install-recommends prometheus wget && rm -rf /var/lib/apt/lists/* /var/cache/apt/* \
    && mkdir -p /prometheus && chown 65534:65534 /prometheus && ln -s /usr/bin/prometheus /bin/prometheus 2>/dev/null || true
USER 65534:65534
VOLUME /prometheus
ENTRYPOINT ["/bin/prometheus"]
CMD ["--config.file=/etc/prometheus/prometheus.yml", "--storage.tsdb.path=/prometheus"]
