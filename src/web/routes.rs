//! A router that knows its own addresses, so that each of them is measured without being written down twice.

use crate::app::App;
use crate::domain::sessions::Area;
use crate::metrics;
use poem::{IntoEndpoint, Route};

/// poem's router, and its templates.
#[derive(Default)]
pub struct Routes {
    route: Route,
    templates: Vec<&'static str>,
}

impl Routes {
    /// One more address.
    pub fn at<E>(mut self, template: &'static str, endpoint: E) -> Self
    where
        E: IntoEndpoint,
        E::Endpoint: 'static,
    {
        self.templates.push(template);
        Self { route: self.route.at(template, endpoint), templates: self.templates }
    }

    /// The addresses.
    pub fn templates(&self) -> &[&'static str] {
        &self.templates
    }

    /// The router, once it is known what to measure.
    pub fn measured(self, app: &App, area: Area) -> Route {
        // Both routers have a first page, and the site is the one that people mean.
        let prefix = match area {
            Area::Site => "",
            Area::Admin => "admin:",
        };
        app.metrics.expect(area, metrics::Routes::labelled(prefix, &self.templates));
        self.route
    }
}
