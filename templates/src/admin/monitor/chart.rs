//! A curve over time, drawn by the server: a picture whose every number stands in the table below it. Lines differ by
//! their strokes as well as by their colours.
//! By hand and not by a library for charts: it is a few paths of SVG, and works without scripts.

use super::text as t;
use crate::text::{Lang, Text};
use crate::ui::{self, Moment};
use maud::{Markup, html};
use std::fmt::Write;

/// What the numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// With a fraction.
    Rate,
    /// Milliseconds.
    Millis,
    /// Hundredths.
    Percent,
    Bytes,
}

/// One picture.
#[derive(Clone, Debug)]
pub struct Chart {
    /// A name for its parts.
    pub id: &'static str,
    /// What is shown.
    pub title: Text,
    /// What the numbers are.
    pub unit: Unit,
    /// When each point was, the oldest first.
    pub times: Vec<Moment>,
    pub lines: Vec<Line>,
}

#[derive(Clone, Debug)]
pub struct Line {
    /// Whose it is.
    pub name: String,
    /// A value for each time; none where nothing is known.
    pub points: Vec<Option<f64>>,
}

/// The picture's own measure; the style sheet stretches it.
const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 150.0;
/// Stroke patterns that can be distinguished.
const STROKES: usize = 4;

pub fn render(lang: Lang, c: &Chart) -> Markup {
    let title = lang.t(c.title);
    let highest = c
        .lines
        .iter()
        .flat_map(|line| &line.points)
        .flatten()
        .copied()
        .fold(None, |high: Option<f64>, v| Some(high.map_or(v, |h| h.max(v))));
    html! {
        figure.chart aria-labelledby={ (c.id) "-title" } {
            figcaption #{ (c.id) "-title" } { h3 { (title) } }
            @match highest {
                None => p.muted { (lang.t(t::CHART_NONE)) },
                Some(high) => {
                    (legend(c))
                    (picture(lang, c, title, high))
                    (table(lang, c, title))
                },
            }
        }
    }
}

/// The lines' names and their last values, which is what most people look for.
fn legend(c: &Chart) -> Markup {
    html! {
        ul.legend {
            @for (n, line) in c.lines.iter().enumerate() {
                li {
                    svg.key width="28" height="10" viewBox="0 0 28 10" aria-hidden="true" focusable="false" { path.stroke.{ "s" (n % STROKES) } d="M1 5H27" {} }
                    span { (line.name) } " " strong.num { (line.points.last().copied().flatten().map_or_else(|| "-".to_owned(), |v| shown(c.unit, v))) }
                }
            }
        }
    }
}

fn picture(lang: Lang, c: &Chart, title: &str, high: f64) -> Markup {
    let ceiling = ceiling(c.unit, high);
    let now: Vec<String> = c.lines.iter().filter_map(|line| line.points.last().copied().flatten()).map(|v| shown(c.unit, v)).collect();
    let now = if now.is_empty() { "-".to_owned() } else { now.join(", ") };
    let label = lang.fill(t::CHART_SAYS, &[("title", &title), ("now", &now), ("high", &shown(c.unit, high))]);
    let (first, last) = (c.times.first(), c.times.last());
    html! {
        div.plot {
            span.ceiling.num aria-hidden="true" { (shown(c.unit, ceiling)) }
            svg role="img" aria-label=(label) viewBox={ "0 0 " (WIDTH) " " (HEIGHT) } preserveAspectRatio="none" focusable="false" {
                path.gridline d={ "M0 1H" (WIDTH) "M0 " (HEIGHT / 2.0) "H" (WIDTH) "M0 " (HEIGHT - 1.0) "H" (WIDTH) } vector-effect="non-scaling-stroke" {}
                @for (n, line) in c.lines.iter().enumerate() {
                    path.stroke.{ "s" (n % STROKES) } d=(path(&line.points, ceiling)) vector-effect="non-scaling-stroke" {}
                }
            }
            p.axis.num aria-hidden="true" { span { (first.map_or("", |at| at.shown.as_str())) } span { (last.map_or("", |at| at.shown.as_str())) } }
        }
    }
}

