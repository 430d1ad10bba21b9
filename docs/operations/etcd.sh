#!/bin/sh
# One etcd, as it was run for docs/operations.md. It is a single point of failure: when it is gone, Patroni demotes the
# primary and nothing is written until it is back. In production run three on separate hosts: the same line on each,
# with all three in --initial-cluster, and all three in `etcd3.hosts` of patroni.yml. Use TLS between hosts.
exec etcd --name etcd1 --data-dir /var/lib/etcd/salur \
    --listen-client-urls http://127.0.10.4:2379 --advertise-client-urls http://127.0.10.4:2379 \
    --listen-peer-urls http://127.0.10.4:2380 --initial-advertise-peer-urls http://127.0.10.4:2380 \
    --initial-cluster etcd1=http://127.0.10.4:2380
