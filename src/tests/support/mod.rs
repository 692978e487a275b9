//! Fixtures: an instance on each engine, and visitors with a browser.
//!
//! `visitor` a browser without scripts (or with htmx) · `page` what it sees · `mail` a mail server. Servers come from the testkit.

pub mod mail;
mod page;
mod visitor;

pub use Engine::{Postgres, Sqlite};
use minschool::domain::{bootstrap, roles, validation};
pub use page::Page;
pub use testkit::form::encode;
pub use visitor::{Visitor, set_board};

use minschool::app::App;
use minschool::cli::{instance, migrate};
use minschool::clock::Clock;
use minschool::config::{Config, Sources};
use minschool::entity::user;
use minschool::jobs::maintenance;
use poem::endpoint::BoxEndpoint;
use poem::{EndpointExt, Response};
use sea_orm::{ActiveValue::Set, EntityTrait};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use testkit::fault_proxy::FaultProxy;
use testkit::postgres::{NOT_DURABLE, PrivatePostgres};
use testkit::redis::PrivateRedis;

/// A password that everybody in tests has.
pub const PASSWORD: &str = "달리는 초록 자전거 일곱 대";

/// What an instance runs on. rstest puts the name into the test's path, by which `.config/nextest.toml` chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// SQLite without Redis: needs no server.
    Sqlite,
    /// PostgreSQL and Redis.
    Postgres,
}

impl Engine {
    pub async fn start(self) -> TestApp {
        match self {
            Sqlite => TestApp::embedded().await,
            Postgres => TestApp::shared().await,
        }
    }

    /// The same, with a proxy before the database that can be cut.
    pub async fn start_behind_proxy(self) -> (TestApp, FaultProxy) {
        assert_eq!(self, Postgres, "a file has no connection to cut");
        let (direct, port) = (postgres_database(), postgres().port());
        let proxy = FaultProxy::to(port).await;
        let database_url = direct.replace(&format!(":{port}/"), &format!(":{}/", proxy.port));
        (TestApp::on(TestBackends { database_url, redis: Some(PrivateRedis::start()), _folder: None }).await, proxy)
    }

    /// On a PostgreSQL of its own, without Redis.
    pub async fn start_on(self, server: &PrivatePostgres) -> TestApp {
        assert_eq!(self, Postgres);
        TestApp::on(TestBackends { database_url: server.url("postgres"), redis: None, _folder: None }).await
    }
}

/// The server of this process, or the one that all test processes of a nextest run share (`ops/testkit/shared-postgres`).
pub fn postgres() -> &'static PrivatePostgres {
    static SERVER: OnceLock<PrivatePostgres> = OnceLock::new();
    SERVER.get_or_init(|| PrivatePostgres::shared().unwrap_or_else(|| PrivatePostgres::start(NOT_DURABLE)))
}

/// The URL of a new, empty database.
pub fn postgres_database() -> String {
    postgres().create(&database_name())
}

/// The URL of a new database whose schema is this version's. It is copied: the steps cost each test more than that.
fn migrated_database() -> String {
    let migrate = |url: &str| {
        let folder = tempfile::tempdir().unwrap();
        let mut migrate = std::process::Command::new(env!("CARGO_BIN_EXE_minschool"));
        let migrated = migrate.arg("migrate").env("DATABASE_URL", url).env("DATA_DIR", folder.path()).output().unwrap();
        assert!(migrated.status.success(), "{}", String::from_utf8_lossy(&migrated.stderr));
    };
    postgres().create_like("migrated", &database_name(), migrate)
}

