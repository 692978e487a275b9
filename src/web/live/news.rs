//! News of a post, drawn once for all streams that one signal woke and whose readers have the same rights: ten thousand readers
//! of one post cost two statements, not twenty thousand.

use crate::domain::{BoardId, CommentId, PostId, UserId};
use bytes::Bytes;
use parking_lot::Mutex;
use std::collections::VecDeque;
use std::sync::Arc;
use templates::text::Lang;
use tokio::sync::OnceCell;

/// News that are kept at once. Streams that come later than so many others read for themselves.
const MOST: usize = 64;

/// What streams have in common to which the same is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NewsKey {
    pub post: PostId,
    /// The newest comment that they know.
    pub after: CommentId,
    /// The number of the signal that woke them. What it is about was committed before it arrived, so a read after it is new enough.
    pub signal: u64,
    /// How often they could not be read after it.
    pub failed: u32,
    pub lang: Lang,
    /// Whether the reader may answer.
    pub answers: bool,
    /// Whether the reader moderates comments.
    pub moderates: bool,
}

/// Comments that are new on a post.
pub(super) struct News {
    /// The board on which the post is now.
    pub board: BoardId,
    /// Those who wrote them, to whom they look otherwise.
    pub authors: Vec<UserId>,
    pub last: CommentId,
    /// As it is sent. Empty: there are none.
    pub events: Bytes,
}

/// What became of the one read for all.
#[derive(Clone)]
pub(super) enum Common {
    News(Arc<News>),
    /// The post is not open to all who may read its board: each has to ask with their own rights.
    OwnRights,
    /// The database did not answer.
    NotNow,
}

/// What was drawn lately for the streams of posts. Cheap to clone.
#[derive(Clone, Default)]
pub struct RecentNews {
    entries: Arc<Mutex<VecDeque<Entry>>>,
}

type Entry = (NewsKey, Arc<OnceCell<Common>>);

impl RecentNews {
    /// What was read for this key; the first who asks reads it.
    pub(super) async fn get<F: Future<Output = Common>>(&self, key: NewsKey, read: impl FnOnce() -> F) -> Common {
        self.cell(key).get_or_init(read).await.clone()
    }

    fn cell(&self, key: NewsKey) -> Arc<OnceCell<Common>> {
        let mut entries = self.entries.lock();
        if let Some((_, cell)) = entries.iter().rev().find(|(kept, _)| *kept == key) {
            return cell.clone();
        }
        let cell = Arc::<OnceCell<Common>>::default();
        if entries.len() >= MOST {
            entries.pop_front();
        }
        entries.push_back((key, cell.clone()));
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    fn key(signal: u64) -> NewsKey {
        NewsKey { post: PostId(1), after: CommentId(0), signal, failed: 0, lang: Lang::Ko, answers: true, moderates: false }
    }

    #[tokio::test]
    async fn those_whom_one_signal_woke_read_once_and_the_next_signal_reads_again() {
        let (news, reads) = (RecentNews::default(), AtomicU32::new(0));
        let ask = |signal| {
            news.get(key(signal), || async {
                reads.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Common::NotNow
            })
        };

        futures_util::future::join_all((0..100).map(|_| ask(1))).await;
        assert_eq!(reads.load(Ordering::Relaxed), 1);

        ask(2).await;
        assert_eq!(reads.load(Ordering::Relaxed), 2);
    }

    #[tokio::test]
    async fn readers_of_other_rights_or_languages_read_for_themselves() {
        let (news, base) = (RecentNews::default(), key(1));
        let others = [
            NewsKey { post: PostId(2), ..base },
            NewsKey { after: CommentId(1), ..base },
            NewsKey { failed: 1, ..base },
            NewsKey { lang: Lang::En, ..base },
            NewsKey { answers: false, ..base },
            NewsKey { moderates: true, ..base },
        ];
        for (n, key) in [base].into_iter().chain(others).enumerate() {
            news.get(key, || async { Common::NotNow }).await;
            assert_eq!(news.entries.lock().len(), n + 1);
        }
        for signal in 2..1_000 {
            news.get(key(signal), || async { Common::NotNow }).await;
        }
        assert_eq!(news.entries.lock().len(), MOST);
    }
}
