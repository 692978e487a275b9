//! Ready-made pieces of pages, believed only as long as nothing they show has changed.
//!
//! Each [`CacheTag`] has a generation. A writer raises it after commit; a reader that builds a piece reads the
//! generation *before* the rows and stores it with the piece; a piece of another generation is a miss. A generation
//! begins at a random number, so that one which was flushed away does not come back as one that was seen before, and
//! the epoch is mixed in, so that a Redis restored from an old file brings no old piece back.

use super::batch_read::Plan;
use super::fragment_cache::{Bounds, FragmentCache};
use super::store::Write;
use super::{Effect, Known, Shared, UserKey, keys, random_id};
use bytes::{BufMut, Bytes, BytesMut};
use std::{
    borrow::Cow,
    future::Future,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};

/// How long a piece lives at most.
const ENTRY: Duration = Duration::from_secs(600);
/// A page piece is drawn anew after this long: it also shows how often posts were read, which changes no generation.
pub const PIECE: Duration = Duration::from_secs(30);
/// What all page pieces of this process may take.
const PIECES: Bounds = Bounds { pieces: 1024, bytes: 16 * 1024 * 1024, life: PIECE };
/// A whole page is shown again for so long where nothing newer can be had.
const PAGE: Duration = Duration::from_secs(6 * 3600);
/// How long a generation lives after it was last bumped: much longer than any piece that carries it.
pub(super) const GENERATION: Duration = Duration::from_secs(24 * 3600);

/// Tags of posts. A comment makes one of so many pages out of date.
const POST_TAGS: i64 = 4096;

/// Text pieces of pages, kept in this process.
pub(super) type Pieces = FragmentCache<Arc<str>>;

/// None yet.
pub(super) fn no_pieces() -> Arc<Pieces> {
    Arc::new(FragmentCache::new(PIECES))
}

/// Something that pieces of pages show, and that changes as a whole.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CacheTag(Cow<'static, str>);

impl CacheTag {
    /// Every post of every board.
    pub const POSTS: Self = Self(Cow::Borrowed("posts"));
    /// What was taken back or changed: edited, hidden, deleted, closed. What was only added is not among it.
    pub const WITHDRAWN: Self = Self(Cow::Borrowed("withdrawn"));
    /// The list of boards: names, order, who may do what; and who runs the site.
    pub const BOARDS: Self = Self(Cow::Borrowed("boards"));
    /// Roles and what they permit.
    pub const ROLES: Self = Self(Cow::Borrowed("roles"));

    /// The posts of one board, as its pages list them.
    pub fn board(slug: &str) -> Self {
        Self(format!("board:{slug}").into())
    }

    /// A post's page: its text, its comments, the posts beside it. Posts share 4096 tags, so that readers of old posts
    /// leave no more keys than that in Redis.
    pub fn post(id: i64) -> Self {
        Self(format!("post:{}", id.rem_euclid(POST_TAGS)).into())
    }

    /// What a member has of posts: bookmarks, unread notifications.
    pub fn reader(user: UserKey) -> Self {
        Self(format!("reader:{user}").into())
    }

    /// One person's public profile.
    pub fn user(id: UserKey) -> Self {
        Self(format!("user:{id}").into())
    }

    /// A tag as it was written down by [`Self::as_str`], for bumps that were lost and are made up for later.
    pub fn named(name: String) -> Self {
        Self(name.into())
    }

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn key(&self) -> String {
        keys::generation(&self.0)
    }

    /// The keys of the shared pieces that quote posts of this tag.
    fn pieces(&self) -> Vec<String> {
        match self.0.strip_prefix("board:") {
            Some(slug) => vec![Entry::board_first(slug).key, Entry::board_titles(slug).key],
            None if *self == Self::POSTS => vec![Entry::recent_posts().key],
            None => Vec::new(),
        }
    }
}

/// A piece that instances share through Redis, and the tag that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub(super) key: String,
    pub(super) tag: CacheTag,
}

impl Entry {
    /// The newest posts: `cache:posts:recent`.
    pub fn recent_posts() -> Self {
        Self { key: keys::cached("posts:recent"), tag: CacheTag::POSTS }
    }

    /// A person's profile: `cache:user:profile:{id}`.
    pub fn profile(user: UserKey) -> Self {
        Self { key: keys::cached(&format!("user:profile:{user}")), tag: CacheTag::user(user) }
    }

    /// The first page of a board, for those who may read its posts: `cache:board:{slug}:first`.
    pub fn board_first(slug: &str) -> Self {
        Self { key: keys::cached(&format!("board:{slug}:first")), tag: CacheTag::board(slug) }
    }

    /// The first page of a board, for those who see what is on it without reading it: `cache:board:{slug}:titles`.
    pub fn board_titles(slug: &str) -> Self {
        Self { key: keys::cached(&format!("board:{slug}:titles")), tag: CacheTag::board(slug) }
    }

    /// The tag whose generation it carries.
    pub fn tag(&self) -> &CacheTag {
        &self.tag
    }
}

/// A state of one tag. Two are only ever compared for being the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(u64);

impl Generation {
    /// A number that is the same for the same state, to be stored beside what was made in it.
    pub fn mark(self) -> u64 {
        self.0
    }

    /// The number that Redis keeps, and the epoch, as one.
    pub(super) fn of(number: u64, epoch: u64) -> Self {
        Self(number.wrapping_add(epoch.wrapping_mul(0x9E37_79B9_7F4A_7C15)))
    }

    /// The state of several tags together, for a piece that shows them all.
    pub fn all(generations: impl IntoIterator<Item = Self>) -> Self {
        Self(generations.into_iter().fold(0, |all, one| (all ^ one.0).wrapping_mul(0x0100_0000_01B3).rotate_left(29).wrapping_add(one.0)))
    }
}

