//! An answer, read.

use axum::body::to_bytes;
use axum::http::HeaderMap;
use axum::response::Response;
use serde_json::Value;

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// Null where there is no body, or none in JSON.
    pub(crate) body: Value,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) async fn read(response: Response) -> Self {
        let (parts, body) = response.into_parts();
        let bytes = to_bytes(body, usize::MAX).await.expect("the body is read");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Self { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The id of what was made.
    pub(crate) fn id(&self) -> String {
        self.body["id"].as_str().unwrap_or_default().to_owned()
    }

    /// The status and the code of a problem, whose form is checked.
    #[track_caller]
    pub(crate) fn problem(&self) -> (u16, &str) {
        assert_eq!(self.header("content-type"), Some("application/problem+json"), "{}", self.text);
        let code = self.body["code"].as_str().expect("a problem has a code");
        assert_eq!(self.body["type"], format!("/problems/{code}"));
        assert_eq!(self.body["status"], self.status);
        assert!(self.body["title"].is_string() && self.body["retryable"].is_boolean());
        assert_eq!(self.body["trace_id"].as_str().map(str::len), Some(32));
        assert!(self.status < 500 || self.body["retryable"] == true, "{}", self.text);
        (self.status, code)
    }

    /// What the first error of a problem points at.
    pub(crate) fn at(&self) -> String {
        let error = &self.body["errors"][0];
        let part = |name: &str| error[name].as_str().map(|value| format!("{name} {value}"));
        part("pointer").or(part("parameter")).or(part("header")).unwrap_or_default()
    }
}
