//! Page marks: for each board, how many posts are shown in each run of 512 places of its list.
//!
//! The list of a board is ordered by `id` (newest) or by `bump` (latest comment; a number drawn from
//! one counter whenever a post is written or commented on). Adding up the marks from the top finds the
//! run in which page 50,000 begins without walking over a million posts, and their sum is the number
//! of pages, so that no request counts rows. Triggers keep the marks, because a count that some code
//! path can forget will be wrong one day.

use sea_orm_migration::sea_orm::DbBackend;

/// Places in one run. A page is found by adding up total / RUN marks and stepping over < RUN rows.
pub const RUN: i64 = 512;

/// The step that brought the table of changes.
const CHANGES: usize = 4;

/// The SQL that makes the triggers, on a schema of so many steps.
pub fn create(engine: DbBackend, steps: usize) -> String {
    match engine {
        DbBackend::Postgres if steps < CHANGES => [&add_mark_in_place(), &calling_add_mark(), TRIGGER].concat(),
        DbBackend::Postgres => [&adding_changes(), TRIGGER].concat(),
        _ => sqlite_create(),
    }
}

/// The function of PostgreSQL's trigger: each change is a row of the table of changes, and nobody waits for it. PL/pgSQL keeps the plans of
/// its own statements for as long as a connection lives; a function in SQL would be parsed and planned at each call, for a third of what a
/// comment costs the server.
pub(crate) fn adding_changes() -> String {
    ADDING_CHANGES.replace("{run}", &RUN.to_string())
}

/// The same by calls of `add_mark`, as before `m0019_marks_without_calls`.
pub(crate) fn calling_add_mark() -> String {
    CALLING_ADD_MARK.replace("{run}", &RUN.to_string())
}

/// A change is added to the table of changes.
pub(crate) fn add_mark_as_change() -> String {
    add_mark("INSERT INTO page_mark_changes (board_id, sort, bucket, shown) VALUES (board, list, place / {run}, n);")
}

/// A change is counted in the mark, which others wait for until the commit.
pub(crate) fn add_mark_in_place() -> String {
    add_mark(
        "INSERT INTO page_marks (board_id, sort, bucket, shown) VALUES (board, list, place / {run}, n)
         ON CONFLICT (board_id, sort, bucket) DO UPDATE SET shown = page_marks.shown + n;",
    )
}

fn add_mark(body: &str) -> String {
    let head = "CREATE OR REPLACE FUNCTION add_mark(board BIGINT, list TEXT, place BIGINT, n BIGINT) RETURNS VOID LANGUAGE sql AS";
    format!("{head} $$ {body} $$;").replace("{run}", &RUN.to_string())
}

/// Counts the changes into the marks, each once: one statement of PostgreSQL.
pub const FOLD: &str = "WITH gone AS (DELETE FROM page_mark_changes RETURNING board_id, sort, bucket, shown) \
    INSERT INTO page_marks (board_id, sort, bucket, shown) \
    SELECT board_id, sort, bucket, SUM(shown) FROM gone GROUP BY board_id, sort, bucket ORDER BY board_id, sort, bucket \
    ON CONFLICT (board_id, sort, bucket) DO UPDATE SET shown = page_marks.shown + excluded.shown";

/// The SQL that takes the triggers away, for a bulk load or a step back.
pub fn drop(engine: DbBackend) -> String {
    match engine {
        DbBackend::Postgres => ["DROP TRIGGER posts_marks ON posts; DROP FUNCTION posts_marks();", DROP_ADD_MARK].concat(),
        _ => "DROP TRIGGER posts_marks_insert; DROP TRIGGER posts_marks_update; DROP TRIGGER posts_marks_delete;".into(),
    }
}

/// The SQL that counts all marks anew, on a schema of so many steps.
pub fn rebuild(steps: usize) -> String {
    let no_changes = if steps < CHANGES { "" } else { "DELETE FROM page_mark_changes;" };
    format!(
        "DELETE FROM page_marks;
         {no_changes}
         INSERT INTO page_marks (board_id, sort, bucket, shown)
           SELECT board_id, 'new', id / {RUN}, COUNT(*) FROM posts WHERE state = 'shown' GROUP BY 1, 3;
         INSERT INTO page_marks (board_id, sort, bucket, shown)
           SELECT board_id, 'active', bump / {RUN}, COUNT(*) FROM posts WHERE state = 'shown' GROUP BY 1, 3;"
    )
}

