//! The list of everything that can be set, with its default and one line of help.

/// One thing that can be set, under the same name everywhere: `SITE_LISTEN` in the environment,
/// `site_listen` in the file, `--site-listen` on the command line.
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// What holds when nobody sets it.
    pub default: &'static str,
    /// One line for `--help` and `minschool config`.
    pub help: &'static str,
    /// Whether `minschool config` hides the value (a password may be in it).
    pub secret: bool,
}

impl Setting {
    /// The command-line flag, without its dashes.
    pub fn flag(&self) -> String {
        self.name.to_lowercase().replace('_', "-")
    }
}

const fn setting(name: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { name, default, help, secret: false }
}

const fn secret(name: &'static str, help: &'static str) -> Setting {
    Setting { name, default: "", help, secret: true }
}

/// All settings. The order is the order in which `minschool config` prints them.
pub const SETTINGS: &[Setting] = &[
    secret("DATABASE_URL", "postgres://user:password@host/name; empty: SQLite in DATA_DIR"),
    secret("REDIS_URL", "redis://, rediss://, redis-sentinel:// or redis-cluster://; empty: in this process"),
    setting("SITE_LISTEN", "127.0.0.1:3000", "address and port of the site"),
    setting("ADMIN_LISTEN", "127.0.0.1:3001", "address and port of the admin panel"),
    setting("PUBLIC_URL", "", "the site's address as browsers see it, such as https://example.org"),
    setting("ADMIN_PUBLIC_URL", "", "the admin panel's address as browsers see it"),
    setting("HSTS_SECONDS", "31536000", "seconds for which browsers use https alone, once PUBLIC_URL is https; 0: they forget it"),
    setting("HSTS_SCOPE", "host", "host, subdomains (all below it as well) or preload (also in the lists that browsers bring along)"),
    setting("SECURITY_CONTACT", "", "where vulnerabilities are reported (/.well-known/security.txt): an e-mail or https address"),
    setting("TRUSTED_PROXIES", "127.0.0.1/32,::1/128", "networks whose X-Forwarded-For is believed, comma-separated"),
    setting("DATA_DIR", "data", "folder of the embedded database"),
    setting("DATABASE_CONNECTIONS", "12", "largest number of database connections of this instance"),
    setting("WORKERS", "0", "threads that answer requests; 0: one for each core"),
    setting("IDLE_SECONDS", "75", "seconds a connection may be idle; longer than nginx's upstream keepalive_timeout"),
    setting("DRAIN_LAG_MS", "500", "milliseconds between the order to stop and the end of accepting; nginx notices it meanwhile"),
    setting("IN_FLIGHT", "512", "requests worked on at once; those beyond it wait a moment, then 503 with Retry-After"),
    setting("PASSWORD_MEMORY_KIB", "19456", "argon2id memory in KiB (OWASP: 19456)"),
    setting("PASSWORD_ROUNDS", "2", "argon2id passes (OWASP: 2)"),
    setting("RATE_LIMITS", "on", "on, or off for load tests"),
    setting(
        "FLOOD_POSTS",
        "5/60",
        "posts an account may write at once / seconds for each further one, then by role (5/60,editor=30/10); moderators: no limit",
    ),
    setting("FLOOD_COMMENTS", "10/10", "the same for comments"),
    setting("SIGNUPS_PER_HOUR", "5", "new accounts in an hour from one address; an IPv6 network (/64) counts as one"),
    setting("SHARED_NETWORKS", "", "networks of offices, schools or carriers whose new accounts are not counted, comma-separated"),
    setting("FILES_GIB", "50", "GiB that all files in the database may have; 0: none is taken"),
    setting("FILE_CACHE_MIB", "256", "MiB of files that were read lately, kept in DATA_DIR where the database is PostgreSQL; 0: none"),
    setting("MIGRATE", "on", "on: bring the schema up to date at start; off: only check it"),
    setting("LOG", "info,sea_orm_migration=warn", "what is logged: error, warn, info, debug or a filter such as minschool=debug"),
    setting("SQL_COMMENTS", "off", "on: each SQL statement names its request, to trace one; statements are then prepared anew each time"),
    setting("LOG_FORMAT", "text", "text or json"),
    setting("INSTANCE", "", "this instance's name in logs and lists; empty: the host's name"),
    setting("EDGE_LISTEN", "127.0.0.1:3009", "where `minschool edge` answers, unless systemd passes sockets named edge"),
    setting("EDGE_LOG_SOCKET", "", "where `minschool edge` receives nginx's log, unless systemd passes a socket named nginx-log"),
    setting("EDGE_UPSTREAMS", "127.0.0.1:3000,127.0.0.1:3010,127.0.0.1:3020", "the site of each instance, as nginx's upstream has it"),
    setting("EDGE_URL", "http://127.0.0.1:3009", "where `minschool edge` is asked: http://host:port or unix:/path"),
    secret("METRICS_TOKEN", "lets others than this machine read /metrics (Authorization: Bearer …); at least 16 characters"),
    secret(
        "SMTP_URL",
        "the relay for mail: smtp:// (with STARTTLS, unless on this machine) or smtps://user:password@host:port; empty: no mail",
    ),
    setting(
        "SMTP_CA",
        "",
        "file with certificates (PEM) of authorities that the relay's may come from, beside the public ones; empty: none",
    ),
    setting("MAIL_FROM", "", "whom mails come from, such as MinSchool <noreply@example.org>"),
    setting(
        "MAIL_BOUNCES",
        "",
        "where mails come back to (bounce@example.org takes bounce+…@example.org to `minschool bounce`); empty: to MAIL_FROM",
    ),
    setting("MAIL_PER_MINUTE", "60", "mails that all instances together send in a minute"),
    setting("MAIL_NOTICE_DELAY", "600", "seconds in which a notification may be read before it is mailed to those who want that at once"),
    setting("BACKUP_DIR", "", "folder of backups; empty: backups in DATA_DIR"),
    setting("BACKUP_RECIPIENT", "", "public keys of age (age1…) that backups are encrypted to, comma-separated"),
    secret("BACKUP_KEY", "the secret key of age that opens backups; needed where they are restored, and nowhere else"),
];
