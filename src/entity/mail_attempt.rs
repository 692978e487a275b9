//! Mails of which it is not known whether a relay took them: the connection broke between the text and the answer.

use super::job::JobId;
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "mail_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub job_id: JobId,
    /// How often the text was begun to be sent and not answered.
    pub doubts: i64,
}

impl ActiveModelBehavior for ActiveModel {}
