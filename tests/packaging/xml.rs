//! As much of XML as the files in dist/ use: elements, attributes, text, comments, a declaration and a doctype.

/// An element.
#[derive(Debug, Default, PartialEq)]
pub struct Element {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    /// All text directly inside, trimmed.
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// Every element of this name below, in order.
    pub fn all(&self, name: &str) -> Vec<&Element> {
        let mut found = Vec::new();
        for child in &self.children {
            if child.name == name {
                found.push(child);
            }
            found.extend(child.all(name));
        }
        found
    }

    /// The first element of this name below.
    pub fn one(&self, name: &str) -> &Element {
        self.all(name).first().copied().unwrap_or_else(|| panic!("no <{name}> in <{}>", self.name))
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The outermost element, or what is wrong with the text.
pub fn parse(text: &str) -> Result<Element, String> {
    let mut open = vec![Element::default()];
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let before = &rest[..start];
        if before.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "").contains('&') {
            return Err(format!("a bare & in {before:?}"));
        }
        let inside = open.last_mut().ok_or("nothing is open")?;
        inside.text.push_str(before.trim());
        rest = &rest[start..];
        let close = if rest.starts_with("<!--") { "-->" } else { ">" };
        let end = rest.find(close).ok_or_else(|| format!("{close} is missing after {rest:.40}"))?;
        let tag = &rest[1..end];
        rest = &rest[end + close.len()..];
        if tag.starts_with("!--") && tag[3..].contains("--") {
            return Err("-- inside a comment".to_owned());
        }
        if tag.starts_with(['!', '?']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            let done = open.pop().ok_or("nothing is open")?;
            if done.name != name.trim() {
                return Err(format!("</{name}> closes <{}>", done.name));
            }
            open.last_mut().ok_or_else(|| format!("</{name}> closes nothing"))?.children.push(done);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let element = element(tag)?;
        if is_empty {
            open.last_mut().ok_or("nothing is open")?.children.push(element);
        } else {
            open.push(element);
        }
    }
    let mut top = open.pop().ok_or("nothing is open")?;
    match (open.len(), top.children.len(), rest.trim()) {
        (0, 1, "") if top.text.is_empty() => top.children.pop().ok_or_else(|| "empty".to_owned()),
        (0, count, rest) => Err(format!("{count} outermost elements, {rest:?} behind them")),
        _ => Err(format!("<{}> is not closed", top.name)),
    }
}

fn element(tag: &str) -> Result<Element, String> {
    let tag = tag.trim();
    let (name, mut rest) = tag.split_at(tag.find(char::is_whitespace).unwrap_or(tag.len()));
    let mut attributes = Vec::new();
    while !rest.trim().is_empty() {
        let (key, value) = rest.split_once("=\"").ok_or_else(|| format!("no value in <{tag}>"))?;
        let (value, behind) = value.split_once('"').ok_or_else(|| format!("a quote is open in <{tag}>"))?;
        attributes.push((key.trim().to_owned(), value.to_owned()));
        rest = behind;
    }
    Ok(Element { name: name.to_owned(), attributes, ..Element::default() })
}

#[test]
fn what_is_not_closed_or_closed_twice_is_refused() {
    for wrong in
        ["<a><b></a></b>", "<a>", "<a></a></a>", "<a x=\"1></a>", "<a></a><b></b>", "<a>x & y</a>", "<!-- <a/>"]
    {
        assert!(parse(wrong).is_err(), "{wrong}");
    }
    let right = parse("<?xml version=\"1.0\"?>\n<!-- c -->\n<a x=\"1\"> t <b/></a>\n").unwrap();
    assert_eq!((right.name.as_str(), right.text.as_str(), right.attribute("x")), ("a", "t", Some("1")));
    assert_eq!(right.children[0].name, "b");
}
