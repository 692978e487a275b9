//! The machine around an instance: the sockets and the words that pass between it and systemd, and the time.

pub mod notify;
pub mod sockets;
