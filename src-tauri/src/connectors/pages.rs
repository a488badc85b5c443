//! Pagination to the end, with a cap that is told when it is hit.

use super::fields::{missing, text};
use super::{Spec, fetch};
use crate::http::{Http, Request};
use crate::model::{Json, PollError, PollErrorKind, Timestamp};

/// Pages that one report may have. A report of a month by day and by model has a few.
pub(super) const MOST: usize = 40;

/// The cursor of the page after this one where pages say `has_more` and `next_page`. More without a cursor is an
/// error: the report would be cut.
pub(super) fn next_page(page: &Json) -> Result<Option<&str>, PollError> {
    match (page.get("has_more").and_then(Json::as_bool), text(page, "/next_page")) {
        (Some(false), _) | (None, None) => Ok(None),
        (Some(true), None) => Err(missing("/next_page")),
        (_, next) => Ok(next),
    }
}

/// Every page of a report, first to last. `next` says with which request a page's successor is asked for; `None`
/// after the last. A page that fails takes the whole report with it: half a report would be a figure that nobody said.
/// With more than [`MOST`] pages the report is an error that says so.
pub(super) async fn pages(
    http: &Http,
    spec: &Spec,
    now: Timestamp,
    first: Request,
    next: impl Fn(&Json, usize) -> Result<Option<Request>, PollError> + Send,
) -> Result<Vec<Json>, PollError> {
    let mut found = vec![fetch(http, spec, first, now).await?];
    while let Some(request) = found.last().map_or(Ok(None), |page| next(page, found.len()))? {
        if found.len() == MOST {
            return Err(PollError::new(
                PollErrorKind::Provider,
                format!(
                    "{}: the report has more than {MOST} pages, so it is not used; a narrower filter would make it shorter",
                    spec.name
                ),
            ));
        }
        found.push(fetch(http, spec, request, now).await?);
    }
    Ok(found)
}
