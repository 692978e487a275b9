//! /system: how the machines are, and what to do when something is wrong.

use super::runbook::runbook;
use crate::app::App;
use crate::domain::Actor;
use crate::edge::http_client;
use crate::edge::report::Report;
use crate::monitor::{history, overview};
use crate::web::reply::HtmxTarget;
use crate::web::{RequestContext, Result, Staff, present, reply};
use poem::http::StatusCode;
use poem::web::Query;
use poem::{Response, handler};
use serde::Deserialize;
use std::time::Duration;
use templates::admin::monitor::chart::Chart;
use templates::admin::monitor::live::Live;
use templates::admin::monitor::runbook::{self as view, RunbookPage};
use templates::admin::monitor::{self as views, Range, SystemPage};
use templates::paths::admin as paths;

/// The edge is on this machine or near: it answers at once, or the page is drawn without it.
const PATIENCE: Duration = Duration::from_millis(700);

/// How the page is wanted.
#[derive(Deserialize, Default)]
pub struct Wish {
    range: Option<String>,
    paused: Option<String>,
}

impl Wish {
    fn range(&self) -> Range {
        Range::of(self.range.as_deref().unwrap_or_default())
    }
}

/// GET /system
#[handler]
pub async fn show(staff: Staff, wish: Option<Query<Wish>>) -> Result<Response> {
    let (request, wish) = (&staff.request, wish.map(|Query(wish)| wish).unwrap_or_default());
    let (seen, report) = now(request, &staff.actor).await?;
    let page = SystemPage {
        shell: &present::admin_shell(request),
        live: present::live(request, &seen, report.as_ref()),
        charts: charts(request, wish.range()).await?,
        range: wish.range(),
        paused: wish.paused.is_some(),
    };
    Ok(reply::page(views::page(&page)))
}

/// GET /system/live: the part of it that is of now.
#[handler]
pub async fn live(staff: Staff) -> Result<Response> {
    let request = &staff.request;
    if request.head.target == HtmxTarget::Page {
        return Ok(reply::see_other(request, paths::SYSTEM));
    }
    let (seen, report) = now(request, &staff.actor).await?;
    let live: Live = present::live(request, &seen, report.as_ref());
    Ok(reply::part(StatusCode::OK, views::live::part(&live)))
}

/// GET /system/history: the part of it that was.
#[handler]
pub async fn past(staff: Staff, wish: Option<Query<Wish>>) -> Result<Response> {
    let (request, range) = (&staff.request, wish.map(|Query(wish)| wish).unwrap_or_default().range());
    if request.head.target == HtmxTarget::Page {
        return Ok(reply::see_other(request, &paths::system(range.word(), false)));
    }
    overview::may_look(&staff.actor)?;
    Ok(reply::part(StatusCode::OK, views::history(request.lang, range, false, &charts(request, range).await?)))
}

/// GET /system/runbook
#[handler]
pub fn runbook_page(staff: Staff) -> Result<Response> {
    overview::may_look(&staff.actor)?;
    let book = runbook();
    let page = RunbookPage { shell: &present::admin_shell(&staff.request), contents: &book.contents, html: &book.html };
    Ok(reply::page(view::page(&page)))
}

async fn now(request: &RequestContext, actor: &Actor) -> Result<(overview::Overview, Option<Report>)> {
    let (seen, report) = tokio::join!(overview::look(&request.app, actor), edge(&request.app));
    Ok((seen?, report))
}

async fn edge(app: &App) -> Option<Report> {
    tokio::time::timeout(PATIENCE, http_client::report(&app.config.watching.edge_url)).await.ok().and_then(std::result::Result::ok)
}

async fn charts(request: &RequestContext, range: Range) -> Result<Vec<Chart>> {
    let (from, until, step) = present::span(range, history::minute(request.app.context.clock.now()));
    let instances = history::instances(&request.app.context.db, from, until, step).await?;
    let cluster = history::cluster(&request.app.context.db, from, until, step).await?;
    Ok(present::curves(request, (from, until, step), &instances, &cluster))
}