/// Where nothing is known the line has a gap; a point alone is a short dash.
fn path(points: &[Option<f64>], ceiling: f64) -> String {
    let step = WIDTH / (points.len().max(2) - 1) as f64;
    let mut out = String::new();
    let mut pen_down = false;
    for (n, point) in points.iter().enumerate() {
        let Some(value) = point else {
            pen_down = false;
            continue;
        };
        let (x, y) = (n as f64 * step, (HEIGHT - 2.0) * (1.0 - value / ceiling) + 1.0);
        // Writing into a String cannot fail.
        let _ = write!(out, "{}{x:.1} {y:.1}", if pen_down { "L" } else { "M" });
        if !pen_down && points.get(n + 1).is_none_or(Option::is_none) {
            let _ = write!(out, "h{:.1}", if n + 1 == points.len() { -4.0 } else { 4.0 });
        }
        pen_down = true;
    }
    out
}

/// The next round number, so that the axis can be read.
fn ceiling(unit: Unit, high: f64) -> f64 {
    if unit == Unit::Bytes {
        // Round in the unit that is shown.
        let mebi = 1024.0 * 1024.0;
        return ceiling(Unit::Count, high / mebi) * mebi;
    }
    if high <= 1.0 {
        return 1.0;
    }
    let base = 10_f64.powf(high.log10().floor());
    [1.0, 2.0, 2.5, 5.0, 10.0].iter().map(|step| step * base).find(|top| *top >= high).unwrap_or(high)
}

fn table(lang: Lang, c: &Chart, title: &str) -> Markup {
    let label = lang.fill(t::CHART_TABLE, &[("title", &title)]);
    html! {
        details.numbers #{ (c.id) "-numbers" } {
            summary { (label) }
            div.scroller tabindex="0" role="region" aria-label=(label) {
                table.data {
                    thead { tr { th scope="col" { (lang.t(t::COL_WHEN)) } @for line in &c.lines { th scope="col" { (line.name) } } } }
                    tbody {
                        @for (n, at) in c.times.iter().enumerate().rev() {
                            tr { th scope="row" { (ui::time(at)) } @for line in &c.lines { td.num { (line.points.get(n).copied().flatten().map_or_else(|| "-".to_owned(), |v| shown(c.unit, v))) } } }
                        }
                    }
                }
            }
        }
    }
}

/// A number with its unit, as people read it.
pub fn shown(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count => ui::number(value.max(0.0).round() as u64),
        Unit::Rate if value < 100.0 => format!("{value:.1}"),
        Unit::Rate => ui::number(value.round() as u64),
        Unit::Millis if value < 10.0 => format!("{value:.1}ms"),
        Unit::Millis => format!("{}ms", ui::number(value.round() as u64)),
        Unit::Percent if value < 10.0 => format!("{value:.1}%"),
        Unit::Percent => format!("{}%", ui::number(value.round() as u64)),
        Unit::Bytes if value < 1024.0 * 1024.0 => format!("{:.0}KiB", value / 1024.0),
        Unit::Bytes if value < 1024.0 * 1024.0 * 1024.0 => format!("{:.1}MiB", value / 1024.0 / 1024.0),
        Unit::Bytes => format!("{:.2}GiB", value / 1024.0 / 1024.0 / 1024.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_lifts_the_pen_and_a_point_alone_is_seen() {
        let path = path(&[Some(0.0), Some(10.0), None, Some(5.0)], 10.0);

        assert_eq!(path.matches('M').count(), 2, "{path}");
        assert!(path.starts_with("M0.0 149.0L200.0 1.0M600.0 75.0h-4.0"), "{path}");
    }

    #[test]
    fn the_axis_ends_at_a_round_number() {
        for (high, top) in [(0.0, 1.0), (0.3, 1.0), (7.0, 10.0), (41.0, 50.0), (210.0, 250.0), (1_000.0, 1_000.0)] {
            assert!((ceiling(Unit::Rate, high) - top).abs() < 1e-9, "{high}");
        }
        assert_eq!(shown(Unit::Bytes, ceiling(Unit::Bytes, 9.4e7)), "100.0MiB");
    }

    #[test]
    fn numbers_have_the_unit_that_people_know() {
        assert_eq!(shown(Unit::Millis, 4.21), "4.2ms");
        assert_eq!(shown(Unit::Bytes, 52_428_800.0), "50.0MiB");
        assert_eq!(shown(Unit::Rate, 1_234.4), "1,234");
    }
}
