//! MinSchool: the community site of an organisation, in one binary.
//!
//! `cli` the command line · `config` what can be set · `app` what a request can reach · `entity` the tables ·
//! `shared` what instances agree on · `histogram` durations counted in buckets · `metrics` what an instance measures · `edge` what nginx
//! saw · `backup` copies of the house · `domain` what MinSchool does · `web` HTTP as both routers speak it ·
//! `site`, `admin` their addresses and handlers · `telemetry` what is logged.

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
pub mod histogram;
pub mod jobs;
pub mod metrics;
pub mod monitor;
pub mod seed;
pub mod shared;
pub mod site;
pub mod systemd;
pub mod telemetry;
pub mod web;
