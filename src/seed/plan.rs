//! Who writes what when, and who is notified: the plan of seeded content, in numbers alone. Everything
//! is counted from 0 here; `load` knows where the database goes on.

use super::text::{PostKind, stream};
use crate::entity::notification;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// One post in so many is a notice.
const NOTICE_EVERY: usize = 40;
/// One post in so many is much talked about.
const HOT_EVERY: usize = 50;

pub struct Post {
    /// When, in milliseconds.
    pub at: i64,
    /// Which member.
    pub author: usize,
    /// What it is for.
    pub kind: PostKind,
    /// How many comments it gets.
    pub comments: i64,
    /// When it got the last one.
    pub last_comment: Option<i64>,
    /// Its place by latest comment.
    pub bump: i64,
    /// How often it was read.
    pub views: i64,
    /// When it was changed.
    pub edited: Option<i64>,
}

/// A comment to be. They are numbered in the order in which they were written.
pub struct Comment {
    /// When, in milliseconds.
    pub at: i64,
    /// Under which post.
    pub post: usize,
    /// Which member.
    pub author: usize,
    /// The comment that begins its thread.
    pub root: Option<usize>,
    /// The comment that it answers.
    pub parent: Option<usize>,
    /// A member whom it names.
    pub calls: Option<usize>,
    /// When it was changed.
    pub edited: Option<i64>,
}

/// A notification.
pub struct Notified {
    /// Whom.
    pub user: usize,
    /// Why.
    pub kind: notification::Kind,
    pub comment: Option<usize>,
    /// Whether they have seen it.
    pub read: bool,
}

/// A member to be.
#[derive(Clone, Default)]
pub struct Person {
    /// When they joined, in milliseconds.
    pub joined: i64,
    /// When they were last seen.
    pub seen: i64,
    /// How many posts they write.
    pub posts: i64,
    /// How many comments they write.
    pub comments: i64,
}

/// Everything that will be written.
pub struct Plan {
    /// Members, in the order in which they joined.
    pub people: Vec<Person>,
    /// Posts, in the order in which they were written.
    pub posts: Vec<Post>,
    /// Comments, in the order in which they were written.
    pub comments: Vec<Comment>,
    /// Notifications, in the order of their events.
    pub notified: Vec<Notified>,
}

impl Plan {
    /// Plans so much of everything, ending at `now` (in milliseconds).
    pub fn new(seed: u64, users: usize, posts: usize, comments: usize, now: i64) -> Self {
        let span = DAY * (30 + posts as i64 / 40).min(3 * 365);
        let mut posts = plan_posts(&mut stream(seed, 3, 0), users, posts, now, span);
        let mut comments = plan_comments(&mut stream(seed, 4, 0), users, &posts, comments, now);
        join_threads(&mut stream(seed, 5, 0), &mut comments, posts.len());
        count(&mut posts, &comments);
        let mut notified = notify(&posts, &mut comments, users);
        mark_read(&mut notified, users);
        let people = people(&mut stream(seed, 6, 0), users, &posts, &comments, (now, span));
        Self { people, posts, comments, notified }
    }
}

/// A few write much and many write little.
fn author(rng: &mut ChaCha8Rng, users: usize) -> usize {
    let r: f64 = rng.random();
    ((r * r * users as f64) as usize).min(users - 1)
}

fn plan_posts(rng: &mut ChaCha8Rng, users: usize, posts: usize, now: i64, span: i64) -> Vec<Post> {
    let step = span / posts.max(1) as i64;
    let plan = |n: usize| {
        let at = now - span + step * n as i64 + rng.random_range(0..step.max(1));
        let kind = match n % NOTICE_EVERY {
            5 => PostKind::Notice,
            _ if n % 3 == 1 => PostKind::Question,
            _ => PostKind::Talk,
        };
        // Notices have one voice.
        let author = if kind == PostKind::Notice { 0 } else { author(rng, users) };
        let edited = (rng.random_range(0..16) == 0).then(|| (at + rng.random_range(2..90) * MINUTE).min(now));
        let views = rng.random_range(3..180);
        Post { at, author, kind, comments: 0, last_comment: None, bump: 0, views, edited }
    };
    (0..posts).map(plan).collect()
}

fn plan_comments(rng: &mut ChaCha8Rng, users: usize, posts: &[Post], comments: usize, now: i64) -> Vec<Comment> {
    let plan = |_| {
        let any = rng.random_range(0..posts.len());
        let post = if rng.random_range(0..10) < 3 { any - any % HOT_EVERY } else { any };
        let begun = posts[post].at;
        let within = if rng.random_range(0..10) < 6 { DAY / 4 } else { 3 * DAY };
        let at = (begun + rng.random_range(MINUTE..within)).min(now);
        let at = if at < now { at } else { rng.random_range(begun..=now) };
        let edited = (rng.random_range(0..30) == 0).then(|| (at + rng.random_range(1..20) * MINUTE).min(now));
        Comment { at, post, author: author(rng, users), root: None, parent: None, calls: None, edited }
    };
    let mut all: Vec<Comment> = if posts.is_empty() { Vec::new() } else { (0..comments).map(plan).collect() };
    all.sort_by_key(|comment| comment.at);
    all
}

