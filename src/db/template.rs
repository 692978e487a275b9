//! Statements that the query builder makes once for each engine. On a hot path building costs more than the rest of the request's
//! part in the query (about 40 µs a statement), so the text is kept and only the parameters in it change.

use parking_lot::RwLock;
use sea_orm::{DbBackend, Statement, Value};
use std::sync::Arc;

/// A statement whose parameters differ from one use to the next. Statements with other numbers of parameters are other texts.
#[derive(Default)]
pub struct Template {
    texts: RwLock<Vec<Arc<Text>>>,
}

struct Text {
    engine: DbBackend,
    sql: String,
    values: Vec<Value>,
    /// Where each parameter stands among the values.
    places: Vec<Vec<usize>>,
}

impl Template {
    pub const fn new() -> Self {
        Self { texts: RwLock::new(Vec::new()) }
    }

    /// The statement with these parameters; `build` is called for the first use, with stand-ins. It must depend on nothing else.
    pub fn fill<const N: usize>(&self, engine: DbBackend, build: impl FnOnce([i64; N]) -> Statement, parameters: [i64; N]) -> Statement {
        let build = |stand_ins: &[i64]| build(std::array::from_fn(|n| stand_ins[n]));
        self.fill_all(engine, build, parameters.map(Value::from).to_vec())
    }

    /// The same with parameters of any type, and as many as there are.
    pub fn fill_all(&self, engine: DbBackend, build: impl FnOnce(&[i64]) -> Statement, parameters: Vec<Value>) -> Statement {
        let text = self.text(engine, build, parameters.len());
        let mut values = text.values.clone();
        for (parameter, places) in parameters.into_iter().zip(&text.places) {
            let (last, others) = places.split_last().expect("each parameter stands in the statement");
            others.iter().for_each(|place| values[*place] = parameter.clone());
            values[*last] = parameter;
        }
        Statement { sql: text.sql.clone(), values: Some(sea_orm::Values(values)), db_backend: engine }
    }

    fn text(&self, engine: DbBackend, build: impl FnOnce(&[i64]) -> Statement, parameters: usize) -> Arc<Text> {
        let fits = |text: &&Arc<Text>| text.engine == engine && text.places.len() == parameters;
        if let Some(text) = self.texts.read().iter().find(fits) {
            return text.clone();
        }
        let stand_ins: Vec<i64> = (0..parameters).map(stand_in).collect();
        let text = Arc::new(Text::of(engine, build(&stand_ins), &stand_ins));
        self.texts.write().push(text.clone());
        text
    }
}

/// No id and no count is as low.
fn stand_in(n: usize) -> i64 {
    i64::MIN + n as i64
}

impl Text {
    fn of(engine: DbBackend, statement: Statement, stand_ins: &[i64]) -> Self {
        let values = statement.values.map_or_else(Vec::new, |values| values.0);
        let stands = |stand_in: &i64| (0..values.len()).filter(|place| values[*place] == Value::from(*stand_in)).collect();
        let places: Vec<Vec<usize>> = stand_ins.iter().map(stands).collect();
        assert!(places.iter().all(|places| !places.is_empty()), "each parameter stands in the statement: {}", statement.sql);
        Self { engine, sql: statement.sql, values, places }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::sea_query::{Expr, ExprTrait, Query};

    fn select(a: impl Into<Value>, b: impl Into<Value>) -> Statement {
        let (a, b) = (a.into(), b.into());
        let either = Expr::col("x").eq(Expr::val(b)).or(Expr::col("y").eq(Expr::val(a.clone())));
        let select = Query::select().expr(Expr::val(a)).expr(Expr::val("text")).and_where(either).take();
        DbBackend::Postgres.build(&select)
    }

    #[test]
    fn parameters_stand_where_they_were_built_and_nothing_else_changes() {
        static TEMPLATE: Template = Template::new();
        let build = |[a, b]: [i64; 2]| select(a, b);

        let first = TEMPLATE.fill(DbBackend::Postgres, build, [1, 2]);
        let second = TEMPLATE.fill(DbBackend::Postgres, |_: [i64; 2]| unreachable!("it is kept"), [3, 4]);

        assert_eq!(first, select(1_i64, 2_i64));
        assert_eq!(second, select(3_i64, 4_i64));
    }

    #[test]
    fn parameters_may_be_of_any_type_and_number() {
        static TEMPLATE: Template = Template::new();
        let build = |p: &[i64]| DbBackend::Postgres.build(&Query::select().exprs(p.iter().map(|p| Expr::val(*p))).take());

        let one = TEMPLATE.fill_all(DbBackend::Postgres, build, vec!["a".into()]);
        let two = TEMPLATE.fill_all(DbBackend::Postgres, build, vec!["a".into(), 7_i64.into()]);

        assert_eq!((one.sql.as_str(), two.sql.as_str()), ("SELECT $1", "SELECT $1, $2"));
        assert_eq!(two.values, Some(sea_orm::Values(vec!["a".into(), 7_i64.into()])));
    }
}
