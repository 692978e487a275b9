//! MinSchool: the community site of an organisation, in one binary.
//!
//! The product: `domain` rules, a noun each · `entity` tables as SeaORM models · `site`, `admin` the two routers and their
//! handlers · `web` the HTTP that both share.
//! Shared state: `shared` Redis, or memory where there is none · `jobs` the worker of the queue, and what runs in intervals.
//! `search` what makes texts searchable · `files` bytes in rows of the database. `mail` writes letters and hands them to a relay ·
//! `outgoing` where connections may lead.
//! Running it: `cli` the commands · `config` settings · `app` an instance put together · `db` opening and health of the
//! database · `clock` time that a step of the machine's clock does not move · `monitor` heartbeats and history · `metrics`
//! counters for Prometheus · `histogram` durations counted in buckets · `edge` reports from nginx' log · `backup` backups, restore, move · `seed` sample data ·
//! `systemd` its sockets and messages · `telemetry` the log.
#![allow(missing_docs, reason = "asked for where others build on it: domain, shared and the member crates")]

pub mod admin;
pub mod app;
pub mod backup;
pub mod cli;
pub mod clock;
pub mod config;
pub mod db;
pub mod domain;
pub mod edge;
pub mod entity;
pub mod files;
pub mod histogram;
pub mod jobs;
pub mod mail;
pub mod metrics;
pub mod monitor;
pub mod outgoing;
pub mod search;
pub mod seed;
pub mod shared;
pub mod site;
pub mod systemd;
pub mod telemetry;
pub mod web;
