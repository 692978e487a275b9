//! What the instances measure of themselves, and the staff's page that shows it.

use crate::support::{House, stories, until};
use minschool::domain::measure::Counts;
use minschool::domain::vitals::events::newest;
use minschool::domain::vitals::{Kind, history};

/// How often something happened.
async fn count(house: &House, kind: Kind) -> usize {
    newest(&house.app.db, 100).await.unwrap().iter().filter(|event| event.kind == kind).count()
}

stories! {
    async fn an_instance_says_how_it_is_and_writes_it_down(house: House) {
        until("it has said that it is up", async || count(&house, Kind::Up).await == 1).await;

        let now = history::minute(house.app.clock.now());
        until("its first minute is there", async || !history::names(&house.app.db, now - 1).await.unwrap().is_empty()).await;
        let own = house.app.vitals.own().unwrap();
        let heard = house.app.shared.instances().beats(std::slice::from_ref(&own.name)).await.known().unwrap();

        assert!(own.memory > 1_000_000 && own.db_max > 0, "{own:?}");
        assert!(heard[0].as_ref().is_some_and(|beat| beat.starts_with(b"{")));
        assert_eq!(house.app.vitals.redis().is_some(), house.app.config.redis_url.is_some());
    }

    async fn a_minute_of_the_house_is_written_once_and_forgotten_after_a_day(house: House) {
        let (db, now) = (&house.app.db, house.app.clock.now());
        let minute = history::minute(now) + 5;
        for sessions in [3, 4] {
            history::write_house(&house.app, minute, &Counts { sessions, online: 1, schema: 7 }, None).await.unwrap();
        }

        let rows = history::house(db, minute, minute + 1, 1).await.unwrap();
        history::forget_old(db, now + time::Duration::hours(25)).await.unwrap();
        let later = history::house(db, 0, minute + 1, 1).await.unwrap();

        assert_eq!(rows.iter().map(|row| row.sessions).collect::<Vec<_>>(), [3]);
        assert!(later.is_empty(), "{later:?}");
    }
}