/// Two comments in five answer the one before them, or the one that began its thread.
fn join_threads(rng: &mut ChaCha8Rng, comments: &mut [Comment], posts: usize) {
    let mut latest: Vec<Option<usize>> = vec![None; posts];
    for n in 0..comments.len() {
        let before = latest[comments[n].post].replace(n);
        let Some(before) = before.filter(|_| rng.random_range(0..5) < 2) else { continue };
        let root = comments[before].root.unwrap_or(before);
        comments[n].root = Some(root);
        comments[n].parent = Some(if rng.random_range(0..3) == 0 { root } else { before });
    }
}

/// Counts comments into their posts, and gives every post its place by latest comment.
fn count(posts: &mut [Post], comments: &[Comment]) {
    let mut place = 0;
    let mut written = 0;
    for comment in comments {
        while written < posts.len() && posts[written].at <= comment.at {
            place += 1;
            posts[written].bump = place;
            written += 1;
        }
        place += 1;
        let post = &mut posts[comment.post];
        post.comments += 1;
        post.views += 4;
        post.last_comment = Some(comment.at);
        post.bump = place;
    }
    for post in &mut posts[written..] {
        place += 1;
        post.bump = place;
    }
}

/// Who is notified of which comment. Members who would have none are named in one of the newest
/// comments, so that everybody has something behind their bell.
fn notify(posts: &[Post], comments: &mut [Comment], users: usize) -> Vec<Notified> {
    let mut spoken_of = vec![false; users];
    for comment in &*comments {
        for user in [Some(posts[comment.post].author), comment.parent.map(|n| comments[n].author)].into_iter().flatten() {
            spoken_of[user] |= user != comment.author;
        }
    }
    let mut quiet = (0..users).filter(|user| !spoken_of[*user]).peekable();
    for comment in comments.iter_mut().rev() {
        comment.calls = quiet.next_if(|user| *user != comment.author);
    }
    let mut notified = Vec::with_capacity(comments.len() + users);
    for (n, comment) in comments.iter().enumerate() {
        let answered = comment.parent.map(|parent| (comments[parent].author, notification::Kind::Reply));
        let named = comment.calls.map(|user| (user, notification::Kind::Mention));
        let begun = notified.len();
        for (user, kind) in answered.into_iter().chain(named).chain([(posts[comment.post].author, notification::Kind::Comment)]) {
            let known = notified[begun..].iter().any(|notified: &Notified| notified.user == user);
            if user != comment.author && !known {
                notified.push(Notified { user, kind, comment: Some(n), read: false });
            }
        }
    }
    // More members than comments: what is left is the notification that their address was tried.
    notified.extend(quiet.map(|user| Notified { user, kind: notification::Kind::SignUpAgain, comment: None, read: false }));
    notified
}

/// Everybody has read all but their newest few.
fn mark_read(notified: &mut [Notified], users: usize) {
    let mut unread: Vec<usize> = (0..users).map(|user| 1 + user % 5).collect();
    for notified in notified.iter_mut().rev() {
        let left = &mut unread[notified.user];
        notified.read = *left == 0;
        *left = left.saturating_sub(1);
    }
}

fn people(rng: &mut ChaCha8Rng, users: usize, posts: &[Post], comments: &[Comment], (now, span): (i64, i64)) -> Vec<Person> {
    let year = 365 * DAY;
    let begun = now - span - year;
    let joined = |n: usize| begun + year * n as i64 / users as i64;
    let person = |n| Person { joined: joined(n), seen: now - rng.random_range(MINUTE..20 * DAY), ..Person::default() };
    let mut people: Vec<Person> = (0..users).map(person).collect();
    for post in posts {
        people[post.author].posts += 1;
        people[post.author].seen = people[post.author].seen.max(post.at);
    }
    for comment in comments {
        people[comment.author].comments += 1;
        people[comment.author].seen = people[comment.author].seen.max(comment.at);
    }
    people
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_790_000_000_000;

    #[test]
    fn everybody_has_something_unread_even_where_few_write() {
        for (users, posts, comments) in [(3, 0, 0), (50, 5, 3), (20, 100, 400), (1, 10, 10)] {
            let plan = Plan::new(1, users, posts, comments, NOW);
            for user in 0..users {
                assert!(plan.notified.iter().any(|notified| notified.user == user && !notified.read), "{user} of {users}");
            }
        }
    }

    #[test]
    fn places_by_latest_comment_are_unique_and_grow() {
        let mut plan = Plan::new(1, 20, 300, 900, NOW);

        let latest = |post: &Post| post.last_comment.unwrap_or(post.at).max(post.at);
        plan.posts.sort_by_key(latest);

        assert!(plan.posts.windows(2).all(|two| two[0].bump < two[1].bump || latest(&two[0]) == latest(&two[1])));
        assert_eq!(plan.posts.iter().map(|post| post.comments).sum::<i64>(), 900);
    }

    #[test]
    fn nothing_is_answered_before_it_is_written() {
        let plan = Plan::new(3, 20, 50, 500, NOW);

        for (n, comment) in plan.comments.iter().enumerate() {
            assert!(comment.at >= plan.posts[comment.post].at && comment.at <= NOW);
            for earlier in [comment.root, comment.parent].into_iter().flatten() {
                assert!(earlier < n && plan.comments[earlier].post == comment.post);
            }
        }
    }
}
