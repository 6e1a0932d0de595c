# For apache/kafka: the same jars on Debian's Java, under the paths and the contract of the original.
FROM debian:bookworm-slim
RUN mkdir -p /usr/share/man/man1 && apt-get update -q && apt-get install -qy --no-install-recommends openjdk-17-jre-headless && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
RUN useradd --uid 1000 appuser && mkdir -p /var/lib/kafka/data /opt/kafka && chown -R appuser /var/lib/kafka /opt/kafka
COPY jars /opt/kafka/libs
COPY log4j2.properties /opt/kafka/config/log4j2.properties
COPY kafka-run /etc/kafka/docker/run
VOLUME /mnt/shared/config
EXPOSE 9092
USER appuser
CMD ["/etc/kafka/docker/run"]