/// The SQL that counts posts with ids from `first` to `last` into the marks, after loading them without triggers.
pub fn add(first: i64, last: i64) -> String {
    [("new", "id"), ("active", "bump")]
        .map(|(list, place)| {
            format!(
                "INSERT INTO page_marks (board_id, sort, bucket, shown)
                   SELECT board_id, '{list}', {place} / {RUN}, COUNT(*) FROM posts
                   WHERE state = 'shown' AND id BETWEEN {first} AND {last} GROUP BY 1, 3
                 ON CONFLICT (board_id, sort, bucket) DO UPDATE SET shown = page_marks.shown + excluded.shown;"
            )
        })
        .concat()
}

const TRIGGER: &str = "
CREATE TRIGGER posts_marks AFTER INSERT OR DELETE OR UPDATE OF state, board_id, bump ON posts
  FOR EACH ROW EXECUTE FUNCTION posts_marks();
";

const ADDING_CHANGES: &str = "
CREATE OR REPLACE FUNCTION posts_marks() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND OLD.state = 'shown' AND NEW.state = 'shown' AND NEW.board_id = OLD.board_id THEN
    IF NEW.bump / {run} <> OLD.bump / {run} THEN
      INSERT INTO page_mark_changes (board_id, sort, bucket, shown)
        VALUES (OLD.board_id, 'active', OLD.bump / {run}, -1), (NEW.board_id, 'active', NEW.bump / {run}, 1);
    END IF;
    RETURN NULL;
  END IF;
  IF TG_OP <> 'INSERT' AND OLD.state = 'shown' THEN
    INSERT INTO page_mark_changes (board_id, sort, bucket, shown)
      VALUES (OLD.board_id, 'new', OLD.id / {run}, -1), (OLD.board_id, 'active', OLD.bump / {run}, -1);
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.state = 'shown' THEN
    INSERT INTO page_mark_changes (board_id, sort, bucket, shown)
      VALUES (NEW.board_id, 'new', NEW.id / {run}, 1), (NEW.board_id, 'active', NEW.bump / {run}, 1);
  END IF;
  RETURN NULL;
END $$;
";

const CALLING_ADD_MARK: &str = "
CREATE OR REPLACE FUNCTION posts_marks() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'INSERT' AND OLD.state = 'shown' THEN
    IF TG_OP = 'DELETE' OR NEW.state <> 'shown' OR NEW.board_id <> OLD.board_id THEN
      PERFORM add_mark(OLD.board_id, 'new', OLD.id, -1);
      PERFORM add_mark(OLD.board_id, 'active', OLD.bump, -1);
    ELSIF NEW.bump / {run} <> OLD.bump / {run} THEN
      PERFORM add_mark(OLD.board_id, 'active', OLD.bump, -1);
      PERFORM add_mark(NEW.board_id, 'active', NEW.bump, 1);
    END IF;
  END IF;
  IF TG_OP <> 'DELETE' AND NEW.state = 'shown' THEN
    IF TG_OP = 'INSERT' OR OLD.state <> 'shown' OR NEW.board_id <> OLD.board_id THEN
      PERFORM add_mark(NEW.board_id, 'new', NEW.id, 1);
      PERFORM add_mark(NEW.board_id, 'active', NEW.bump, 1);
    END IF;
  END IF;
  RETURN NULL;
END $$;
";

pub(crate) const DROP_ADD_MARK: &str = "DROP FUNCTION IF EXISTS add_mark(BIGINT, TEXT, BIGINT, BIGINT);";

fn sqlite_create() -> String {
    format!(
        "CREATE TRIGGER posts_marks_insert AFTER INSERT ON posts WHEN NEW.state = 'shown' BEGIN {plus} END;
         CREATE TRIGGER posts_marks_delete AFTER DELETE ON posts WHEN OLD.state = 'shown' BEGIN {minus} END;
         CREATE TRIGGER posts_marks_update AFTER UPDATE OF state, board_id, bump ON posts
           WHEN OLD.state = 'shown' OR NEW.state = 'shown' BEGIN {minus_if} {plus_if} END;",
        plus = sqlite_marks("NEW", 1, ""),
        minus = sqlite_marks("OLD", -1, ""),
        minus_if = sqlite_marks("OLD", -1, "WHERE OLD.state = 'shown'"),
        plus_if = sqlite_marks("NEW", 1, "WHERE NEW.state = 'shown'"),
    )
}

fn sqlite_marks(row: &str, n: i64, only: &str) -> String {
    // SQLite needs a WHERE before ON CONFLICT when the rows come from a SELECT.
    let only = if only.is_empty() { "WHERE true" } else { only };
    [("new", "id"), ("active", "bump")]
        .map(|(list, place)| {
            format!(
                "INSERT INTO page_marks (board_id, sort, bucket, shown)
                   SELECT {row}.board_id, '{list}', {row}.{place} / {RUN}, {n} {only}
                 ON CONFLICT (board_id, sort, bucket) DO UPDATE SET shown = shown + {n};"
            )
        })
        .concat()
}