fn database_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!("t{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The database and Redis that the instances of one test share.
pub struct TestBackends {
    pub database_url: String,
    pub redis: Option<PrivateRedis>,
    _folder: Option<TempDir>,
}

/// One instance, or the first of several on the same backends.
pub struct TestApp {
    pub app: App,
    pub site: Arc<BoxEndpoint<'static, Response>>,
    pub admin: Arc<BoxEndpoint<'static, Response>>,
    pub backends: TestBackends,
}

impl TestApp {
    /// On SQLite, alone.
    pub async fn embedded() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = format!("sqlite://{}?mode=rwc", folder.path().join("test.db").display());
        Self::on(TestBackends { database_url, redis: None, _folder: Some(folder) }).await
    }

    /// On PostgreSQL and Redis.
    pub async fn shared() -> Self {
        let database_url = migrated_database();
        Self::on(TestBackends { database_url, redis: Some(PrivateRedis::start()), _folder: None }).await
    }

    async fn on(backends: TestBackends) -> Self {
        let (app, site, admin) = instance_on(&backends).await;
        Self { app, site, admin, backends }
    }

    /// One more instance on the same backends.
    pub async fn node(&self) -> TestNode {
        self.node_with(config(&self.backends)).await
    }

    /// One more instance on the same backends, set up otherwise.
    pub async fn node_with(&self, config: Config) -> TestNode {
        self.node_at(config, Clock::default()).await
    }

    /// One more instance on the same backends, on a machine with this clock.
    pub async fn node_at(&self, config: Config, clock: Clock) -> TestNode {
        let (app, site, admin) = instance_with(config, clock).await;
        TestNode { app, site, admin }
    }

    /// A browser that nobody has signed in with.
    pub fn visitor(&self) -> Visitor {
        Visitor::new(self.site.clone(), self.admin.clone())
    }

    /// A member, made without the form.
    pub async fn member(&self, name: &str) -> i64 {
        self.person(name, roles::MEMBER).await
    }

    /// A member with a role, made without the form. Their address is `{name}@example.com`.
    ///
    /// The password is not judged: the lists for that are made anew in each process, and a test is a process.
    pub async fn person(&self, name: &str, role: &str) -> i64 {
        let ctx = &self.app.context;
        let row = user::ActiveModel {
            email: Set(format!("{name}@example.com")),
            name: Set(name.into()),
            name_key: Set(validation::name_key(name)),
            name_skeleton: Set(Some(validation::name_skeleton(name))),
            password_hash: Set(ctx.hasher.hash(PASSWORD).await.unwrap()),
            role_id: Set(roles::find_by_slug(&ctx.db, role).await.unwrap().id),
            created_at: Set(ctx.clock.now()),
            ..Default::default()
        };
        user::Entity::insert(row).exec(&ctx.db).await.unwrap().last_insert_id.0
    }

    /// A new member, signed in.
    pub async fn signed_in(&self, name: &str) -> Visitor {
        self.member(name).await;
        let mut visitor = self.visitor();
        visitor.sign_in(name).await;
        visitor
    }

    /// A new member of the staff, signed in to the site and the panel.
    pub async fn staff(&self, name: &str, role: &str) -> Visitor {
        self.person(name, role).await;
        let mut visitor = self.visitor();
        visitor.sign_in(name).await;
        visitor.sign_in_as_staff(name).await;
        visitor
    }
}

/// A further instance.
pub struct TestNode {
    pub app: App,
    pub site: Arc<BoxEndpoint<'static, Response>>,
    pub admin: Arc<BoxEndpoint<'static, Response>>,
}

impl Drop for TestNode {
    fn drop(&mut self) {
        self.app.stop.cancel();
        self.app.ended.cancel();
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        self.app.stop.cancel();
        self.app.ended.cancel();
    }
}

type Routers = (App, Arc<BoxEndpoint<'static, Response>>, Arc<BoxEndpoint<'static, Response>>);

async fn instance_on(backends: &TestBackends) -> Routers {
    instance_with(config(backends), Clock::default()).await
}

async fn instance_with(config: Config, clock: Clock) -> Routers {
    let db = minschool::db::open(&config).await.unwrap();
    migrate::up(&config, &db).await.unwrap();
    bootstrap::open(&db, Clock::default().now(), true).await.unwrap();
    let redis = config.redis_url.is_some();
    let app = instance::start(config, db, clock).await.unwrap();
    if redis {
        until("Redis is trusted", async || app.context.shared.health().is_well()).await;
    }
    tokio::spawn(maintenance::run(app.clone()));
    let (site, admin) = (minschool::site::router(&app).boxed(), minschool::admin::router(&app).boxed());
    (app, Arc::new(site), Arc::new(admin))
}

/// Cheap passwords, no limits; the rest as shipped.
pub fn config(backends: &TestBackends) -> Config {
    let redis = backends.redis.as_ref().map(PrivateRedis::url).unwrap_or_default();
    let set = [
        ("DATABASE_URL", backends.database_url.as_str()),
        ("REDIS_URL", redis.as_str()),
        ("PASSWORD_MEMORY_KIB", "8"),
        ("PASSWORD_ROUNDS", "1"),
        ("RATE_LIMITS", "off"),
        ("DATABASE_CONNECTIONS", "6"),
        // Instances of all tests would share one folder.
        ("FILE_CACHE_MIB", "0"),
    ];
    let flags: BTreeMap<String, String> = set.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let config = Config::read(&Sources::gather(None, |_| None, &flags).unwrap()).unwrap();
    // This program is that of the tests.
    Config { program: env!("CARGO_BIN_EXE_minschool").into(), ..config }
}

/// The operator, for what is done without a browser.
pub fn operator() -> minschool::domain::audit::By {
    let actor = minschool::domain::Actor {
        id: minschool::domain::UserId(0),
        name: "operator".into(),
        role: "admin".into(),
        permissions: minschool::domain::Permissions::EVERY,
    };
    minschool::domain::audit::By { actor, client: minschool::domain::sessions::Client::default() }
}

/// Waits until something has come true; ten seconds are enough for everything here.
pub async fn until(what: &str, mut come_true: impl AsyncFnMut() -> bool) {
    for _ in 0..1000 {
        if come_true().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("waited in vain: {what}");
}
