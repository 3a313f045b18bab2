# docker build -t oktail .                              docs/operations.md says how to run it
# docker build -t oktail-simulator --target simulator . compose.yaml shows both together
FROM debian:13-slim AS build
WORKDIR /oktail
COPY scripts/setup scripts/
RUN scripts/setup build
COPY . .
RUN cmake --preset release -D OKTAIL_TESTS=OFF -D OKTAIL_BENCH=OFF \
    && cmake --build --preset release --target oktail -- --quiet \
    && strip build/release/bin/oktail

FROM build AS build-simulator
RUN cmake --build --preset release --target oktail-simulator -- --quiet \
    && strip build/release/bin/oktail-simulator

# What both programs need at run time. The user's number is what volumes and secrets are given to: it never changes.
FROM debian:13-slim AS base
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libboost-json1.83.0 libisal2 libprometheus-cpp-core1.0 librdkafka1 \
        libsimdjson25 libspdlog1.15 libsqlite3-0 libssl3t64 libyaml-cpp0.8 libzstd1 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/log/apt /var/log/*.log \
    && groupadd --gid 64100 oktail \
    && useradd --system --uid 64100 --gid oktail --no-create-home --home-dir /var/lib/oktail --shell /usr/sbin/nologin oktail

FROM base AS simulator
COPY --from=build-simulator /oktail/build/release/bin/oktail-simulator /usr/bin/
RUN install -d -o oktail -g oktail /simulator
USER 64100:64100
STOPSIGNAL SIGTERM
VOLUME ["/simulator"]
HEALTHCHECK --interval=2s CMD ["test", "-e", "/simulator/ready.json"]
ENTRYPOINT ["/usr/bin/oktail-simulator", "--dir", "/simulator"]

FROM base AS oktail
COPY --from=build /oktail/build/release/bin/oktail /usr/bin/
RUN install -d /etc/oktail \
    && install -d -o oktail -g oktail -m 0700 /var/lib/oktail \
    && install -d -o oktail -g oktail -m 0750 /var/log/oktail
USER 64100:64100
# As process 1 oktail has all it needs: it handles its signals, and neither it nor the health check has children to reap.
STOPSIGNAL SIGTERM
# The only places it writes to; volumes, so that the rest may be --read-only.
VOLUME ["/var/lib/oktail", "/var/log/oktail"]
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s CMD ["/usr/bin/oktail", "health"]
ENTRYPOINT ["/usr/bin/oktail"]
CMD ["run"]
