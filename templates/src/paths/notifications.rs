//! Notifications and the stream that announces them.

/// A member's notifications.
pub const NOTIFICATIONS: &str = "/notifications";
/// Marks every notification as read.
pub const NOTIFICATIONS_READ_ALL: &str = "/notifications/read-all";
/// The stream that rings a member's bell.
pub const EVENTS: &str = "/events";

/// Marks a notification as read and leads to what it is about.
pub fn notification_read(id: i64) -> String {
    format!("/notifications/{id}/read")
}

/// Notifications older than one.
pub fn notifications_before(id: i64) -> String {
    format!("/notifications?before={id}")
}
