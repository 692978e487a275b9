//! What the house remembers about itself: its secret, its epoch, the link for the first administrator,
//! and what it puts in place when it opens for the first time.

use super::clock::OffsetDateTime;
use super::words::name_skeleton;
use super::{Error, Result, markdown, sql};
use crate::app::App;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use sha2::{Digest, Sha256};

const SECRET: &str = "form_secret";
const OPENED: &str = "opened_at";
const SETUP: &str = "setup_token_hash";

/// 256 random bits, as text for a cookie or a link.
///
/// # Errors
/// `Internal` when the operating system gives no randomness.
pub fn random_token() -> Result<String> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal("random bytes", e))?;
    Ok(BASE64_URL_SAFE_NO_PAD.encode(bytes))
}

/// The SHA-256 of a token in hexadecimal: all that is ever stored of it.
pub fn hash_token(token: &str) -> String {
    Sha256::digest(token.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The secret with which forms' keys are signed: made once, the same on every instance.
///
/// # Errors
/// The database's.
pub async fn secret(db: &DatabaseConnection) -> Result<String> {
    keep_first(db, SECRET, &random_token()?).await
}

/// Stores a setting unless it is there, and gives the one that is.
async fn keep_first(db: &impl ConnectionTrait, name: &str, value: &str) -> Result<String> {
    let insert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    sql::run(db, insert, [name.into(), value.into()]).await?;
    setting(db, name).await?.ok_or_else(|| Error::Internal(format!("the setting {name} was not kept")))
}

async fn setting(db: &impl ConnectionTrait, name: &str) -> Result<Option<String>> {
    let row = sql::one::<Value>(db, "SELECT value FROM settings WHERE name = $1", [name.into()]).await?;
    Ok(row.map(|row| row.value))
}

#[derive(sea_orm::FromQueryResult)]
struct Value {
    value: String,
}

/// The boards of a new house: address, Korean name, English name, description, who may write.
const BOARDS: [(&str, &str, &str, &str, &str); 3] = [
    ("notice", "공지사항", "Notices", "센터에서 알려 드리는 소식입니다.", "staff"),
    ("free", "자유게시판", "Open board", "무엇이든 편하게 이야기하는 곳입니다.", "members"),
    ("qna", "질문과 답변", "Questions and answers", "궁금한 것을 묻고 서로 답합니다.", "members"),
];

const WELCOME_TITLE: &str = "민스쿨에 오신 것을 환영합니다";
const WELCOME_BODY: &str = "이곳은 회원이 함께 쓰고 읽는 열린 공간입니다.\n\n\
- **자유게시판**에서 인사를 나누어 주세요.\n\
- 궁금한 것은 **질문과 답변**에 남겨 주세요.\n\
- 글씨 크기, 명암, 움직임은 화면 아래 **읽기 도구**에서 바꿀 수 있습니다.\n\n\
서로를 존중하는 말로 이야기해 주세요.";

/// Opens the house if it has not been opened: the starter boards and, where `welcome`, a first notice by
/// nobody in particular. Says whether this call opened it. Call it under the migration lock.
///
/// # Errors
/// The database's.
pub async fn open(db: &DatabaseConnection, now: OffsetDateTime, welcome: bool) -> Result<bool> {
    let tx = sql::begin(db).await?;
    let mine = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    if sql::run(&tx, mine, [OPENED.into(), now.to_string().into()]).await? == 0 {
        return Ok(false);
    }
    for (position, (slug, name, name_en, description, writers)) in BOARDS.iter().enumerate() {
        let insert = "INSERT INTO boards (slug, name, name_en, description, position, list_access, read_access, \
                      write_access, comment_access, created_at) \
                      VALUES ($1, $2, $3, $4, $5, 'everyone', 'everyone', $6, 'members', $7)";
        let place = position as i64 + 1;
        let values =
            [(*slug).into(), (*name).into(), (*name_en).into(), (*description).into(), place.into(), (*writers).into(), now.into()];
        sql::run(&tx, insert, values).await?;
    }
    if welcome {
        post_welcome(&tx, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The first notice. Its author is the house itself: a member that nobody can sign in as.
async fn post_welcome(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<()> {
    let author = "INSERT INTO users (email, name, name_key, name_skeleton, password_hash, role_id, shows_presence, post_count, created_at) \
                  VALUES ('house@minschool.invalid', '민스쿨', '민스쿨', $2, '!', 3, FALSE, 1, $1) RETURNING id";
    let author = sql::some(sql::number(tx, author, [now.into(), name_skeleton("민스쿨").into()]).await?, "the house's own account")?;
    let post = format!(
        "INSERT INTO posts (board_id, author_id, title, body, html, is_notice, bump, created_at) \
         SELECT id, $1, $2, $3, $4, TRUE, {}, $5 FROM boards WHERE slug = 'notice'",
        super::posts::next_bump(tx.get_database_backend())
    );
    let values = [author.into(), WELCOME_TITLE.into(), WELCOME_BODY.into(), markdown::render(WELCOME_BODY).into(), now.into()];
    sql::run(tx, &post, values).await.map(|_| ())
}

/// A link token with which the first administrator is made, if there is none yet. Each call makes the
/// earlier token useless.
///
/// # Errors
/// The database's.
pub async fn invite_first_admin(db: &DatabaseConnection) -> Result<Option<String>> {
    if has_admin(db).await? {
        forget_setup(db).await?;
        return Ok(None);
    }
    let token = random_token()?;
    let upsert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    sql::run(db, upsert, [SETUP.into(), hash_token(&token).into()]).await?;
    Ok(Some(token))
}

/// Makes a setup link that was not used good for nothing: there is an administrator now.
///
/// # Errors
/// The database's.
pub async fn forget_setup(tx: &impl ConnectionTrait) -> Result<()> {
    sql::run(tx, "DELETE FROM settings WHERE name = $1", [SETUP.into()]).await.map(|_| ())
}

async fn has_admin(db: &impl ConnectionTrait) -> Result<bool> {
    let any = "SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id WHERE r.slug = 'admin' LIMIT 1";
    Ok(sql::number(db, any, []).await?.is_some())
}

/// Whether the token of a setup link may still be used.
///
/// # Errors
/// The database's.
pub async fn may_set_up(app: &App, token: &str) -> Result<bool> {
    Ok(setting(&app.db, SETUP).await? == Some(hash_token(token)) && !has_admin(&app.db).await?)
}

/// Uses up the token of a setup link, in the transaction that makes the administrator.
///
/// # Errors
/// `NotFound` when it is not the token or was used.
pub async fn use_setup(tx: &impl ConnectionTrait, token: &str) -> Result<()> {
    let taken = "DELETE FROM settings WHERE name = $1 AND value = $2";
    match sql::run(tx, taken, [SETUP.into(), hash_token(token).into()]).await? {
        1 if !has_admin(tx).await? => Ok(()),
        _ => Err(Error::NotFound),
    }
}

const EPOCH: &str = "shared_epoch";
const RUN: &str = "shared_run";

/// The epoch of copies in Redis, raised if `run` (Redis's run id) is not the one last seen: then Redis
/// was restarted, and may have come back with old data.
///
/// # Errors
/// The database's.
pub async fn epoch_of(db: &DatabaseConnection, run: &str) -> Result<u64> {
    let tx = sql::begin(db).await?;
    keep_first(&tx, EPOCH, "1").await?;
    keep_first(&tx, RUN, "").await?;
    let moved = "UPDATE settings SET value = $1 WHERE name = $2 AND value <> $1";
    if sql::run(&tx, moved, [run.into(), RUN.into()]).await? == 1 {
        raise_epoch(&tx).await?;
    }
    let epoch = setting(&tx, EPOCH).await?.and_then(|text| text.parse().ok());
    tx.commit().await?;
    epoch.ok_or_else(|| Error::Internal("the epoch is not a number".into()))
}

/// Begins the next epoch, in the transaction of a change that voids all copies.
///
/// # Errors
/// The database's.
pub async fn raise_epoch(tx: &impl ConnectionTrait) -> Result<u64> {
    keep_first(tx, EPOCH, "1").await?;
    let raise = "UPDATE settings SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = $1";
    sql::run(tx, raise, [EPOCH.into()]).await?;
    let epoch = setting(tx, EPOCH).await?.and_then(|text| text.parse().ok());
    epoch.ok_or_else(|| Error::Internal("the epoch is not a number".into()))
}

/// Begins an epoch later than any that was, even one of a time that this database has forgotten because it was restored
/// from an older copy: seconds since 1970 are ahead of any number that was counted up.
///
/// # Errors
/// The database's.
pub async fn leap_epoch(db: &DatabaseConnection, now: OffsetDateTime) -> Result<()> {
    let epoch = now.unix_timestamp().max(0).to_string();
    let upsert = "INSERT INTO settings (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = $2";
    sql::run(db, upsert, [EPOCH.into(), epoch.into()]).await.map(|_| ())
}

/// The epoch now in force.
///
/// # Errors
/// The database's.
pub async fn epoch(db: &DatabaseConnection) -> Result<u64> {
    Ok(setting(db, EPOCH).await?.and_then(|text| text.parse().ok()).unwrap_or(1))
}
