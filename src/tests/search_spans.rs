//! Finding the newest of many: PostgreSQL is asked for one span of ids after the other, which must give what one look at all would.

use crate::search::{fill, look_with};
use crate::support::{Engine, PASSWORD, Postgres, TestApp, Visitor};
use minschool::db::query;
use minschool::seed::{self, Wanted};
use rstest::rstest;

/// As if other documents lay between them, so that hits fall into spans of each size and some lie before all of them.
const SPREAD: &str = "UPDATE search_docs SET id = 2000000000 - CASE \
    WHEN rank < 10 THEN rank * 100 \
    WHEN rank < 40 THEN rank * 900 \
    WHEN rank < 90 THEN rank * 7000 \
    ELSE rank * 40000 END \
    FROM (SELECT id, ROW_NUMBER() OVER (ORDER BY id DESC) AS rank FROM search_docs) AS ranked WHERE ranked.id = search_docs.id";

/// The titles on all pages of a search, in their order.
async fn hits(visitor: &mut Visitor, words: &str, more: &str) -> Vec<String> {
    let mut page = look_with(visitor, words, more).await;
    let mut titles = page.texts(".hit h3");
    while let Some(next) = page.attribute("main a.button.secondary[href*='after=']", "href") {
        page = visitor.get(&next).await;
        titles.extend(page.texts(".hit h3"));
    }
    titles
}

async fn seeded(engine: Engine) -> TestApp {
    let test = engine.start().await;
    let wanted = Wanted { users: 6, posts: 150, comments: 60, password: PASSWORD.into(), random_seed: 3 };
    fill(&test).await;
    seed::run(&test.app.context, &wanted, test.app.context.clock.now(), |_, _, _| ()).await.unwrap();
    fill(&test).await;
    test
}

#[rstest]
#[tokio::test]
async fn hits_that_lie_far_apart_are_found_once_in_the_same_order(#[values(Postgres)] engine: Engine) {
    let test = seeded(engine).await;
    let mut guest = test.visitor();
    let searches = [("이", "&sort=new"), ("이", ""), ("다", "&sort=new&kind=post"), ("이", "&sort=new&by=회원1"), ("ㅇ", "")];
    let mut before = Vec::new();
    for (words, more) in searches {
        before.push(hits(&mut guest, words, more).await);
    }

    query::run(&test.app.context.db, SPREAD, []).await.unwrap();

    for ((words, more), before) in searches.into_iter().zip(before) {
        assert_eq!(hits(&mut guest, words, more).await, before, "{words} {more}");
        assert!(words == "ㅇ" || before.len() > 2, "{words} {more}: {before:?}");
    }
}

#[derive(sea_orm::FromQueryResult)]
struct Plan {
    #[sea_orm(from_alias = "QUERY PLAN")]
    line: String,
}

/// The statement has to hold the expression of the index, or each search reads the whole table.
#[rstest]
#[tokio::test]
async fn the_numbers_and_spans_of_a_search_are_looked_up_in_the_index(#[values(Postgres)] engine: Engine) {
    let test = seeded(engine).await;
    let tx = query::begin(&test.app.context.db).await.unwrap();
    for setting in ["enable_seqscan", "enable_indexscan"] {
        query::run(&tx, &format!("SET LOCAL {setting} = off"), []).await.unwrap();
    }

    let numbers = migration::SEARCH_NUMBERS;
    let explain = format!("EXPLAIN SELECT d.ref_id FROM search_docs d WHERE {numbers} @> ARRAY[1] AND {numbers} && ARRAY[-1, -5]");
    let plan: Vec<Plan> = query::all(&tx, &explain, []).await.unwrap();

    let plan = plan.into_iter().map(|plan| plan.line).collect::<Vec<_>>().join("\n");
    assert!(plan.contains("Bitmap Index Scan on search_docs_numbers"), "{plan}");
    assert!(plan.contains("@>") && plan.contains("&&"), "{plan}");
}
