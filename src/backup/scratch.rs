//! The scratch database of a restore drill: a file in a temporary folder, or a database beside the real one. It is deleted afterwards;
//! one that a killed drill left is deleted by the next.

use super::{BackupError, Result};
use crate::config::Config;
use crate::db::{self, Database};
use sea_orm::ConnectionTrait;
use std::path::PathBuf;
use url::Url;

/// What the scratch database is called: the real one's name, and this.
const SUFFIX: &str = "_drill";

/// The scratch database.
pub struct Scratch {
    /// How to open it.
    pub config: Config,
    place: ScratchPlace,
}

enum ScratchPlace {
    Folder(PathBuf),
    Beside { home: Database, name: String },
}

impl Scratch {
    /// Makes it, on the engine of the real one.
    ///
    /// # Errors
    /// This user may not make databases; the disk's.
    pub async fn make(config: &Config) -> Result<Self> {
        if config.on_postgres() { Self::beside(config).await } else { Self::in_folder(config) }
    }

    fn in_folder(config: &Config) -> Result<Self> {
        let folder = config.backups.dir.join(".drill");
        let doing = |e: std::io::Error| BackupError::doing(&folder.display().to_string(), e);
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(doing)?;
        }
        std::fs::create_dir_all(&folder).map_err(doing)?;
        let database_url = format!("sqlite://{}?mode=rwc", folder.join("drill.db").display());
        Ok(Self { config: Config { database_url, ..config.clone() }, place: ScratchPlace::Folder(folder) })
    }

    async fn beside(config: &Config) -> Result<Self> {
        let mut url = Url::parse(&config.database_url).map_err(|e| BackupError::doing("DATABASE_URL", e))?;
        let name = format!("{}{SUFFIX}", url.path().trim_start_matches('/')).replace('"', "");
        url.set_path(&name);
        let home = db::open_for_migrations(config).await?;
        home.execute_unprepared(&format!("DROP DATABASE IF EXISTS \"{name}\" WITH (FORCE)")).await?;
        // Not from template1, which may have been changed.
        home.execute_unprepared(&format!("CREATE DATABASE \"{name}\" TEMPLATE template0")).await.map_err(|e| {
            BackupError(format!("{e}; a drill needs a database beside the real one: let an administrator say ALTER ROLE … CREATEDB"))
        })?;
        Ok(Self { config: Config { database_url: url.into(), ..config.clone() }, place: ScratchPlace::Beside { home, name } })
    }

    /// Throws it away. All connections to it are closed.
    ///
    /// # Errors
    /// The database's or the disk's.
    pub async fn drop(self) -> Result<()> {
        match self.place {
            ScratchPlace::Folder(folder) => {
                std::fs::remove_dir_all(&folder).map_err(|e| BackupError::doing(&folder.display().to_string(), e))
            }
            ScratchPlace::Beside { home, name } => {
                home.execute_unprepared(&format!("DROP DATABASE \"{name}\" WITH (FORCE)")).await?;
                Ok(())
            }
        }
    }
}