/// What the shared state holds about an [`Entry`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cached {
    /// The state of its tag now; to be stored with a new piece. Nothing when it could not be learned.
    pub generation: Option<Generation>,
    /// The piece, if it shows the rows as they are.
    pub bytes: Option<Bytes>,
}

/// The cache of the shared state.
#[derive(Clone, Copy)]
pub struct Cache<'a>(pub(super) &'a Shared);

impl Cache<'_> {
    /// Marks these as changed. Call it after the commit; write a `Lost` one down in SQL.
    pub async fn invalidate(self, tags: &[CacheTag]) -> Effect {
        self.0.rows_changed();
        if tags.is_empty() {
            return Effect::Delivered;
        }
        self.0.backend().write(invalidations(tags)).await
    }

    /// Stores a piece with the generation that was read before its rows were.
    pub async fn put(self, entry: &Entry, generation: Generation, bytes: &Bytes) -> Effect {
        let mut value = BytesMut::with_capacity(8 + bytes.len());
        value.put_u64(generation.0);
        value.extend_from_slice(bytes);
        self.0.backend().write(vec![Write::Set(entry.key.clone(), value.freeze(), ENTRY)]).await
    }

    /// The piece, from the cache or else from `load`, which runs once however many ask at the same time.
    pub async fn read_through<E, F>(self, entry: &Entry, load: impl FnOnce() -> F) -> Result<Bytes, E>
    where
        F: Future<Output = Result<Bytes, E>>,
    {
        let plan = Plan { entries: std::slice::from_ref(entry), ..Plan::default() };
        let found = self.0.fetch(&plan).await.known().and_then(|mut answer| answer.entries.pop());
        let generation = match found {
            Some(Cached { bytes: Some(bytes), .. }) => return Ok(bytes),
            found => found.and_then(|cached| cached.generation),
        };
        self.once(&entry.key, generation, async || {
            // Another load may have finished between our question and our turn.
            let landed = generation.and_then(|generation| self.rendered(&entry.key, generation));
            if let Some(text) = landed {
                return Ok(Bytes::copy_from_slice(text.as_bytes()));
            }
            let bytes = load().await?;
            if let Some(generation) = generation {
                if let Ok(text) = std::str::from_utf8(&bytes) {
                    self.keep_rendered(&entry.key, generation, text.into());
                }
                self.put(entry, generation, &bytes).await;
            }
            Ok(bytes)
        })
        .await
    }

    /// Runs `load` once for all who ask in this process for the same key in the same state, and gives each the answer.
    /// A load that fails fails for its own caller only; the others then load for themselves.
    pub async fn once<E>(
        self,
        key: &str,
        generation: Option<Generation>,
        load: impl AsyncFnOnce() -> Result<Bytes, E>,
    ) -> Result<Bytes, E> {
        // Without a generation, nobody may be given what was loaded before a change that this process made.
        let state = generation.map_or_else(|| self.0.inner.changes.load(Ordering::Acquire), |generation| generation.0);
        self.0.inner.loads.once(key, state, load).await
    }

    /// A page piece kept in this process, if it is of this generation.
    pub fn rendered(self, key: &str, generation: Generation) -> Option<Arc<str>> {
        self.0.pieces().get(key, generation)
    }

    /// A page as it was last, if nothing was withdrawn since, and how old it is.
    pub fn page(self, key: &str, withdrawn: Generation) -> Option<(Arc<str>, Duration)> {
        self.0.pieces().get_with_age(key, withdrawn)
    }

    /// Whether any page is kept whose key begins so. Pages are only shown while Redis confirms their generation, so it has to answer.
    pub fn has_pages(self, head: &str) -> bool {
        self.0.health().is_well() && self.0.pieces().has(head)
    }

    /// Keeps a page for the time when it cannot be drawn. `withdrawn` is the state of [`CacheTag::WITHDRAWN`].
    pub fn keep_page(self, key: &str, withdrawn: Generation, text: Arc<str>) {
        let size = text.len();
        self.0.pieces().put_for(key, withdrawn, text, size, PAGE);
    }

    /// Keeps a page piece in this process. One piece a key: a newer generation replaces an older one.
    pub fn keep_rendered(self, key: &str, generation: Generation, text: Arc<str>) {
        let size = text.len();
        self.0.pieces().put(key, generation, text, size);
    }
}

/// The writes that bump these tags. Where something was withdrawn, the pieces that show it are deleted as well: nobody
/// would believe them, but the words in them are not to stay in Redis.
pub(super) fn invalidations(tags: &[CacheTag]) -> Vec<Write> {
    let raise = Write::RaiseGenerations(tags.iter().map(CacheTag::key).collect(), seed(), GENERATION);
    let pieces = tags.iter().flat_map(CacheTag::pieces).filter(|_| tags.contains(&CacheTag::WITHDRAWN));
    std::iter::once(raise).chain(pieces.map(Write::Delete)).collect()
}

/// Where a generation begins: anywhere, with room to count up in what Redis calls an integer.
pub(super) fn seed() -> u64 {
    random_id() >> 12
}

/// Reads a stored piece if it is of this generation.
pub(super) fn open(value: &Bytes, generation: Option<Generation>) -> Option<Bytes> {
    let (stamp, _) = value.split_first_chunk::<8>()?;
    (Some(Generation(u64::from_be_bytes(*stamp))) == generation).then(|| value.slice(8..))
}

impl Shared {
    /// Begins the generations that were absent, and returns what each is now.
    pub(super) async fn begin_generations(&self, tags: &[&CacheTag]) -> Known<Vec<u64>> {
        let keys = tags.iter().map(|tag| tag.key()).collect();
        self.backend().seeded(keys, seed(), GENERATION).await
    }
}
