/** For one machine's renders: little memory, few processes. */
const SETTINGS = {
  listen_addresses: "",
  unix_socket_directories: ".",
  cluster_name: "framewright",
  max_connections: 100,
  shared_buffers: "32MB",
  max_wal_size: "256MB",
  // Nothing is replicated.
  wal_level: "minimal",
  max_wal_senders: 0,
  max_logical_replication_workers: 0,
  // Our statements are short: what would speed up long ones costs processes and memory.
  max_parallel_workers: 0,
  jit: "off",
  io_method: "sync",
  autovacuum_max_workers: 2,
  // In the data directory, where a killed server's is found again; /dev/shm is small in containers.
  dynamic_shared_memory_type: "mmap",
  // A statement that fails is told to who sent it, and may hold what is not for a log.
  log_min_messages: "log",
  log_checkpoints: "off",
  timezone: "UTC",
  log_timezone: "UTC",
} as const;

/** The server's settings as arguments: they go before those of the data directory, whoever made it. */
export const SETTING_ARGS: readonly string[] = Object.entries(SETTINGS).flatMap(([name, value]) => [
  "-c",
  `${name}=${value}`,
]);
