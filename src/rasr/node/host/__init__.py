"""Running the node: its home folder, its server and worker, TLS, health, logs, backup."""
