//! What a new site begins with: the starter boards, a first notice, and the link through which the first administrator is made.

use super::posts::next_bump;
use super::sessions::Client;
use super::users::{Joining, Newcomer};
use super::validation::name_skeleton;
use super::{Account, Actor, Error, Permissions, Result, audit, idempotency, markdown, roles, settings, tokens};
use crate::clock::OffsetDateTime;
use crate::db::{Database, query};
use crate::domain::{Context, UserId};
use sea_orm::ConnectionTrait;

const OPENED: &str = "opened_at";
const INVITATION: &str = "setup_token_hash";

/// The starter boards: address, Korean name, English name, description, who may write.
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

/// Fills a new database: the starter boards and, where `welcome`, a first notice. False: it was filled before. Call it under
/// the migration lock.
///
/// # Errors
/// The database's.
pub async fn open(db: &Database, now: OffsetDateTime, welcome: bool) -> Result<bool> {
    let tx = query::begin(db).await?;
    if !settings::insert(&tx, OPENED, &now.to_string()).await? {
        return Ok(false);
    }
    for (position, (slug, name, name_en, description, writers)) in BOARDS.iter().enumerate() {
        let insert = "INSERT INTO boards (slug, name, name_en, description, position, list_access, read_access, \
                      write_access, comment_access, created_at) \
                      VALUES ($1, $2, $3, $4, $5, 'everyone', 'everyone', $6, 'members', $7)";
        let place = position as i64 + 1;
        let values =
            [(*slug).into(), (*name).into(), (*name_en).into(), (*description).into(), place.into(), (*writers).into(), now.into()];
        query::run(&tx, insert, values).await?;
    }
    if welcome {
        post_welcome(&tx, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The first notice. Its author is the site itself: an account that nobody can sign in as.
async fn post_welcome(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<()> {
    let author = "INSERT INTO users (email, name, name_key, name_skeleton, password_hash, role_id, shows_presence, post_count, created_at) \
                  VALUES ('house@minschool.invalid', '민스쿨', '민스쿨', $2, '!', 3, FALSE, 1, $1) RETURNING id";
    let author = query::some(query::number(tx, author, [now.into(), name_skeleton("민스쿨").into()]).await?, "the account of the site")?;
    let post = format!(
        "INSERT INTO posts (board_id, author_id, title, content, html, is_notice, bump, created_at) \
         SELECT id, $1, $2, $3, $4, TRUE, {}, $5 FROM boards WHERE slug = 'notice'",
        next_bump(tx.get_database_backend())
    );
    let values = [author.into(), WELCOME_TITLE.into(), WELCOME_BODY.into(), markdown::render(WELCOME_BODY).into(), now.into()];
    query::run(tx, &post, values).await.map(|_| ()).map_err(Into::into)
}

/// A link token with which the first administrator is made, if there is none yet. Each call makes the
/// earlier token useless.
///
/// # Errors
/// The database's.
pub async fn invite_first_admin(db: &Database) -> Result<Option<String>> {
    if has_admin(db).await? {
        revoke_invitation(db).await?;
        return Ok(None);
    }
    let token = tokens::random()?;
    settings::set(db, INVITATION, &tokens::hash(&token)).await?;
    Ok(Some(token))
}

/// Makes a setup link that was not used good for nothing: there is an administrator now.
///
/// # Errors
/// The database's.
pub async fn revoke_invitation(tx: &impl ConnectionTrait) -> Result<()> {
    settings::delete(tx, INVITATION).await
}

async fn has_admin(db: &impl ConnectionTrait) -> Result<bool> {
    let any = "SELECT u.id FROM users u JOIN roles r ON r.id = u.role_id WHERE r.slug = 'admin' LIMIT 1";
    Ok(query::number(db, any, []).await?.is_some())
}

/// Whether the token of a setup link may still be used.
///
/// # Errors
/// The database's.
pub async fn is_invited(ctx: &Context, token: &str) -> Result<bool> {
    Ok(settings::get(&ctx.db, INVITATION).await? == Some(tokens::hash(token)) && !has_admin(&ctx.db).await?)
}

/// Uses up the token of a setup link, in the transaction that makes the administrator.
///
/// # Errors
/// `NotFound` when it is not the token or was used.
pub async fn use_invitation(tx: &impl ConnectionTrait, token: &str) -> Result<()> {
    let is_invited = settings::take(tx, INVITATION, &tokens::hash(token)).await? && !has_admin(tx).await?;
    if is_invited { Ok(()) } else { Err(Error::NotFound) }
}

/// Makes the first administrator and uses up the link.
///
/// # Errors
/// `NotFound` when the link is not good (any more); `Invalid`; `Busy`; the database's.
pub async fn first_admin(
    ctx: &Context,
    key: &idempotency::Key,
    token: &str,
    form: &Joining,
    client: &Client,
) -> Result<idempotency::Outcome> {
    let done = async {
        let newcomer = Newcomer::check(ctx, form, Account::Staff).await?;
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        use_invitation(&tx, token).await?;
        let role = roles::named(&tx, roles::ADMIN).await?;
        let id = newcomer.insert(&tx, role.id, now).await?;
        let actor = Actor { id: UserId(id), name: form.name.clone(), role: roles::ADMIN.into(), permissions: Permissions::default() };
        let by = audit::By { actor, client: client.clone() };
        audit::write(&tx, &by, audit::Entry::new("user.create", "user", id, &form.name).after("role", roles::ADMIN), now).await?;
        idempotency::record(&tx, key, id, now).await?;
        tx.commit().await?;
        Ok(id)
    };
    idempotency::replay(&ctx.db, key, done.await).await
}
