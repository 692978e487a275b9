//! Who is here, for the first page, as of some seconds ago. No page waits for it: where what is kept is older, it is read beside the page,
//! for the pages that follow.

use crate::app::App;
use crate::domain::users::profile::{self, Named};
use parking_lot::Mutex;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Members named.
const NAMED: usize = 9;
/// What is kept is read anew after this time,
const FRESH: Duration = Duration::from_secs(10);
/// and not shown after this one: who has left is gone from every page within a minute.
const SHOWN: Duration = Duration::from_secs(30);

/// The members who are online, as read at most 30 seconds ago. Cheap to clone.
#[derive(Clone, Default)]
pub struct Here(Arc<Mutex<Kept>>);

#[derive(Default)]
struct Kept {
    members: Arc<[Named]>,
    read_at: Option<Instant>,
    is_being_read: bool,
}

impl Here {
    /// The members who were seen last; none where that is not known.
    pub fn members(&self, app: &App) -> Arc<[Named]> {
        let mut kept = self.0.lock();
        let age = kept.read_at.map(|at| at.elapsed());
        if !kept.is_being_read && age.is_none_or(|age| age > FRESH) {
            kept.is_being_read = true;
            tokio::spawn(self.clone().read(app.clone()));
        }
        if age.is_some_and(|age| age <= SHOWN) { kept.members.clone() } else { Arc::default() }
    }

    async fn read(self, app: App) {
        let read = profile::online(&app.context, NAMED).await;
        let mut kept = self.0.lock();
        kept.is_being_read = false;
        if let Ok((_, members)) = read {
            (kept.members, kept.read_at) = (members.into(), Some(Instant::now()));
        }
    }
}
