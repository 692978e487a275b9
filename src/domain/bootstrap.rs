//! What a new site begins with: the starter boards, a first notice, and the link through which the first administrator is made.

use super::idempotency::{Uncommitted, idempotent};
use super::posts::next_bump;
use super::sessions::Client;
use super::users::{NewUser, SignupForm};
use super::validation::name_skeleton;
use super::{Account, Actor, Error, Permissions, Result, audit, idempotency, markdown, roles, settings, tokens};
use crate::clock::OffsetDateTime;
use crate::db::{Database, query};
use crate::domain::{Context, UserId};
use crate::entity::{board, post, user};
use board::Access;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait};

const OPENED: &str = "opened_at";
const INVITATION: &str = "setup_token_hash";

/// The starter boards: address, Korean name, English name, description, who may write.
const BOARDS: [(&str, &str, &str, &str, Access); 3] = [
    ("notice", "공지사항", "Notices", "센터에서 알려 드리는 소식입니다.", Access::Staff),
    ("free", "자유게시판", "Open board", "무엇이든 편하게 이야기하는 곳입니다.", Access::Members),
    ("qna", "질문과 답변", "Questions and answers", "궁금한 것을 묻고 서로 답합니다.", Access::Members),
];

const WELCOME_TITLE: &str = "민스쿨에 오신 것을 환영합니다";
const WELCOME_BODY: &str = "이곳은 회원이 함께 쓰고 읽는 열린 공간입니다.\n\n\
- **자유게시판**에서 인사를 나누어 주세요.\n\
- 궁금한 것은 **질문과 답변**에 남겨 주세요.\n\
- 글씨 크기, 명암, 움직임은 화면 아래 **읽기 도구**에서 바꿀 수 있습니다.\n\n\
서로를 존중하는 말로 이야기해 주세요.";

/// Fills a new database: the starter boards and, where `welcome`, a first notice. False: it was filled before. Call it under
/// the migration lock.
pub async fn open(db: &Database, now: OffsetDateTime, welcome: bool) -> Result<bool> {
    let tx = query::begin(db).await?;
    if !settings::insert(&tx, OPENED, &now.to_string()).await? {
        return Ok(false);
    }
    let boards = BOARDS.iter().zip(1..).map(|((slug, name, name_en, description, writers), position)| board::ActiveModel {
        slug: Set((*slug).into()),
        name: Set((*name).into()),
        name_en: Set((*name_en).into()),
        description: Set((*description).into()),
        position: Set(position),
        list_access: Set(Access::Everyone),
        read_access: Set(Access::Everyone),
        write_access: Set(*writers),
        comment_access: Set(Access::Members),
        created_at: Set(now),
        ..Default::default()
    });
    board::Entity::insert_many(boards).exec_without_returning(&tx).await?;
    if welcome {
        post_welcome(&tx, now).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// The first notice. Its author is the site itself: an account that nobody can sign in as.
async fn post_welcome(tx: &impl ConnectionTrait, now: OffsetDateTime) -> Result<()> {
    let name = "민스쿨";
    let author = user::ActiveModel {
        email: Set("site@minschool.invalid".into()),
        name: Set(name.into()),
        name_key: Set(name.into()),
        name_skeleton: Set(Some(name_skeleton(name))),
        // No hash is this text.
        password_hash: Set("!".into()),
        role_id: Set(roles::MEMBER_ID),
        shows_presence: Set(false),
        post_count: Set(1),
        created_at: Set(now),
        ..Default::default()
    };
    let author = user::Entity::insert(author).exec(tx).await?.last_insert_id;
    let notices = Query::select().column(board::Column::Id).from(board::Entity).and_where(board::Column::Slug.eq("notice")).take();
    let values: [(post::Column, SimpleExpr); 8] = [
        (post::Column::BoardId, notices.into()),
        (post::Column::AuthorId, author.into()),
        (post::Column::Title, WELCOME_TITLE.into()),
        (post::Column::Content, WELCOME_BODY.into()),
        (post::Column::Html, markdown::render(WELCOME_BODY).into()),
        (post::Column::IsNotice, true.into()),
        (post::Column::Bump, next_bump(tx.get_database_backend())),
        (post::Column::CreatedAt, now.into()),
    ];
    let (columns, values): (Vec<_>, Vec<_>) = values.into_iter().unzip();
    let mut insert = Query::insert();
    insert.into_table(post::Entity).columns(columns).values(values).map_err(|err| Error::internal("the first notice", err))?;
    tx.execute(&insert).await?;
    Ok(())
}

/// A link token with which the first administrator is made, if there is none yet. Each call makes the
/// earlier token useless.
pub async fn invite_first_admin(db: &Database) -> Result<Option<String>> {
    if roles::any_admin(db).await? {
        revoke_invitation(db).await?;
        return Ok(None);
    }
    let token = tokens::random()?;
    settings::set(db, INVITATION, &tokens::hash(&token)).await?;
    Ok(Some(token))
}

/// Makes a setup link that was not used good for nothing: there is an administrator now.
pub async fn revoke_invitation(tx: &impl ConnectionTrait) -> Result<()> {
    settings::delete(tx, INVITATION).await
}

/// Whether the token of a setup link may still be used.
pub async fn is_invited(ctx: &Context, token: &str) -> Result<bool> {
    Ok(settings::get(&ctx.db, INVITATION).await? == Some(tokens::hash(token)) && !roles::any_admin(&ctx.db).await?)
}

/// Uses up the token of a setup link, in the transaction that makes the administrator.
///
/// # Errors
/// `NotFound` when it is not the token or was used.
pub async fn use_invitation(tx: &impl ConnectionTrait, token: &str) -> Result<()> {
    let is_invited = settings::take(tx, INVITATION, &tokens::hash(token)).await? && !roles::any_admin(tx).await?;
    if is_invited { Ok(()) } else { Err(Error::NotFound) }
}

/// Makes the first administrator and uses up the link.
///
/// # Errors
/// `NotFound` when the link is not good (any more); `Invalid`; `Busy`.
pub async fn first_admin(
    ctx: &Context,
    key: &idempotency::Key,
    token: &str,
    form: &SignupForm,
    client: &Client,
) -> Result<idempotency::Outcome<UserId>> {
    let work = async {
        let new_user = NewUser::check(ctx, form, Account::Staff).await?;
        let now = ctx.clock.now();
        let tx = query::begin(&ctx.db).await?;
        use_invitation(&tx, token).await?;
        let role = roles::find_by_slug(&tx, roles::ADMIN).await?;
        let id = new_user.insert(&tx, role.id, now).await?;
        let actor = Actor { id, name: form.name.clone(), role: roles::ADMIN.into(), permissions: Permissions::default() };
        let by = audit::By { actor, client: client.clone() };
        audit::write(&tx, &by, audit::Entry::new("user.create", audit::Target::User(id), &form.name).after("role", roles::ADMIN), now)
            .await?;
        Ok(Uncommitted { tx, id })
    };
    idempotent(ctx, key, work).await
}
