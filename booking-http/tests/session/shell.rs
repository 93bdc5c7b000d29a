//! The little of a shell, of curl and of jq that the documents use.

use serde_json::Value;

pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// The request that a curl command sends.
pub(crate) fn request(command: &str, key: &str) -> Request {
    let mut words = words(command, key).into_iter();
    assert_eq!(words.next().as_deref(), Some("curl"));
    let mut request =
        Request { method: "GET".to_owned(), path: String::new(), headers: Vec::new(), body: String::new() };
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("the flag has a value");
        match word.as_str() {
            "-s" => {}
            "-X" => request.method = value(),
            "-d" => {
                request.body = value();
                if request.method == "GET" {
                    "POST".clone_into(&mut request.method);
                }
            }
            "-H" => {
                let header = value();
                let (name, value) = header.split_once(": ").expect("a header has a value");
                request.headers.push((name.to_owned(), value.to_owned()));
            }
            url => {
                let rest = url.strip_prefix("http://").expect("a flag that is not known, or no URL");
                rest[rest.find('/').expect("the URL has a path")..].clone_into(&mut request.path);
            }
        }
    }
    request
}

/// What a filter of jq leaves of an answer: nothing, `.name`, `.name[0]` or `'{name, name}'`.
pub(crate) fn filtered(filter: &str, answer: &Value) -> Value {
    let filter = filter.trim().trim_matches('\'');
    if let Some(names) = filter.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let picked = names.split(',').map(|name| (name.trim().to_owned(), answer[name.trim()].clone()));
        return Value::Object(picked.collect());
    }
    let Some(path) = filter.strip_prefix('.') else {
        assert!(filter.is_empty(), "a filter that is not known: {filter}");
        return answer.clone();
    };
    let (name, index) =
        path.split_once('[').map_or((path, None), |(name, rest)| (name, rest.strip_suffix(']')));
    match index {
        None => answer[name].clone(),
        Some(index) => answer[name][index.parse::<usize>().expect("an index")].clone(),
    }
}

/// The words of a command: single quotes keep everything, double quotes let `$KEY` through.
fn words(command: &str, key: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quote = None;
    for letter in command.chars() {
        let word = words.last_mut().expect("there is always a word");
        match (letter, quote) {
            (' ', None) => words.push(String::new()),
            ('\'' | '"', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            ('$', Some('\'')) => word.push('\u{1}'),
            _ => word.push(letter),
        }
    }
    words.retain(|word| !word.is_empty());
    words.into_iter().map(|word| word.replace("$KEY", key).replace('\u{1}', "$")).collect()
}
