//! The integration tests, as one binary: linking is what tests cost most.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod accounts;
mod admin;
mod backup;
mod backup_commands;
mod budgets;
mod cluster;
mod command_line;
mod comments;
mod database_outage;
mod disk_full;
mod disk_processes;
mod edge;
mod hostile;
mod limits;
mod live;
mod metrics;
mod posts;
mod processes;
mod rolling;
mod rotation;
mod schema;
mod seed;
mod settings;
mod shared_cluster;
mod shared_contract;
mod shared_contract_live;
mod shared_instances;
mod shared_outage;
mod shared_redis;
mod shared_sentinel;
mod shared_world;
mod support;
mod support_servers;
mod system;
mod tidy;
