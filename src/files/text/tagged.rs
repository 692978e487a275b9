//! Headings of a tagged PDF (ISO 32000-1, 14.7 and 14.8): its structure tree names H1 to H6, or H within nested sections, by the
//! numbers of marked contents on pages.
//!
//! The reader of text does not report marked contents, but it reports filled rectangles. So a page with headings is read with a rectangle
//! before and after each marked content that belongs to one.

use super::headings::Level;
use pdf_extract::content::{Content, Operation};
use pdf_extract::{Dictionary, Document, Object, ObjectId, Path, PathOp, Stream};
use std::collections::HashMap;

/// Nodes of a structure tree that are looked at: it may be large, and refer to itself.
const NODES: usize = 200_000;
/// Names of roles of which one stands for the next, at most.
const ROLES: usize = 8;
/// Where the rectangles are: outside of every page.
const PLACE: f64 = -70_007.0;

/// A heading: the number of its node, and its level. A heading of several lines may have several marked contents.
pub(super) type Heading = (usize, Level);

/// A node that is still to be looked at.
struct Node<'a> {
    object: &'a Object,
    place: Place,
}

/// What the nodes above one say of it.
#[derive(Clone, Copy, Default)]
struct Place {
    page: Option<ObjectId>,
    /// The heading that it belongs to.
    heading: Option<Heading>,
    /// How many sections it is in: the level of a heading without a number.
    sections: usize,
}

/// What an element is by its standard name.
#[derive(Clone, Copy)]
enum Role {
    Heading(Level),
    /// A heading whose level is that of its section.
    OfSection,
    Section,
}

/// The marked contents of a document that belong to headings, by their pages and numbers.
#[derive(Default)]
pub(super) struct Tags(HashMap<ObjectId, HashMap<i64, Heading>>);

impl Tags {
    /// Those of a document; none where it is not tagged.
    pub fn of(document: &Document) -> Self {
        let mut tags = Self::default();
        if let Some(root) = root(document) {
            tags.read(document, root);
        }
        tags
    }

    fn read(&mut self, document: &Document, root: &Dictionary) {
        let roles = root.get(b"RoleMap").ok().and_then(|roles| resolved(document, roles)?.as_dict().ok());
        let mut open: Vec<Node<'_>> = root.get(b"K").ok().map(|object| Node { object, place: Place::default() }).into_iter().collect();
        for node in 0..NODES {
            let Some(Node { object, mut place }) = open.pop() else { return };
            match resolved(document, object) {
                Some(Object::Integer(number)) => self.add(place, *number),
                Some(Object::Array(kids)) => {
                    let room = NODES.saturating_sub(open.len());
                    open.extend(kids.iter().take(room).map(|object| Node { object, place }));
                }
                Some(Object::Dictionary(element)) => {
                    place.page = element.get(b"Pg").and_then(Object::as_reference).ok().or(place.page);
                    match element.get(b"S").and_then(Object::as_name).ok().and_then(|name| role(document, roles, name)) {
                        Some(Role::Heading(level)) => place.heading = Some((node, level)),
                        Some(Role::OfSection) => place.heading = Level::new(place.sections.max(1)).map(|level| (node, level)),
                        Some(Role::Section) => place.sections += 1,
                        None => {}
                    }
                    match (element.get(b"MCID").and_then(Object::as_i64), element.get(b"K")) {
                        (Ok(number), _) => self.add(place, number),
                        (_, Ok(object)) => open.push(Node { object, place }),
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }

    fn add(&mut self, place: Place, number: i64) {
        if let (Some(page), Some(heading)) = (place.page, place.heading) {
            self.0.entry(page).or_default().insert(number, heading);
        }
    }

    /// Draws the rectangles on a page. One whose content cannot be taken apart is left as it is.
    pub fn draw(&self, document: &mut Document, page: ObjectId) {
        let Some(numbers) = self.0.get(&page) else { return };
        let content = document.get_page_content(page).and_then(|content| Content::decode(&content));
        let Some(content) = content.ok().and_then(|content| with_rectangles(content, numbers).encode().ok()) else { return };
        let stream = document.add_object(Stream::new(Dictionary::new(), content));
        if let Ok(page) = document.get_object_mut(page).and_then(Object::as_dict_mut) {
            page.set("Contents", stream);
        }
    }
}

fn root(document: &Document) -> Option<&Dictionary> {
    resolved(document, document.catalog().ok()?.get(b"StructTreeRoot").ok()?)?.as_dict().ok()
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

/// What an element is by its name, or by the standard name that the document gives for it.
fn role(document: &Document, roles: Option<&Dictionary>, name: &[u8]) -> Option<Role> {
    let role = |name: &&[u8]| resolved(document, roles?.get(name).ok()?)?.as_name().ok();
    std::iter::successors(Some(name), role).take(ROLES).find_map(|name| match name {
        [b'H', number @ b'1'..=b'6'] => Level::new(usize::from(number - b'0')).map(Role::Heading),
        b"H" => Some(Role::OfSection),
        b"Part" | b"Art" | b"Sect" => Some(Role::Section),
        _ => None,
    })
}

fn with_rectangles(content: Content, headings: &HashMap<i64, Heading>) -> Content {
    let (mut operations, mut open) = (Vec::with_capacity(content.operations.len()), Vec::new());
    for operation in content.operations {
        match operation.operator.as_str() {
            // Pictures are not read, and their bytes may not be written as they were.
            "BI" => {}
            "BMC" | "BDC" => {
                let heading = number(&operation).and_then(|number| headings.get(&number).copied());
                open.push(heading.is_some());
                operations.push(operation);
                operations.extend(heading.into_iter().flat_map(|heading| rectangle(Some(heading))));
            }
            "EMC" => {
                operations.push(operation);
                if open.pop() == Some(true) {
                    operations.extend(rectangle(None));
                }
            }
            _ => operations.push(operation),
        }
    }
    Content { operations }
}

/// The number of a marked content.
fn number(operation: &Operation) -> Option<i64> {
    operation.operands.get(1)?.as_dict().ok()?.get(b"MCID").ok()?.as_i64().ok()
}

/// A rectangle whose sizes are the number and the level of the heading that begins; 0 where one ends.
fn rectangle(heading: Option<Heading>) -> [Operation; 2] {
    let (node, level) = heading.map_or((0, 0), |(node, level)| (node as i64, i64::from(level.number())));
    let operands = vec![Object::Real(PLACE as f32), Object::Real(PLACE as f32), node.into(), level.into()];
    [Operation::new("re", operands), Operation::new("f", Vec::new())]
}

/// What a filled path means: `None`, where it is none of these rectangles; the heading that begins, or that one ends.
pub(super) fn meaning(path: &Path) -> Option<Option<Heading>> {
    match path.ops.last() {
        Some(PathOp::Rect(x, y, node, level)) if *x == PLACE && *y == PLACE => {
            Some(Level::new(*level as usize).map(|level| (*node as usize, level)))
        }
        _ => None,
    }
}
