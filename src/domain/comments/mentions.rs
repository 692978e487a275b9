//! Members whom a comment names by `@`, and whom a list offers while one types such a name.

use crate::domain::boards::Boards;
use crate::domain::users::profile::Named;
use crate::domain::{Actor, Context, Error, PostId, Result, UserId, posts, search, validation};
use crate::entity::comment::{Column, Entity};
use crate::entity::post::State;
use crate::entity::user;
use crate::search::Terms;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

/// Most people that one comment may mention.
const MOST: usize = 10;
/// Members that a list offers.
const OFFERED: usize = 8;
/// Members of a thread that are looked at for it, those who wrote last.
const OF_THREAD: u64 = 50;

/// The names after `@` in a text, as names are compared. A name may have spaces, but a mention ends at the first one.
pub(super) fn of(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for part in text.split('@').skip(1) {
        let name: String = part.chars().take_while(|c| is_of_name(*c)).take(validation::NAME_MAX).collect();
        let name = name.trim_end_matches(['.', '-']).to_owned();
        if name.is_empty() {
            continue;
        }
        // "@회원1님" addresses 회원1: the name is tried with and without the honorific.
        let plain = name.strip_suffix('님').map(str::to_owned);
        names.extend(plain.into_iter().chain([name]));
    }
    let mut names: Vec<String> = names.iter().map(|name| validation::name_key(name)).collect();
    names.sort();
    names.dedup();
    names.truncate(MOST);
    names
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || "_-.".contains(c)
}

/// A member whom a list offers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// The member.
    pub member: Named,
    /// The name as it is written after `@`: names are compared without spaces.
    pub written: String,
}

impl Offer {
    /// None: no mention means this member, because of a sign in the name.
    fn of(member: Named) -> Option<Self> {
        let written: String = member.name.chars().filter(|c| !c.is_whitespace()).collect();
        let is_understood = of(&format!("@{written} ")).contains(&validation::name_key(&member.name));
        is_understood.then_some(Self { member, written })
    }
}

/// Members whose names hold what is typed after `@`: first those of the thread, then those whose names begin with it. Where nothing is
/// typed yet, those of the thread.
///
/// # Errors
/// The database's.
pub async fn offer(ctx: &Context, actor: &Actor, boards: &Boards, post: Option<PostId>, typed: &str) -> Result<Vec<Offer>> {
    let (terms, key) = (Terms::parse(typed), validation::name_key(typed));
    if terms.is_empty() && !key.is_empty() {
        return Ok(Vec::new());
    }
    let mut near = match post {
        Some(post) => of_thread(ctx, actor, boards, post).await?,
        None => Vec::new(),
    };
    near.retain(|member| terms.is_empty() || terms.are_in_title(&member.name, ""));
    let mut others = search::members(ctx, &terms).await?;
    others.sort_by_key(|member| (!validation::name_key(&member.name).starts_with(&key), member.name.clone()));
    others.retain(|member| near.iter().all(|known| known.id != member.id));
    let all = near.into_iter().chain(others).filter(|member| member.id != actor.id);
    Ok(all.filter_map(Offer::of).take(OFFERED).collect())
}

#[derive(FromQueryResult)]
struct Writer {
    id: UserId,
    name: String,
    avatar: Option<String>,
}

/// Those who wrote the post or a comment under it that is shown; none where the member may not read it.
async fn of_thread(ctx: &Context, actor: &Actor, boards: &Boards, id: PostId) -> Result<Vec<Named>> {
    let post = match posts::find_readable(&ctx.db, Some(actor), boards, id).await {
        Err(Error::NotFound) => return Ok(Vec::new()),
        found => found?,
    };
    let writers = writers(&ctx.db, id).await?;
    let named = |writer: Writer| Named { id: writer.id, name: writer.name, avatar: writer.avatar };
    let mut members: Vec<Named> = writers.into_iter().map(named).collect();
    if members.iter().all(|member| member.id != post.author_id) {
        members.push(Named { id: post.author_id, name: post.author, avatar: post.author_avatar });
    }
    Ok(members)
}

async fn writers(db: &impl ConnectionTrait, post: PostId) -> Result<Vec<Writer>, DbErr> {
    let writers = Entity::find()
        .inner_join(user::Entity)
        .select_only()
        .column(user::Column::Id)
        .column(user::Column::Name)
        .column(user::Column::Avatar)
        .filter(Column::PostId.eq(post))
        .filter(Column::State.eq(State::Shown))
        .group_by(user::Column::Id)
        .group_by(user::Column::Name)
        .group_by(user::Column::Avatar)
        .order_by_desc(Column::Id.max())
        .limit(OF_THREAD);
    writers.into_model().all(db).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mention_is_understood_with_and_without_honorific() {
        assert_eq!(of("@회원1님 안녕하세요, @ada. 그리고 a@b"), ["ada", "b", "회원1", "회원1님"]);
        assert!(of("골뱅이 @ 혼자").is_empty());
    }

    #[test]
    fn what_is_offered_is_understood() {
        let written = |name: &str| Offer::of(Named { id: UserId(1), name: name.into(), avatar: None }).map(|offer| offer.written);

        assert_eq!(written("홍 길동").as_deref(), Some("홍길동"));
        assert_eq!(written("Ada.B_1").as_deref(), Some("Ada.B_1"));
        assert_eq!(written("하나님").as_deref(), Some("하나님"));
        for name in ["길동!", "ada.", "(주)민들레", "가😀나"] {
            assert_eq!(written(name), None, "{name}");
        }
    }
}
