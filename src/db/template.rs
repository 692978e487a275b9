//! Statements that the query builder makes once for each engine. On a hot path building costs more than the rest of the request's
//! part in the query (about 40 µs a statement), so the text is kept and only the numbers in it change.

use sea_orm::{DbBackend, Statement, Value};
use std::sync::OnceLock;

/// A statement with `N` numbers that differ from one use to the next.
#[derive(Default)]
pub struct Template<const N: usize> {
    postgres: OnceLock<Built<N>>,
    sqlite: OnceLock<Built<N>>,
}

struct Built<const N: usize> {
    sql: String,
    values: Vec<Value>,
    /// Where each number stands among the values.
    places: [Vec<usize>; N],
}

impl<const N: usize> Template<N> {
    pub const fn new() -> Self {
        Self { postgres: OnceLock::new(), sqlite: OnceLock::new() }
    }

    /// The statement with these numbers; `build` is called for the first one, with stand-ins. It must depend on nothing else.
    pub fn fill(&self, engine: DbBackend, build: impl FnOnce([i64; N]) -> Statement, numbers: [i64; N]) -> Statement {
        let cell = if engine == DbBackend::Postgres { &self.postgres } else { &self.sqlite };
        let built = cell.get_or_init(|| Built::of(build(std::array::from_fn(stand_in))));
        let mut values = built.values.clone();
        for (number, places) in numbers.iter().zip(&built.places) {
            places.iter().for_each(|place| values[*place] = (*number).into());
        }
        Statement { sql: built.sql.clone(), values: Some(sea_orm::Values(values)), db_backend: engine }
    }
}

/// No id and no count is as low.
fn stand_in(n: usize) -> i64 {
    i64::MIN + n as i64
}

impl<const N: usize> Built<N> {
    fn of(statement: Statement) -> Self {
        let values = statement.values.map_or_else(Vec::new, |values| values.0);
        let stands = |n: usize| (0..values.len()).filter(|place| values[*place] == Value::from(stand_in(n))).collect();
        let places: [Vec<usize>; N] = std::array::from_fn(stands);
        assert!(places.iter().all(|places| !places.is_empty()), "each number stands in the statement: {}", statement.sql);
        Self { sql: statement.sql, values, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sea_query::{Expr, ExprTrait, Query};

    #[test]
    fn numbers_stand_where_they_were_built_and_nothing_else_changes() {
        static TEMPLATE: Template<2> = Template::new();
        let build = |[a, b]: [i64; 2]| {
            let select =
                Query::select().expr(Expr::val(a)).expr(Expr::val("text")).and_where(Expr::col("x").eq(b).or(Expr::col("y").eq(a))).take();
            DbBackend::Postgres.build(&select)
        };

        let first = TEMPLATE.fill(DbBackend::Postgres, build, [1, 2]);
        let second = TEMPLATE.fill(DbBackend::Postgres, |_| unreachable!("it is kept"), [3, 4]);

        assert_eq!(first, build([1, 2]));
        assert_eq!(second, build([3, 4]));
    }
}
