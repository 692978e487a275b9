//! Ids as types, so that a post's is never taken for a member's. One that only its own noun uses is declared beside its table.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => { $(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl From<i64> for $name {
            fn from(id: i64) -> Self {
                Self(id)
            }
        }

        impl From<$name> for i64 {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }
    )+ };
}
pub(super) use ids;

ids! {
    /// A member or another account.
    UserId,
    RoleId,
    /// A signed-in browser.
    SessionId,
    BoardId,
    PostId,
    CommentId,
    NotificationId,
    /// An entry of the audit log.
    AuditId,
    /// An entry of the log of invalidations.
    InvalidationId,
    /// An event of the cluster.
    EventId,
}
