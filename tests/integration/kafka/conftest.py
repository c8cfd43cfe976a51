"""What is true of a broker that keeps its log: these run on Apache Kafka alone, by `make test-kafka`."""

from infra.local.brokers import APACHE, broker_name

collect_ignore_glob = [] if broker_name() == APACHE else ["test_*.py"]
