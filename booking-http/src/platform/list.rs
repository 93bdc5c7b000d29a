//! Lists that are read page by page.

use booking_core::Invalid;
use booking_platform::PageQuery;
use serde::{Deserialize, Serialize};

use crate::extract::{Page, Source};
use crate::problem::Problem;
use crate::wire::id::{Prefixed, parse};

/// Which part of a list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ListQuery {
    /// At most this many, 1 to 200. Default: 50.
    pub(super) limit: Option<usize>,
    /// Continue after the one with this id: the `next` of the page before.
    pub(super) cursor: Option<String>,
}

impl ListQuery {
    pub(super) fn page<I: Prefixed>(&self) -> Result<PageQuery<I>, Problem> {
        let invalid = |invalid: Invalid| Problem::invalid(&invalid, Source::Query);
        let limit = Page::limit(self.limit).map_err(invalid)?;
        let after = self.cursor.as_deref().map(|text| {
            parse::<I>(text).ok_or_else(|| {
                invalid(Invalid::new("cursor", text.escape_debug(), "the `next` of the page before"))
            })
        });
        Ok(PageQuery { after: after.transpose()?, limit })
    }
}

/// One page of a list.
#[derive(Debug, Serialize)]
pub(super) struct ListAnswer<T> {
    pub(super) items: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next: Option<String>,
}
